import type { PhysicalNames } from '../../../infra/physical-names.ts'
import { edgeStackRegion, apiRegionsOf, secretRegionsOf, type Settings } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type {
  Alarm,
  Behaviour,
  Bucket,
  Delivery,
  Distribution,
  WebAcl,
  KeyGroup,
  CurrentKey,
  KmsKey,
  LambdaFunction,
  LogGroup,
  PublicKey,
  RestApi,
  Role,
  Secret,
  Stack,
  Table,
} from '../../ports/aws-resources.ts'
import type { Aws } from '../../ports/ports.ts'
import { allRegions, expectedAlarms, inEachRegion, kindOfStack } from '../names.ts'

/** One of a thing in each of some Regions; undefined where there is none. */
export type ByRegion<T> = Readonly<Partial<Record<Region, T | undefined>>>

/** What a deployment is meant to be, and when that is looked at. */
export interface Expected {
  readonly settings: Settings
  readonly names: PhysicalNames
  readonly now: EpochMs
}

/** What there is of a deployment, as far as checks ask for it. */
export interface Facts {
  /** All stacks of this deployment that are not deleted, wherever it may have been. */
  readonly stacks: readonly Stack[]
  readonly links: ByRegion<Table>
  readonly answers: ByRegion<Table>
  /** The primary and the copies that should be. */
  readonly secrets: ByRegion<Secret>
  readonly keyInForce: CurrentKey
  readonly publicKeys: readonly PublicKey[]
  readonly keyGroup: KeyGroup | undefined
  /** Signer `kms`: the key in force, in each Region in which it signs. */
  readonly signers: ByRegion<KmsKey>
  readonly distribution: Distribution | undefined
  /** The version that answers links. */
  readonly edgeFunction: LambdaFunction | undefined
  readonly edgeFirewall: WebAcl | undefined
  readonly apis: ByRegion<readonly RestApi[]>
  readonly apiFirewalls: ByRegion<WebAcl>
  readonly exchangeRoles: ByRegion<Role>
  /** The ways on which logs of the edge stack's Region go somewhere. */
  readonly deliveries: readonly Delivery[]
  readonly edgeLogs: ByRegion<LogGroup>
  readonly alarms: ByRegion<readonly Alarm[]>
  /** Mode `strong`: when the sweeper is called. */
  readonly sweeps: readonly string[]
  readonly content: Bucket | undefined
  readonly hasBus: boolean
  /** The states of what reads the streams of the table. */
  readonly streamReaders: ByRegion<readonly string[]>
}

/** A fact, or why it could not be had. */
export type FactResult<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string }

/** Facts as they were found. */
export type CollectedFacts = { readonly [K in keyof Facts]: FactResult<Facts[K]> }

/** Where each fact comes from. */
type Answers = { readonly [K in keyof Facts]: Promise<Facts[K]> }

/** Asks AWS for every fact at once. Never rejects: a fact that can't be had says why. */
export async function collectFacts(aws: Aws, expected: Expected): Promise<CollectedFacts> {
  const asked = { ...ofEdge(aws, expected), ...ofKeys(aws, expected), ...ofRegions(aws, expected) } satisfies Answers
  const facts = Object.entries(asked).map(async ([name, answer]) => [name, await known<unknown>(answer)])
  return Object.fromEntries(await Promise.all(facts)) as CollectedFacts
}

function ofEdge(aws: Aws, { settings, names }: Expected) {
  const stacks = liveStacks(aws, allRegions(settings), settings.name)
  const distribution = stacks.then(found => distributionOf(found, names.stack('edge'), aws))
  return {
    stacks,
    distribution,
    edgeFunction: distribution.then(found => functionBehind(found, names.edgeFunction, aws)),
    edgeFirewall: aws.firewalls.named(names.edgeFunction, 'CLOUDFRONT', edgeStackRegion),
    deliveries: aws.logs.deliveries(edgeStackRegion),
  }
}

function ofKeys(aws: Aws, { settings, names }: Expected) {
  const regions = secretRegionsOf(settings)
  const keyInForce = aws.secrets.keyInForce(names.secret, edgeStackRegion)
  return {
    secrets: inEachRegion(regions, region => aws.secrets.describe(names.secret, region)),
    keyInForce,
    publicKeys: aws.cloudfront.publicKeys(),
    keyGroup: aws.cloudfront.keyGroup(settings.name),
    signers: keyInForce.then(({ kmsKeyId }) =>
      kmsKeyId === undefined ? {} : inEachRegion(regions, region => aws.kms.describe(kmsKeyId, region)),
    ),
  }
}

function ofRegions(aws: Aws, { settings, names }: Expected) {
  const { mode, homeRegions, name } = settings
  const [home] = homeRegions
  const issuing = apiRegionsOf(settings)
  const edges = secretRegionsOf(settings)
  const sweeper = async () => `arn:aws:lambda:${home}:${await aws.account()}:function:${names.apiFunction('sweeper')}`
  return {
    links: inEachRegion(homeRegions, region => aws.tables.describe(names.linksTable, region)),
    answers: inEachRegion(issuing, region => aws.tables.describe(names.apiStateTable, region)),
    apis: inEachRegion(issuing, region => aws.restApis.named(name, region)),
    apiFirewalls: inEachRegion(issuing, region => aws.firewalls.named(`${name}-api`, 'REGIONAL', region)),
    exchangeRoles: inEachRegion(issuing, region => aws.roles.describe(names.apiRole('exchange', region))),
    edgeLogs: inEachRegion(edges, async region =>
      (await aws.logs.groups(names.edgeLogs, region)).find(group => group.name === names.edgeLogs),
    ),
    alarms: inEachRegion([...new Set<Region>([...edges, ...issuing])], region =>
      aws.watch.alarms(expectedAlarms(settings, region), region),
    ),
    sweeps: mode === 'home' ? Promise.resolve([]) : sweeper().then(arn => aws.events.schedulesOf(arn, home)),
    content: aws.buckets.describe(names.contentBucket(home), home),
    hasBus: aws.events.hasBus(names.bus, home),
    streamReaders: inEachRegion(mode === 'strong' ? [home] : homeRegions, region =>
      aws.functions.readers(names.apiFunction('events'), region),
    ),
  }
}

async function liveStacks(aws: Aws, regions: readonly Region[], name: string): Promise<readonly Stack[]> {
  const found = await Promise.all(regions.map(region => aws.stacks.all(region)))
  return found.flat().filter(stack => stack.status !== 'DELETE_COMPLETE' && kindOfStack(stack, name) !== undefined)
}

async function distributionOf(
  stacks: readonly Stack[],
  edgeStack: string,
  aws: Aws,
): Promise<Distribution | undefined> {
  const stack = stacks.find(({ name }) => name === edgeStack)
  const resources = stack === undefined ? [] : await aws.stacks.resources(stack)
  const id = resources.find(({ type }) => type === 'AWS::CloudFront::Distribution')?.physicalId
  return id === undefined ? undefined : aws.cloudfront.distribution(id)
}

/** The version that the behaviour of links names: another may have been published meanwhile. */
async function functionBehind(
  distribution: Distribution | undefined,
  functionName: string,
  aws: Aws,
): Promise<LambdaFunction | undefined> {
  const behaviours: readonly Behaviour[] = distribution?.behaviours ?? []
  const arn = behaviours.flatMap(({ functions }) => functions)[0]?.arn
  const version = /:function:[^:]+:(\d+)$/.exec(arn ?? '')?.[1]
  return version === undefined ? undefined : aws.functions.describe(functionName, edgeStackRegion, version)
}

async function known<T>(answer: Promise<T>): Promise<FactResult<T>> {
  try {
    return { known: true, value: await answer }
  } catch (error) {
    return { known: false, why: String(error).split('\n')[0] ?? '' }
  }
}
