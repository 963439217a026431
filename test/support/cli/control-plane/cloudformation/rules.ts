import { type Account, AwsError, type Properties, type Thing, thing, thingsOf } from '../account.ts'
import { checkName } from './physical.ts'
import { existing, type Target, thingsOfResource } from './things.ts'

/** What a service refuses for one type of resource; each throws the service's error. */
interface Rules {
  create?(target: Target, properties: Properties): void
  update?(target: Target, properties: Properties): void
  delete?(target: Target): void
}

const invalid = (message: string) => new AwsError('InvalidRequest', message)
const day = 24 * 3600_000

/**
 * The rules of DynamoDB global tables (CloudFormation, "AWS::DynamoDB::GlobalTable": the stack's Region must have a replica and keep
 * it; one replica is added or removed in an update, except strongly consistent ones; DynamoDB, "Using resource-based policies": no
 * policy comes with a replica of another Region in the update that adds it).
 */
const globalTable: Rules = {
  create(target, properties) {
    const { account, stack, resource } = target
    const regions = regionsOf(properties)
    if (!regions.includes(stack.region)) throw invalid('Replicas must include the Region of the stack')
    const members = regions.length + ((properties['GlobalTableWitnesses'] ?? []) as unknown[]).length
    if (properties['MultiRegionConsistency'] === 'STRONG' && members !== 3) {
      throw invalid('A strongly consistent table has three members')
    }
    for (const region of regions) {
      checkName(
        { account, stack: { ...stack, region }, logicalId: resource.logicalId, type: resource.type },
        properties,
      )
    }
    checkReplicas(target, properties, [])
  },
  update(target, properties) {
    const { stack } = target
    const before = thingsOfResource(target)
    const [old, fresh] = [before.map(({ region }) => region), regionsOf(properties)]
    const added = fresh.filter(region => !old.includes(region))
    const removed = before.filter(({ region }) => !fresh.includes(region))
    if (added.length + removed.length > 1) throw invalid('Only one replica can be added or removed in an update')
    if (removed.some(({ region }) => region === stack.region))
      throw invalid('The replica in the Region of the stack must stay')
    // CloudFormation compares with its own last template, so a replica that was deleted by hand may be absent here.
    if (removed.some(isProtected)) throw invalid('Replica cannot be deleted because it has deletion protection')
    checkReplicas(target, properties, old)
  },
  delete(target) {
    const { account, resource } = target
    const things = thingsOfResource(target)
    if (things.some(isProtected)) throw invalid(`Resource can't be deleted: ${resource.id} has deletion protection`)
    const isYoung = things.some(({ properties }) => account.now - Number(properties['replicaAddedAt'] ?? 0) < day)
    if (things.length > 1 && (account.youngReplicas || isYoung)) {
      throw invalid(
        'Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table in the last 24 hours.',
      )
    }
  },
}

const regionsOf = (properties: Properties) =>
  (properties['Replicas'] as Properties[]).map(({ Region }) => String(Region))

function checkReplicas({ account, stack }: Target, properties: Properties, old: readonly string[]): void {
  for (const replica of properties['Replicas'] as Properties[]) {
    const region = String(replica['Region'])
    const key = (replica['SSESpecification'] as Properties | undefined)?.['KMSMasterKeyId'] as string | undefined
    if (key !== undefined) checkKey(account, region, key)
    const isNew = !old.includes(region) && region !== stack.region
    if (isNew && replica['ResourcePolicy'] !== undefined) {
      throw invalid(`The policy of the replica in ${region} can't be put in the update that creates the replica`)
    }
  }
}

/** Throws if a KMS key can't be used (KMS, "Key states of AWS KMS keys"). */
function checkKey(account: Account, region: string, arn: string): void {
  const id = arn.split('/').at(-1) ?? ''
  if (arn.includes('alias/')) return
  const types = ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey']
  const found = types.flatMap(type => thing(account, type, { region, id }) ?? [])[0]
  const state = found === undefined ? 'absent' : ((found.properties['state'] ?? 'Enabled') as string)
  if (state !== 'Enabled') throw new AwsError('KMSInvalidStateException', `${arn} is ${state}`)
}

/** Whether a replica of a table has deletion protection. */
export function isProtected({ properties }: Thing): boolean {
  return (properties['replica'] as { DeletionProtectionEnabled?: boolean }).DeletionProtectionEnabled === true
}

/** Whether a bucket has versions, delete markers or uploads. */
export function isFull(properties: Properties): boolean {
  return ['versions', 'markers', 'uploads'].some(kind => ((properties[kind] ?? []) as unknown[]).length > 0)
}

/** Whether a function is the edge function, the only one that isn't for arm64. */
export function isEdgeFunction({ properties }: Thing): boolean {
  return JSON.stringify(properties['Architectures']) === '["x86_64"]'
}

/** Returns Lambda's error message for a function of which CloudFront has replicas. */
export function replicatedMessage(id: string, account: Account): string {
  return `Lambda was unable to delete arn:aws:lambda:us-east-1:${account.id}:function:${id}:1 because it is a replicated function. Please see our documentation for Deleting Lambda@Edge Functions and Replicas.`
}

/** Throws while CloudFront has replicas of a function (CloudFront, "Delete Lambda@Edge functions and replicas"). */
export function checkReplicated(account: Account, target: Thing): void {
  if (!isEdgeFunction(target)) return
  const isUsed = thingsOf(account, 'AWS::CloudFront::Distribution').some(({ properties }) =>
    JSON.stringify(properties).includes(`:function:${target.id}:`),
  )
  if (isUsed || account.edgeReplicas)
    throw new AwsError('InvalidParameterValueException', replicatedMessage(target.id, account))
}

const roleName = (arn: unknown) => String(arn).split('/').at(-1) ?? ''

/** The rules by type. */
export const rules: Readonly<Record<string, Rules>> = {
  'AWS::DynamoDB::GlobalTable': globalTable,
  'AWS::S3::Bucket': {
    delete(target) {
      if (!thingsOfResource(target).some(({ properties }) => isFull(properties))) return
      throw invalid('The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: R)')
    },
  },
  'AWS::S3::BucketPolicy': {
    create: ({ account }, { Bucket }) => void existing(account, 'AWS::S3::Bucket', { id: String(Bucket) }),
  },
  'AWS::Lambda::Function': {
    create: ({ account }, { Role }) => void existing(account, 'AWS::IAM::Role', { id: roleName(Role) }),
    delete(target) {
      for (const each of thingsOfResource(target)) checkReplicated(target.account, each)
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    create({ account, stack: { region } }, { EventSourceArn }) {
      const [, id = ''] = /:table\/([^/]+)\/stream/.exec(String(EventSourceArn)) ?? []
      if (id !== '') existing(account, 'AWS::DynamoDB::GlobalTable', { region, id })
    },
  },
  'AWS::KMS::Key': { update: checkUnchanged(['KeySpec', 'KeyUsage', 'MultiRegion']) },
  'AWS::KMS::ReplicaKey': {
    create({ account, stack: { region } }, { PrimaryKeyArn }) {
      const [, , , home = '', , resource = ''] = String(PrimaryKeyArn).split(':')
      const id = resource.split('/').at(-1) ?? ''
      checkKey(account, home, String(PrimaryKeyArn))
      if (thing(account, 'AWS::KMS::ReplicaKey', { region, id }) !== undefined) {
        throw new AwsError('AlreadyExists', `${region} already has a replica of ${id}`)
      }
    },
  },
  // A distribution on a flat-rate plan can't be deleted until the plan ends (Pricing Plan Manager, "CancelSubscription").
  'AWS::CloudFront::Distribution': {
    delete(target) {
      const plans = thingsOf(target.account, 'AWS::PricingPlanManager::Subscription')
      const [found] = thingsOfResource(target)
      if (found === undefined) return
      if (plans.some(({ properties }) => JSON.stringify(properties['ResourceArns']).includes(found.id))) {
        throw invalid(`${found.id} is subscribed to a pricing plan`)
      }
    },
  },
  'AWS::PricingPlanManager::Subscription': { update: checkUnchanged(['PlanTier', 'UsageLevel', 'ResourceArns']) },
}

/** Some properties have no update, and CloudFormation's registry doesn't say that they replace: the service refuses. */
function checkUnchanged(names: readonly string[]): NonNullable<Rules['update']> {
  return ({ resource }, properties) => {
    for (const name of names) {
      if (JSON.stringify(resource.properties?.[name]) === JSON.stringify(properties[name])) continue
      throw invalid(`${name} of ${resource.logicalId} can't be changed`)
    }
  }
}
