import { type App, BootstraplessSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib'
import type { Region } from '../shared/regions.ts'
import type { Code } from './bundle.ts'
import type { SignerKeys } from './constructs/signer-keys.ts'
import { type Names, namesOf } from './names.ts'
import { apiRegionsOf, edgeStackRegion, regionsOf, type Settings, secretRegionsOf } from './settings.ts'
import { ApiStack, type ApiStackProps } from './stacks/api-stack.ts'
import { DataStack } from './stacks/data-stack.ts'
import { EdgeStack } from './stacks/edge-stack.ts'
import { EventsStack } from './stacks/events-stack.ts'
import { RegionStack, type RegionStackProps } from './stacks/region-stack.ts'
import { SignerStack } from './stacks/signer-stack.ts'

/** The functions of a deployment. */
export interface Functions {
  /** The folders with bundles. */
  readonly code: Code
  /** The source of the function that publishes refusals of used links, which templates include. */
  readonly usedLinks: string
  /** The source of the gate, likewise. */
  readonly gate: string
}

/**
 * Adds all stacks of a deployment to the app, in the order of their deployment: Region stacks, the edge, the data (whose bucket
 * allows only the distribution, which must exist by then), then apis and events.
 */
export function onceAtEdge(app: App, settings: Settings, { code, usedLinks, gate }: Functions): void {
  const names = namesOf(settings.name)
  const common = { settings, names, code }
  const signerKeys = settings.signer === 'kms' ? createSigner(app, settings, names) : undefined
  const regionStacks = createRegionStacks(app, { settings, names, usedLinks, signerKeys })
  const stackOf = (region: Region) => regionStacks.get(region) as RegionStack
  const [home] = settings.homeRegions

  const edge = new EdgeStack(app, names.stack('edge'), {
    ...common,
    gate,
    signerKeys,
    env: { region: edgeStackRegion },
    secretKeyArns: byRegion(secretRegionsOf(settings), region => stackOf(region).secretKeyArn),
  })
  for (const stack of regionStacks.values()) edge.addStackDependency(stack)

  const data = new DataStack(app, names.stack('data'), {
    ...common,
    env: { region: home },
    distributionId: edge.distributionId,
    tableKey: stackOf(home).tableKey,
    replicaKeyArns: byRegion(settings.homeRegions.slice(1), region => stackOf(region).tableKey.keyArn),
  })
  data.addStackDependency(edge)

  createApis({ app, edge, data, tableKeyIn: region => stackOf(region).tableKey, usedLinks, ...common })
  createEvents({ app, data, ...common })
}

/** What api and events stacks have in common. */
interface Common {
  readonly app: App
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  readonly data: DataStack
}

interface ApiOptions extends Common {
  readonly edge: EdgeStack
  readonly usedLinks: string
  readonly tableKeyIn: (region: Region) => ApiStackProps['tableKey']
}

function createApis({ app, edge, data, tableKeyIn, ...common }: ApiOptions): void {
  const { settings, names } = common
  for (const region of apiRegionsOf(settings)) {
    const api = new ApiStack(app, names.stackIn('api', region), {
      ...common,
      env: { region },
      region,
      tableKey: tableKeyIn(region),
      linkOrigin: edge.linkOrigin,
      secretSuffix: edge.secretSuffix,
      contentKeyArn: data.content.key.keyArn,
    })
    api.addStackDependency(data)
  }
}

/**
 * Creates the events stacks. In mode `strong` one Region is enough, because all share one table; in mode `home` only a link's
 * home Region knows all that happens to the link.
 */
function createEvents({ app, data, ...common }: Common): void {
  const { settings, names } = common
  const { mode, homeRegions } = settings
  for (const region of mode === 'strong' ? homeRegions.slice(0, 1) : homeRegions) {
    const streamArn = data.links.streamArn(region)
    const props = { ...common, env: { region }, region, streamArn }
    new EventsStack(app, names.stackIn('events', region), props).addStackDependency(data)
  }
}

function createSigner(app: App, settings: Settings, names: Names): SignerKeys {
  return new SignerStack(app, names.stack('signer'), { settings, env: { region: edgeStackRegion } }).keys
}

/** Creates the Region stacks. All others depend on that of the first home Region, whose bus gets their alarms. */
function createRegionStacks(
  app: App,
  { signerKeys, ...all }: Pick<RegionStackProps, 'settings' | 'names' | 'usedLinks' | 'signerKeys'>,
): ReadonlyMap<Region, RegionStack> {
  const { settings, names } = all
  const stacks = new Map<Region, RegionStack>()
  for (const region of regionsOf(settings)) {
    const stack = new RegionStack(app, names.stackIn('region', region), {
      ...all,
      region,
      env: { region },
      synthesizer: withoutBootstrap(),
      signerKeys: region === edgeStackRegion ? undefined : signerKeys,
    })
    if (signerKeys !== undefined) stack.addStackDependency(Stack.of(signerKeys))
    stacks.set(region, stack)
  }
  const busStack = stacks.get(settings.homeRegions[0])
  for (const stack of stacks.values()) {
    if (busStack !== undefined && stack !== busStack) stack.addStackDependency(busStack)
  }
  return stacks
}

/** Returns a synthesizer that uses the bootstrap roles of us-east-1: roles are global, and these stacks upload no asset. */
function withoutBootstrap(): IStackSynthesizer {
  const role = (purpose: string) =>
    `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/cdk-\${Qualifier}-${purpose}-role-\${AWS::AccountId}-${edgeStackRegion}`
  return new BootstraplessSynthesizer({
    deployRoleArn: role('deploy'),
    cloudFormationExecutionRoleArn: role('cfn-exec'),
  }) as IStackSynthesizer
}

function byRegion(
  regions: readonly Region[],
  valueOf: (region: Region) => string,
): Readonly<Partial<Record<Region, string>>> {
  return Object.fromEntries(regions.map(region => [region, valueOf(region)]))
}
