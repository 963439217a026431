import { type Account, remove, type Resource, type Stack, type Thing, thingsOf } from './account.ts'

/** Deletes the resources of a stack as CloudFormation does: in reverse order, and with the reason for each that fails. */
export function endDeletion(stack: Stack, account: Account): void {
  const undeleted: string[] = []
  for (const resource of stack.resources.toReversed()) {
    if (resource.status === 'DELETE_COMPLETE' || resource.status === 'DELETE_SKIPPED') continue
    const things = account.things.filter(({ owner }) => owner === `${stack.id} ${resource.logicalId}`)
    if (undeleted.some(each => each.includes(`/${resource.id}`))) continue
    const reason = resource.retained ? undefined : failureOf(resource, things, account)
    if (reason !== undefined) {
      Object.assign(resource, { status: 'DELETE_FAILED', reason })
      undeleted.push(JSON.stringify(things.map(({ properties }) => properties['Role'] ?? '')))
      continue
    }
    Object.assign(resource, { status: resource.retained ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE', reason: '' })
    if (!resource.retained) removeThings(resource, things, account)
  }
  const hasFailed = stack.resources.some(({ status }) => status === 'DELETE_FAILED')
  stack.status = hasFailed ? 'DELETE_FAILED' : 'DELETE_COMPLETE'
}

function failureOf({ type, id }: Resource, things: readonly Thing[], account: Account): string | undefined {
  if (type === 'AWS::Lambda::Function' && account.edgeReplicas && things.some(isEdgeFunction))
    return replicatedMessage(id, account)
  if (type === 'AWS::S3::Bucket' && things.some(({ properties }) => isFull(properties))) {
    return 'The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Request ID: R)'
  }
  if (type !== 'AWS::DynamoDB::GlobalTable') return undefined
  if (things.some(isProtected)) return `Resource can't be deleted: ${id} has deletion protection`
  return account.youngReplicas && things.length > 1
    ? 'Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table in the last 24 hours.'
    : undefined
}

/** Returns Lambda's error message for a function of which CloudFront has replicas. */
export function replicatedMessage(id: string, account: Account): string {
  return `Lambda was unable to delete arn:aws:lambda:us-east-1:${account.id}:function:${id}:1 because it is a replicated function. Please see our documentation for Deleting Lambda@Edge Functions and Replicas.`
}

/** Whether a function is the edge function, the only one that isn't for arm64. */
export function isEdgeFunction({ properties }: Thing): boolean {
  return JSON.stringify(properties['Architectures']) === '["x86_64"]'
}

/** Whether a bucket has versions, delete markers or uploads. */
export function isFull(properties: Thing['properties']): boolean {
  return ['versions', 'markers', 'uploads'].some(kind => ((properties[kind] ?? []) as unknown[]).length > 0)
}

/** Whether a replica of a table has deletion protection. */
export function isProtected({ properties }: Thing): boolean {
  return (properties['replica'] as { DeletionProtectionEnabled?: boolean }).DeletionProtectionEnabled === true
}

/** Schedules a KMS key for deletion; removes anything else at once. */
function removeThings({ type }: Resource, things: readonly Thing[], account: Account): void {
  if (type === 'AWS::Lambda::Function') for (const each of things) removeFunction(each, account)
  if (type !== 'AWS::KMS::Key' && type !== 'AWS::KMS::ReplicaKey') return remove(account, things)
  for (const { properties } of things) properties['state'] = 'PendingDeletion'
}

/** Removes a function with all its versions, retained ones too. */
export function removeFunction(target: Thing, account: Account): void {
  const versions = thingsOf(account, 'AWS::Lambda::Version').filter(({ id }) => id.includes(`:function:${target.id}:`))
  remove(account, [target, ...versions])
}
