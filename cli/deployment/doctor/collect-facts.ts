import { hasEndpoints } from '../../../construct/endpoint-rules.ts'
import { readerRegionsOf } from '../../../construct/placement.ts'
import { apiPurpose } from '../../../construct/physical-names.ts'
import { apiRegionsOf, edgeStackRegion, regionsOf, secretRegionsOf } from '../../../construct/settings.ts'
import { lambdaEdgeRegions } from '../../../construct/lambda-edge-regions.ts'
import type { Distribution } from '../../ports/aws-cloudfront.ts'
import type { LambdaFunction } from '../../ports/aws-resources.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Addresses } from '../../ports/dns.ts'
import type { Aws, Ports } from '../../ports/ports.ts'
import { allRegions, expectedAlarms, inEachRegion, isEdgeFunction, kindOfStack } from '../names.ts'
import { trialKindOf } from '../prove/trials/trials.ts'
import { askDistribution } from './answers.ts'
import { deployedSettingsOf } from './construct-use.ts'
import { dataKeysOf } from './data-keys.ts'
import { usedDistribution } from './used-distribution.ts'
import type { CollectedFacts, DeployedStack, Expected, FactResult, Facts } from './facts.ts'

type PendingFacts = { readonly [K in keyof Facts]: Promise<Facts[K]> }

/** Where facts come from. */
export type Sources = Pick<Ports, 'aws' | 'http' | 'dns'>

/** Reads all facts from AWS and the distribution, concurrently. Never rejects: if a call fails, its fact is `unknown`. */
export async function collectFacts(sources: Sources, expected: Expected): Promise<CollectedFacts> {
  const { aws } = sources
  const pending = {
    ...edgeFacts(sources, expected),
    ...watchFacts(aws, expected),
    ...keyFacts(aws, expected),
    ...regionalFacts(aws, expected),
  } satisfies PendingFacts
  const facts = Object.entries(pending).map(async ([name, fact]) => [name, await settled<unknown>(fact)])
  return Object.fromEntries(await Promise.all(facts)) as CollectedFacts
}

function edgeFacts({ aws, http, dns }: Sources, expected: Expected) {
  const { settings, used } = expected
  const stacks = stacksIn(aws, expected)
  const distribution =
    used === undefined ? stacks.then(found => distributionOf(found, aws)) : usedDistribution(used, settings.name, aws)
  return {
    stacks,
    trials: trialsIn(aws, settings.name),
    deployed: deployedSettingsOf({ name: settings.name, names: expected.names, used }, aws),
    distribution,
    host: settings.domainName === undefined ? Promise.resolve(noAddresses) : dns.addresses(settings.domainName),
    answers: distribution.then(found => found && askDistribution(settings.domainName ?? found.host, http)),
    edgeFunction: distribution.then(found => functionOf(found, settings.name, aws)),
    webAcl: distribution.then(found => (found?.webAcl === undefined ? undefined : aws.webAcls.at(found.webAcl))),
    deliveries: aws.logs.deliveries(edgeStackRegion),
    concurrency: inEachRegion(lambdaEdgeRegions, region => aws.prerequisites.concurrency(region)),
  }
}

const noAddresses: Addresses = { ipv4: false, ipv6: false }

function watchFacts(aws: Aws, { settings, names, used }: Expected) {
  return {
    edgeLogs: inEachRegion(lambdaEdgeRegions, async region =>
      (await aws.logs.groups(names.edgeLogs, region)).find(group => group.name === names.edgeLogs),
    ),
    watch: schedulesOf(names.watchFunction, aws),
    alarms: inEachRegion(regionsOf(settings), region =>
      aws.watch.alarms(expectedAlarms(settings, region, used?.stack), region),
    ),
    hasDashboard: aws.watch.hasDashboard(settings.name),
  }
}

function keyFacts(aws: Aws, expected: Expected) {
  const { settings, names } = expected
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
    dataKeys: settings.encryption === 'aws' ? Promise.resolve([]) : dataKeysOf(aws, expected),
  }
}

function regionalFacts(aws: Aws, expected: Expected) {
  const { settings, names } = expected
  const { mode, homeRegions, name } = settings
  const [home] = homeRegions
  const apiRegions = apiRegionsOf(settings)
  const exchange = apiPurpose('exchange', settings.network)
  const sweeperArn = async () =>
    `arn:aws:lambda:${home}:${await aws.account()}:function:${names.apiFunction('sweeper')}`
  return {
    links: inEachRegion(homeRegions, region => aws.tables.describe(names.linksTable, region)),
    apiState: inEachRegion(apiRegions, region => aws.tables.describe(names.apiStateTable, region)),
    apis: inEachRegion(apiRegions, region => aws.restApis.named(name, region)),
    tokenApis: inEachRegion(apiRegions, region => aws.restApis.named(names.tokenApi, region)),
    exchangeRoles: inEachRegion(apiRegions, region => aws.roles.describe(names.apiRole(exchange, region))),
    sweeperSchedules:
      mode === 'home' ? Promise.resolve([]) : sweeperArn().then(arn => aws.events.schedulesOf(arn, home)),
    ...contentFacts(aws, expected),
    linksFunctions: inEachRegion(apiRegions, region =>
      aws.functions.describe(names.apiFunction(apiPurpose('links', settings.network)), region),
    ),
    deliveriesTable: settings.deliveryProof ? aws.tables.describe(names.deliveriesTable, home) : nothing,
    logReaders: settings.deliveryProof
      ? aws.functions.readers(names.apiFunction('delivered'), edgeStackRegion)
      : Promise.resolve([]),
    hasBus: aws.events.hasBus(names.bus, edgeStackRegion),
    auditBuses: inEachRegion(settings.audit ? apiRegions : [], region => aws.events.hasBus(names.bus, region)),
    queueReaders: hasEndpoints(settings)
      ? aws.functions.readers(names.notifierFunction, edgeStackRegion)
      : Promise.resolve([]),
    streamReaders: inEachRegion(readerRegionsOf(settings), region =>
      aws.functions.readers(names.apiFunction('events'), region),
    ),
  }
}

/** Reads the bucket, and its key if it is yours. Another account's can't be read from here. */
function contentFacts(aws: Aws, { settings, names, account, used }: Expected) {
  const [home] = settings.homeRegions
  const content = used?.content
  const region = (content?.region ?? home) as Region
  const isOther = content !== undefined && content.account !== account
  const key = content?.key
  const isOthersKey = key?.split(':')[4] !== account
  return {
    content: isOther ? nothing : aws.buckets.describe(names.contentBucket(home), region),
    contentKey: key === undefined || isOthersKey ? nothing : aws.kms.policy(key, region),
  }
}

const nothing = Promise.resolve(undefined)

async function stacksIn(aws: Aws, { settings, names }: Expected): Promise<readonly DeployedStack[]> {
  const found = await Promise.all(allRegions(settings).map(region => aws.stacks.all(region)))
  const ours = found
    .flat()
    .filter(stack => stack.status !== 'DELETE_COMPLETE')
    .filter(stack => kindOfStack(stack, settings.name) !== undefined || stack.name === names.regionStack(stack.region))
  return Promise.all(
    ours.map(async stack => {
      const { name, region } = stack
      const [resources, described] = await Promise.all([
        aws.stacks.resources(stack),
        aws.stackChanges.describe(name, region),
      ])
      return { ...stack, resources, isProtected: described?.isProtected === true }
    }),
  )
}

async function trialsIn(aws: Aws, deployment: string): Promise<readonly string[]> {
  const found = (await aws.stacks.all(edgeStackRegion)).filter(({ status }) => status !== 'DELETE_COMPLETE')
  return found.map(({ name }) => name).filter(name => trialKindOf(name, deployment) !== undefined)
}

async function distributionOf(stacks: readonly DeployedStack[], aws: Aws): Promise<Distribution | undefined> {
  const resources = stacks.flatMap(stack => stack.resources)
  const found = resources.find(each => each.type === 'AWS::CloudFront::Distribution' && each.physicalId !== '')
  return found && aws.cloudfront.distribution(found.physicalId)
}

/** Describes the version that the behaviour of links calls; a newer one may have been published. */
async function functionOf(
  distribution: Distribution | undefined,
  deployment: string,
  aws: Aws,
): Promise<LambdaFunction | undefined> {
  const arn = distribution?.behaviours.flatMap(({ functions }) => functions)[0]?.arn
  const [, name = '', version] = /:function:([^:]+):(\d+)$/.exec(arn ?? '') ?? []
  if (version === undefined || !isEdgeFunction(name, deployment)) return undefined
  return aws.functions.describe(name, edgeStackRegion, version)
}

async function schedulesOf(name: string, aws: Aws): Promise<readonly string[] | undefined> {
  if ((await aws.functions.describe(name, edgeStackRegion)) === undefined) return undefined
  const arn = `arn:aws:lambda:${edgeStackRegion}:${await aws.account()}:function:${name}`
  return aws.events.schedulesOf(arn, edgeStackRegion)
}

async function settled<T>(fact: Promise<T>): Promise<FactResult<T>> {
  try {
    return { kind: 'known', value: await fact }
  } catch (error) {
    return { kind: 'unknown', why: String(error).split('\n')[0] ?? '' }
  }
}
