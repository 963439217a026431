import { type Account, remove, type Resource, type Stack, type Thing, thingsOf } from './account.ts'

/** Deletes what a stack holds, as CloudFormation does: last made first, and what will not go is told of. */
export function endDeletion(stack: Stack, account: Account): void {
  const waitsFor: string[] = []
  for (const resource of stack.resources.toReversed()) {
    if (resource.status === 'DELETE_COMPLETE' || resource.status === 'DELETE_SKIPPED') continue
    const things = account.things.filter(({ owner }) => owner === `${stack.id} ${resource.logicalId}`)
    if (waitsFor.some(each => each.includes(`/${resource.id}`))) continue
    const reason = resource.retained ? undefined : whyNot(resource, things, account)
    if (reason !== undefined) {
      Object.assign(resource, { status: 'DELETE_FAILED', reason })
      waitsFor.push(JSON.stringify(things.map(({ properties }) => properties['Role'] ?? '')))
      continue
    }
    Object.assign(resource, { status: resource.retained ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE', reason: '' })
    if (!resource.retained) takeAway(resource, things, account)
  }
  const hasFailed = stack.resources.some(({ status }) => status === 'DELETE_FAILED')
  stack.status = hasFailed ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
}

function whyNot({ type, id }: Resource, things: readonly Thing[], account: Account): string | undefined {
  if (type === 'AWS::Lambda::Function' && account.edgeReplicas && things.some(isEdgeFunction))
    return replicated(id, account)
  if (type === 'AWS::S3::Bucket' && things.some(({ properties }) => isFull(properties))) {
    return 'The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: R)'
  }
  if (type !== 'AWS::DynamoDB::GlobalTable') return undefined
  if (things.some(isProtected)) return `Resource can't be deleted: ${id} has deletion protection`
  return account.youngReplicas && things.length > 1
    ? 'Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table in the last 24 hours.'
    : undefined
}

/** What Lambda says of a function of which CloudFront has copies. */
export function replicated(id: string, account: Account): string {
  return `Lambda was unable to delete arn:aws:lambda:us-east-1:${account.id}:function:${id}:1 because it is a replicated function. Please see our documentation for Deleting Lambda@Edge Functions and Replicas.`
}

/** Whether a function is the one that a distribution calls: the others are for arm64. */
export function isEdgeFunction({ properties }: Thing): boolean {
  return JSON.stringify(properties['Architectures']) === '["x86_64"]'
}

/** Whether a bucket holds anything. */
export function isFull(properties: Thing['properties']): boolean {
  return ['versions', 'markers', 'uploads'].some(kind => ((properties[kind] ?? []) as unknown[]).length > 0)
}

/** Whether a replica of a table has deletion protection. */
export function isProtected({ properties }: Thing): boolean {
  return (properties['replica'] as { DeletionProtectionEnabled?: boolean }).DeletionProtectionEnabled === true
}

/** A key of KMS waits; all else is gone at once. */
function takeAway({ type }: Resource, things: readonly Thing[], account: Account): void {
  if (type === 'AWS::Lambda::Function') for (const each of things) removeFunction(each, account)
  if (type !== 'AWS::KMS::Key' && type !== 'AWS::KMS::ReplicaKey') return remove(account, things)
  for (const { properties } of things) properties['state'] = 'PendingDeletion'
}

/** Takes away a function with all its versions, retained ones too. */
export function removeFunction(made: Thing, account: Account): void {
  const versions = thingsOf(account, 'AWS::Lambda::Version').filter(({ id }) => id.includes(`:function:${made.id}:`))
  remove(account, [made, ...versions])
}
