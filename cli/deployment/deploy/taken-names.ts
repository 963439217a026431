import { physicalNames, type PhysicalNames } from '../../../infra/placement/physical-names.ts'
import { hasDistributionLog, hasSchedules } from '../../../infra/placement/placement.ts'
import { apiRegionsOf, edgeStackRegion, type Settings } from '../../../infra/settings/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Aws } from '../../ports/ports.ts'
import { type Concern, type PreflightInput, problem } from './concern.ts'

/** Something with a name that a deployment will use. */
interface Named {
  readonly kind: string
  readonly name: string
  readonly region: Region | 'global'
  /** Resolves to what has the name, or to what is wrong with that; undefined or false if nothing has it. */
  readonly find: () => Promise<unknown>
}

/**
 * Returns the names that the deployment will use and that something has which is none of its stacks'. CloudFormation would refuse
 * them half-way.
 */
export async function takenNames(input: PreflightInput): Promise<readonly Concern[]> {
  const { settings, deployed, aws } = input
  const owned = new Set<string>()
  for (const stack of deployed.stacks) {
    for (const { physicalId } of await aws.stacks.resources(stack)) owned.add(nameIn(physicalId))
  }
  // Replicas and copies are in other Regions than the stack that has them, under the same name.
  const names = physicalNames(settings.name, deployed.account)
  const all = [...namedIn(settings, names, aws), ...keyGroupOf(input), ...namedInTemplates(input)]
  const open = all.filter(({ name }) => !owned.has(name))
  const found = await Promise.all(open.map(async each => ({ ...each, is: await each.find() })))
  return found.flatMap(({ kind, name, region, is: thing }) => {
    if (thing === undefined || thing === false) return []
    const is = typeof thing === 'string' ? thing : 'exists'
    const where = region === 'global' ? '' : ` in ${region}`
    return [
      problem(
        `${kind} ${name}${where} ${is}, and no stack of this deployment has it`,
        `choose another name (-c name=NAME), or delete what is left: npm run destroy -- --yes ${settings.name}`,
      ),
    ]
  })
}

/** Returns the name in a physical id: a secret's is an ARN with six random characters. */
function nameIn(physicalId: string): string {
  return /:secret:(.+)-[A-Za-z0-9]{6}$/.exec(physicalId)?.[1] ?? physicalId
}

/**
 * The key group is made by a function, not by a stack, which would adopt one that exists with all its keys. So without a stack there
 * must be none.
 */
function keyGroupOf({ settings: { name }, deployed, aws }: PreflightInput): readonly Named[] {
  if (deployed.stacks.some(({ region }) => region === edgeStackRegion)) return []
  return [{ kind: 'key group', name, region: 'global', find: () => aws.cloudfront.keyGroup(name) }]
}

interface Template {
  readonly Resources?: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>
  >
}

/** Lists functions and log groups. Lambda makes a log group again if a function writes after its deletion. */
function* namedInTemplates({ stacks, aws }: PreflightInput): Iterable<Named> {
  for (const { region, template } of stacks)
    for (const { Type, Properties = {} } of Object.values((JSON.parse(template) as Template).Resources ?? {})) {
      const { FunctionName: called, LogGroupName: group } = Properties
      if (Type === 'AWS::Lambda::Function' && typeof called === 'string')
        yield { kind: 'function', name: called, region, find: () => aws.functions.describe(called, region) }
      if (Type === 'AWS::Logs::LogGroup' && typeof group === 'string') {
        const find = async () => (await aws.logs.groups(group, region)).find(({ name }) => name === group)
        yield { kind: 'log group', name: group, region, find }
      }
    }
}

function namedIn(settings: Settings, names: PhysicalNames, aws: Aws): readonly Named[] {
  const { homeRegions } = settings
  const [home] = homeRegions
  const table = (name: string, region: Region): Named => ({
    kind: 'table',
    name,
    region,
    find: () => aws.tables.describe(name, region),
  })
  const bucket = (name: string): Named => ({
    kind: 'bucket',
    name,
    region: 'global',
    find: async () => (await aws.buckets.names()).includes(name),
  })
  const role = (name: string): Named => ({ kind: 'role', name, region: 'global', find: () => aws.roles.exists(name) })
  const apis = apiRegionsOf(settings)
  return [
    ...homeRegions.map(region => table(names.linksTable, region)),
    ...apis.map(region => table(names.apiStateTable, region)),
    bucket(names.contentBucket(home)),
    bucket(names.errorPageBucket('us-east-1')),
    ...(settings.sendPage === undefined ? [] : [bucket(names.sendPageBucket(home))]),
    ...(settings.deliveryProof ? [table(names.deliveriesTable, home)] : []),
    ...(hasDistributionLog(settings) ? [bucket(names.accessLogBucket)] : []),
    role(names.edgeRole),
    ...(hasSchedules(settings) ? [role(names.schedulesRole)] : []),
    ...(settings.scan === undefined ? [] : [role(names.scanRole)]),
    { kind: 'secret', name: names.secret, region: edgeStackRegion, find: () => secretIn(names, aws) },
  ]
}

async function secretIn({ secret }: PhysicalNames, aws: Aws) {
  const found = await aws.secrets.describe(secret, edgeStackRegion)
  return found?.deletedAt === undefined ? found : 'waits for its deletion'
}
