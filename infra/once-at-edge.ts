import { type App, BootstraplessSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib'
import type { Region } from '../shared/regions.ts'
import type { Code } from './bundle.ts'
import type { SignerKeys } from './constructs/signer-keys.ts'
import { type Names, namesOf } from './names.ts'
import { edgeStackRegion, apiRegionsOf, regionsOf, type Settings, secretRegionsOf } from './settings.ts'
import { ApiStack, type ApiStackProps } from './stacks/api-stack.ts'
import { DataStack } from './stacks/data-stack.ts'
import { EdgeStack } from './stacks/edge-stack.ts'
import { EventsStack } from './stacks/events-stack.ts'
import { RegionStack, type RegionStackProps } from './stacks/region-stack.ts'
import { SignerStack } from './stacks/signer-stack.ts'

/** The functions of a deployment: folders with bundles, and the one that is short enough to stand in a template. */
export interface Functions {
  readonly code: Code
  readonly usedLinks: string
}

/**
 * The whole of a deployment, in the order in which it is deployed: what each Region needs, then the edge, then what is kept
 * (its bucket opens to the distribution alone, so that must be there), then the api and whoever tells of events.
 */
export function onceAtEdge(app: App, settings: Settings, { code, usedLinks }: Functions): void {
  const names = namesOf(settings.name)
  const common = { settings, names, code }
  const signerKeys = settings.signer === 'kms' ? makeSigner(app, settings, names) : undefined
  const regionStacks = makeRegionStacks(app, { settings, names, usedLinks, signerKeys })
  const stackOf = (region: Region) => regionStacks.get(region) as RegionStack
  const [home] = settings.homeRegions

  const edge = new EdgeStack(app, names.stack('edge'), {
    ...common,
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

  makeApis({ app, edge, data, tableKeyIn: region => stackOf(region).tableKey, usedLinks, ...common })
  makeEvents({ app, data, ...common })
}

/** What the stacks are made from that come last. */
interface Common {
  readonly app: App
  readonly settings: Settings
  readonly names: Names
  readonly code: Code
  readonly data: DataStack
}

interface ApiParts extends Common {
  readonly edge: EdgeStack
  readonly usedLinks: string
  readonly tableKeyIn: (region: Region) => ApiStackProps['tableKey']
}

function makeApis({ app, edge, data, tableKeyIn, ...common }: ApiParts): void {
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

/** One Region is enough where all share one table; elsewhere only the home knows all that happens to its links. */
function makeEvents({ app, data, ...common }: Common): void {
  const { settings, names } = common
  const { mode, homeRegions } = settings
  for (const region of mode === 'strong' ? homeRegions.slice(0, 1) : homeRegions) {
    const streamArn = data.links.streamArn(region)
    const props = { ...common, env: { region }, region, streamArn }
    new EventsStack(app, names.stackIn('events', region), props).addStackDependency(data)
  }
}

function makeSigner(app: App, settings: Settings, names: Names): SignerKeys {
  return new SignerStack(app, names.stack('signer'), { settings, env: { region: edgeStackRegion } }).keys
}

/** The first home Region's comes before the others: it has the bus to which they send their alarms. */
function makeRegionStacks(
  app: App,
  { signerKeys, ...all }: Pick<RegionStackProps, 'settings' | 'names' | 'usedLinks' | 'signerKeys'>,
): ReadonlyMap<Region, RegionStack> {
  const { settings, names } = all
  const made = new Map<Region, RegionStack>()
  for (const region of regionsOf(settings)) {
    const stack = new RegionStack(app, names.stackIn('region', region), {
      ...all,
      region,
      env: { region },
      synthesizer: withoutBootstrap(),
      signerKeys: region === edgeStackRegion ? undefined : signerKeys,
    })
    if (signerKeys !== undefined) stack.addStackDependency(Stack.of(signerKeys))
    made.set(region, stack)
  }
  const withBus = made.get(settings.homeRegions[0])
  for (const stack of made.values()) {
    if (withBus !== undefined && stack !== withBus) stack.addStackDependency(withBus)
  }
  return made
}

/** Nothing is uploaded for these, and roles are in no Region: those of us-east-1 do. */
function withoutBootstrap(): IStackSynthesizer {
  const role = (what: string) =>
    `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/cdk-\${Qualifier}-${what}-role-\${AWS::AccountId}-${edgeStackRegion}`
  return new BootstraplessSynthesizer({
    deployRoleArn: role('deploy'),
    cloudFormationExecutionRoleArn: role('cfn-exec'),
  }) as IStackSynthesizer
}

function byRegion(
  regions: readonly Region[],
  of: (region: Region) => string,
): Readonly<Partial<Record<Region, string>>> {
  return Object.fromEntries(regions.map(region => [region, of(region)]))
}
