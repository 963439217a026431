import { apiPurpose } from '../../../infra/placement/physical-names.ts'
import { apiRegionsOf, edgeStackRegion, secretRegionsOf } from '../../../infra/settings/settings.ts'
import { lambdaEdgeRegions } from '../../../infra/placement/lambda-edge-regions.ts'
import type { Distribution } from '../../ports/aws-cloudfront.ts'
import type { Region } from '../../../shared/regions.ts'
import type { Addresses } from '../../ports/machine.ts'
import type { Aws, DeploymentPorts } from '../../ports/ports.ts'
import { allRegions, expectedAlarms, expectedReaders, inEachRegion, kindOfStack } from '../names.ts'
import { preparationFor } from '../deploy/stack-status.ts'
import { existingTrials } from '../prove/trials/stacks.ts'
import { askDistribution } from './answers.ts'
import { isEdgeVersion } from './behaviours.ts'
import { type ConstructUse, deployedSettingsOf } from './construct-use.ts'
import type { CollectedFacts, DataKey, DeployedStack, Expected, FactResult, Facts } from './facts.ts'

type PendingFacts = { readonly [K in keyof Facts]: Promise<Facts[K]> }

/** Where facts come from. */
export type Sources = Pick<DeploymentPorts, 'aws' | 'http' | 'dns'>

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
  const { settings, used, comparesDrift } = expected
  const stacks = stacksIn(aws, expected)
  const addressesOf = async (name: string | undefined) => (name === undefined ? noAddresses : dns.addresses(name))
  const distribution =
    used === undefined
      ? stacks.then(found => distributionOf(found, settings.name, aws))
      : usedDistribution(used, settings.name, aws)
  return {
    stacks,
    drift: stacks.then(found => (comparesDrift === true ? driftOf(found, aws) : [])),
    trials: existingTrials(settings.name, { aws }),
    deployed: deployedSettingsOf({ name: settings.name, names: expected.names, used }, aws),
    distribution,
    host: addressesOf(settings.domainName),
    pageHost: addressesOf(settings.sendPage?.domainName),
    scanPlan: stacks.then(async found => planOf(found, expected, aws)),
    answers: distribution.then(found => found && askDistribution(settings.domainName ?? found.host, http)),
    webAcl: distribution.then(found => (found?.webAcl === undefined ? undefined : aws.webAcls.at(found.webAcl))),
    logDeliveries: aws.logs.deliveries(edgeStackRegion),
    concurrency: inEachRegion(lambdaEdgeRegions, region => aws.prerequisites.concurrency(region)),
  }
}

const noAddresses: Addresses = { ipv4: false, ipv6: false }

function watchFacts(aws: Aws, { settings, names, used }: Expected) {
  return {
    edgeLogs: inEachRegion(lambdaEdgeRegions, async region =>
      (await aws.logs.groups(names.edgeLogs, region)).find(group => group.name === names.edgeLogs),
    ),
    alarms: aws.watch.alarms(expectedAlarms(settings, used?.stack), edgeStackRegion),
  }
}

function keyFacts(aws: Aws, expected: Expected) {
  const { settings, names } = expected
  const regions = secretRegionsOf(settings)
  return {
    secrets: inEachRegion(regions, region => aws.secrets.describe(names.secret, region)),
    currentKeyId: aws.secrets.currentKeyId(names.secret, edgeStackRegion),
    publicKeys: aws.cloudfront.publicKeys(),
    keyGroup: aws.cloudfront.keyGroup(settings.name),
    dataKeys: settings.encryption === 'aws' ? Promise.resolve([]) : dataKeysOf(aws, expected),
  }
}

function regionalFacts(aws: Aws, expected: Expected) {
  const { settings, names } = expected
  const apiRegions = apiRegionsOf(settings)
  return {
    links: inEachRegion(settings.homeRegions, region => aws.tables.describe(names.linksTable, region)),
    apiState: inEachRegion(apiRegions, region => aws.tables.describe(names.apiStateTable, region)),
    apis: apisIn(apiRegions, [settings.name, names.tokenApi], aws),
    ...contentFacts(aws, expected),
    linksFunctions: inEachRegion(apiRegions, region =>
      aws.functions.describe(names.apiFunction(apiPurpose('links', settings.network)), region),
    ),
    readers: Promise.all(
      expectedReaders(settings, names).map(async each => ({
        ...each,
        sources: await aws.functions.readers(each.name, each.region),
      })),
    ),
  }
}

/** Reads a bucket of yours, and its key. Another account's can't be read from here. */
function contentFacts(aws: Aws, { account, used }: Expected) {
  if (used?.content === undefined) return { content: nothing, contentKey: nothing }
  const { bucket, key, ...content } = used.content
  const region = content.region as Region
  const isOthersKey = key?.split(':')[4] !== account
  return {
    content: content.account === account ? aws.buckets.describe(bucket, region) : nothing,
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
      const [resources, described] = await Promise.all([aws.stacks.resources(stack), aws.stacks.describe(name, region)])
      return { ...stack, resources, isProtected: described?.isProtected === true }
    }),
  )
}

/** Returns the distribution of links: of those of stacks, the one that calls the edge function, or the first if none does. */
async function distributionOf(
  stacks: readonly Pick<DeployedStack, 'resources'>[],
  deployment: string,
  aws: Aws,
): Promise<Distribution | undefined> {
  const resources = stacks.flatMap(stack => stack.resources)
  const ids = resources.filter(({ type }) => type === 'AWS::CloudFront::Distribution').map(each => each.physicalId)
  const read = await Promise.all(ids.filter(id => id !== '').map(id => aws.cloudfront.distribution(id)))
  const distributions = read.filter(each => each !== undefined)
  return distributions.find(each => callsEdge(each, deployment)) ?? distributions[0]
}

/** Returns the plan of GuardDuty for the bucket of the files: a stack of yours may have others. */
async function planOf(stacks: Facts['stacks'], { settings, names }: Expected, aws: Aws): Promise<Facts['scanPlan']> {
  if (settings.scan === undefined) return undefined
  const [home] = settings.homeRegions
  const all = stacks.flatMap(({ resources }) => resources)
  const ids = all.filter(({ type }) => type === 'AWS::GuardDuty::MalwareProtectionPlan').map(each => each.physicalId)
  const plans = await Promise.all(ids.filter(id => id !== '').map(async id => aws.buckets.scanPlan(id, home)))
  return plans.find(plan => plan?.bucket === names.contentBucket(home))
}

async function apisIn(regions: readonly Region[], apiNames: readonly string[], aws: Aws): Promise<Facts['apis']> {
  const found = regions.flatMap(region =>
    apiNames.map(async name => (await aws.restApis.named(name, region)).map(api => ({ ...api, region }))),
  )
  return (await Promise.all(found)).flat()
}

/** Lets CloudFormation compare stacks with their templates: only those whose last change ended well, as it takes no other. */
export async function driftOf(stacks: readonly DeployedStack[], aws: Pick<Aws, 'stacks'>): Promise<Facts['drift']> {
  const complete = stacks.filter(({ status }) => preparationFor(status) === 'deploy')
  return Promise.all(
    complete.map(async stack => ({ ...(await aws.stacks.drift(stack)), name: stack.name, region: stack.region })),
  )
}

async function settled<T>(fact: Promise<T>): Promise<FactResult<T>> {
  try {
    return { kind: 'known', value: await fact }
  } catch (error) {
    return { kind: 'unknown', why: String(error).split('\n')[0] ?? '' }
  }
}

/** Describes the keys that encrypt the tables, the copies of the secret and the files of a deployment. */
async function dataKeysOf(aws: Aws, { settings, names, used }: Expected): Promise<readonly DataKey[]> {
  const [home] = settings.homeRegions
  const table = (name: string) => (region: Region) => keyOf(`table ${name}`, region, aws.tables.describe(name, region))
  const keyOf = async (of: string, region: Region, thing: Promise<{ kmsKey: string | undefined } | undefined>) => {
    const id = (await thing)?.kmsKey
    const key = id === undefined ? undefined : await aws.kms.describe(id, region)
    return { of: `${of} in ${region}`, region, key: key && id !== undefined ? { ...key, id } : undefined }
  }
  return Promise.all([
    ...settings.homeRegions.map(table(names.linksTable)),
    ...apiRegionsOf(settings).map(table(names.apiStateTable)),
    ...(settings.deliveryProof ? [home] : []).map(table(names.deliveriesTable)),
    ...secretRegionsOf(settings).map(region =>
      keyOf(`secret ${names.secret}`, region, aws.secrets.describe(names.secret, region)),
    ),
    ...(used?.content === undefined
      ? [keyOf('bucket of files', home, aws.buckets.describe(names.contentBucket(home), home))]
      : []),
  ])
}

/** Returns the distribution that serves the links of a construct. */
async function usedDistribution(
  { distribution: { stack, region } }: ConstructUse,
  deployment: string,
  aws: Aws,
): Promise<Distribution | undefined> {
  const all = await aws.stacks.all(region as Region)
  const found = all.find(({ name, status }) => name === stack && status !== 'DELETE_COMPLETE')
  if (found === undefined) return undefined
  return distributionOf([{ resources: await aws.stacks.resources(found) }], deployment, aws)
}

function callsEdge({ behaviours }: Distribution, deployment: string): boolean {
  return behaviours.some(({ functions }) => functions.some(({ arn }) => isEdgeVersion(arn, deployment)))
}
