import { apiPurpose, type PhysicalNames } from '../../../infra/physical-names.ts'
import { apiRegionsOf, edgeStackRegion, secretRegionsOf, type Settings } from '../../../infra/settings.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { Behaviour, Distribution, KeyGroup, PublicKey } from '../../ports/aws-cloudfront.ts'
import type {
  Alarm,
  Bucket,
  CurrentKey,
  Delivery,
  KmsKey,
  LambdaFunction,
  LogGroup,
  RestApi,
  Role,
  Secret,
  Stack,
  Table,
  WebAcl,
} from '../../ports/aws-resources.ts'
import type { Aws, Ports } from '../../ports/ports.ts'
import { type Answers, askDistribution } from './answers.ts'
import { allRegions, expectedAlarms, inEachRegion, kindOfStack } from '../names.ts'

/** A resource per Region; undefined in a Region that should have it but doesn't. */
export type ByRegion<T> = Readonly<Partial<Record<Region, T | undefined>>>

/** What a deployment should be, and the time of the inspection. */
export interface Expected {
  readonly settings: Settings
  readonly names: PhysicalNames
  readonly now: EpochMs
}

/** What AWS has of a deployment, as far as checks need it. */
export interface Facts {
  /** All stacks of this deployment that are not deleted, in all Regions of `allRegions`. */
  readonly stacks: readonly Stack[]
  /** The replicas of the links table. */
  readonly links: ByRegion<Table>
  /** The api state tables. */
  readonly apiState: ByRegion<Table>
  /** The primary, and the copies that the settings require. */
  readonly secrets: ByRegion<Secret>
  readonly currentKey: CurrentKey
  readonly publicKeys: readonly PublicKey[]
  readonly keyGroup: KeyGroup | undefined
  /** Signer `kms`: the current key, in each Region in which it signs. */
  readonly signers: ByRegion<KmsKey>
  readonly distribution: Distribution | undefined
  /** What the distribution responds now. */
  readonly answers: Answers | undefined
  /** The version that the behaviour of links calls. */
  readonly edgeFunction: LambdaFunction | undefined
  readonly edgeWebAcl: WebAcl | undefined
  readonly apis: ByRegion<readonly RestApi[]>
  readonly apiWebAcls: ByRegion<WebAcl>
  readonly exchangeRoles: ByRegion<Role>
  /** The log deliveries of the edge stack's Region. */
  readonly deliveries: readonly Delivery[]
  readonly edgeLogs: ByRegion<LogGroup>
  readonly alarms: ByRegion<readonly Alarm[]>
  /** Mode `strong`: the schedules that call the sweeper. */
  readonly sweeperSchedules: readonly string[]
  readonly content: Bucket | undefined
  readonly hasBus: boolean
  /** The states of the event source mappings of the table's streams. */
  readonly streamReaders: ByRegion<readonly string[]>
}

/** A fact, or the reason why AWS did not return it. */
export type FactResult<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly why: string }

/** All facts, each known or unknown. */
export type CollectedFacts = { readonly [K in keyof Facts]: FactResult<Facts[K]> }

type PendingFacts = { readonly [K in keyof Facts]: Promise<Facts[K]> }

/** Where facts come from. */
type Sources = Pick<Ports, 'aws' | 'http'>

/** Reads all facts from AWS and the distribution, concurrently. Never rejects: if a call fails, its fact is `unknown`. */
export async function collectFacts({ aws, http }: Sources, expected: Expected): Promise<CollectedFacts> {
  const pending = {
    ...edgeFacts({ aws, http }, expected),
    ...keyFacts(aws, expected),
    ...regionalFacts(aws, expected),
  } satisfies PendingFacts
  const facts = Object.entries(pending).map(async ([name, fact]) => [name, await settled<unknown>(fact)])
  return Object.fromEntries(await Promise.all(facts)) as CollectedFacts
}

function edgeFacts({ aws, http }: Sources, { settings, names }: Expected) {
  const stacks = liveStacks(aws, allRegions(settings), settings.name)
  const distribution = stacks.then(found => distributionOf(found, names.regionStack(edgeStackRegion), aws))
  return {
    stacks,
    distribution,
    answers: distribution.then(found => found && askDistribution(settings.domainName ?? found.host, http)),
    edgeFunction: distribution.then(found => functionOf(found, names.edgeFunction, aws)),
    edgeWebAcl: aws.webAcls.named(names.edgeFunction, 'CLOUDFRONT', edgeStackRegion),
    deliveries: aws.logs.deliveries(edgeStackRegion),
  }
}

function keyFacts(aws: Aws, { settings, names }: Expected) {
  const regions = secretRegionsOf(settings)
  const currentKey = aws.secrets.currentKey(names.secret, edgeStackRegion)
  return {
    secrets: inEachRegion(regions, region => aws.secrets.describe(names.secret, region)),
    currentKey,
    publicKeys: aws.cloudfront.publicKeys(),
    keyGroup: aws.cloudfront.keyGroup(settings.name),
    signers: currentKey.then(({ kmsKeyId }) =>
      kmsKeyId === undefined ? {} : inEachRegion(regions, region => aws.kms.describe(kmsKeyId, region)),
    ),
  }
}

function regionalFacts(aws: Aws, { settings, names }: Expected) {
  const { mode, homeRegions, name } = settings
  const [home] = homeRegions
  const apiRegions = apiRegionsOf(settings)
  const edgeRegions = secretRegionsOf(settings)
  const exchange = apiPurpose('exchange', settings.network)
  const sweeperArn = async () =>
    `arn:aws:lambda:${home}:${await aws.account()}:function:${names.apiFunction('sweeper')}`
  return {
    links: inEachRegion(homeRegions, region => aws.tables.describe(names.linksTable, region)),
    apiState: inEachRegion(apiRegions, region => aws.tables.describe(names.apiStateTable, region)),
    apis: inEachRegion(apiRegions, region => aws.restApis.named(name, region)),
    apiWebAcls: inEachRegion(apiRegions, region => aws.webAcls.named(`${name}-api`, 'REGIONAL', region)),
    exchangeRoles: inEachRegion(apiRegions, region => aws.roles.describe(names.apiRole(exchange, region))),
    edgeLogs: inEachRegion(edgeRegions, async region =>
      (await aws.logs.groups(names.edgeLogs, region)).find(group => group.name === names.edgeLogs),
    ),
    alarms: inEachRegion([...new Set<Region>([...edgeRegions, ...apiRegions])], region =>
      aws.watch.alarms(expectedAlarms(settings, region), region),
    ),
    sweeperSchedules:
      mode === 'home' ? Promise.resolve([]) : sweeperArn().then(arn => aws.events.schedulesOf(arn, home)),
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

/** Describes the version that the behaviour of links calls; a newer one may have been published. */
async function functionOf(
  distribution: Distribution | undefined,
  functionName: string,
  aws: Aws,
): Promise<LambdaFunction | undefined> {
  const behaviours: readonly Behaviour[] = distribution?.behaviours ?? []
  const arn = behaviours.flatMap(({ functions }) => functions)[0]?.arn
  const version = /:function:[^:]+:(\d+)$/.exec(arn ?? '')?.[1]
  return version === undefined ? undefined : aws.functions.describe(functionName, edgeStackRegion, version)
}

async function settled<T>(fact: Promise<T>): Promise<FactResult<T>> {
  try {
    return { kind: 'known', value: await fact }
  } catch (error) {
    return { kind: 'unknown', why: String(error).split('\n')[0] ?? '' }
  }
}
