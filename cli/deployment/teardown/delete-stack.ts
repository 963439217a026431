import type { EpochMs } from '../../../shared/time.ts'
import type { Stack, StackResource } from '../../ports/aws-stacks.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import { shortened } from '../../terminal/text.ts'

/** Milliseconds between two reads of a stack that is being deleted. */
const pollMs = 15_000

/** Requests between two progress messages while a bucket is emptied: some 100,000 files. */
const roundsPerMessage = 100

/** Attempts to delete a stack whose buckets get new files meanwhile: logs of the last requests arrive late. */
const maxAttempts = 3

/**
 * Empties the buckets of a stack and deletes it; reports what stays and why through `ports.info`. Never rejects, so that a
 * failure doesn't stop the deletion of other stacks. Returns whether it is deleted.
 */
export async function deleteStack(stack: Stack, ports: DeploymentPorts, deadline: EpochMs): Promise<boolean> {
  try {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const end = await tryToDelete(stack, ports, deadline)
      if (end !== 'files added') return end
    }
    ports.info(`${stack.name} in ${stack.region} stays: its buckets keep getting new files`)
  } catch (error) {
    ports.info(`${stack.name} in ${stack.region} stays: ${error instanceof Error ? error.message : String(error)}`)
  }
  return false
}

async function tryToDelete(stack: Stack, ports: DeploymentPorts, deadline: EpochMs): Promise<boolean | 'files added'> {
  const { aws, info } = ports
  const label = `${stack.name} in ${stack.region}`
  if (!(await hasSettled(stack, ports, deadline))) {
    info(`${label} is still being changed`)
    return false
  }
  await emptyBuckets(stack, ports, deadline)
  info(`deleting ${label}`)
  await aws.stacks.remove(stack)
  const { status } = await waitForDeletion(stack, ports, deadline)
  if (status === 'DELETE_COMPLETE') {
    info(`${label} is deleted`)
    return true
  }
  if (status !== 'DELETE_FAILED') {
    info(`${label} is still being deleted`)
    return false
  }
  const failed = (await aws.stacks.resources(stack)).filter(resource => resource.status === 'DELETE_FAILED')
  if (failed.some(isBucket)) return 'files added'
  for (const { type, physicalId, reason } of failed)
    info(`${label}: ${type} ${physicalId} stays: ${explainAwsError(reason)}`)
  return false
}

const isBucket = ({ type }: StackResource) => type === 'AWS::S3::Bucket'

async function emptyBuckets(stack: Stack, { aws, clock, info }: DeploymentPorts, deadline: EpochMs): Promise<void> {
  const buckets = (await aws.stacks.resources(stack))
    .filter(isBucket)
    // If it has no id, its creation failed before there was a bucket.
    .filter(({ status, physicalId }) => status !== 'DELETE_COMPLETE' && physicalId !== '')
  for (const { physicalId } of buckets) {
    let deleted = 0
    for (let rounds = 1; clock.now() < deadline; rounds += 1) {
      const count = await aws.buckets.emptySome(physicalId, stack.region)
      deleted += count
      if (count === 0) break
      if (rounds % roundsPerMessage === 0) info(`deleted ${deleted} versions of files in ${physicalId} so far`)
    }
    if (deleted > 0) info(`deleted ${deleted} versions of files in ${physicalId}`)
  }
}

/**
 * Waits until CloudFormation has ended what it does to the stack, such as the rollback of a deployment; meanwhile it refuses. Returns
 * false if that lasts longer than the deadline.
 */
export async function hasSettled(stack: Stack, { aws, clock }: DeploymentPorts, deadline: EpochMs): Promise<boolean> {
  for (;;) {
    const { status } = await aws.stacks.again(stack)
    // A change set that was never executed has nothing in progress.
    if (!/^(?!REVIEW|DELETE).*_IN_PROGRESS$/.test(status)) return true
    if (clock.now() >= deadline) return false
    await clock.pause(pollMs)
  }
}

async function waitForDeletion(stack: Stack, { aws, clock }: DeploymentPorts, deadline: EpochMs): Promise<Stack> {
  for (;;) {
    await clock.pause(pollMs) // first, because the status may still be that of an earlier attempt
    const current = await aws.stacks.again(stack)
    const hasEnded = current.status === 'DELETE_COMPLETE' || current.status === 'DELETE_FAILED'
    if (hasEnded || clock.now() >= deadline) return current
  }
}

/** Longest excerpt of an AWS message, in characters: some hold whole policies, and the output is a single line. */
const maxLength = 200

/** Messages of AWS for failed deletions, and what to do. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/replicated function/i, 'CloudFront keeps replicas of the edge function for some hours; run this again later'],
  [
    /pricing plan|flat-rate|subscri/i,
    'the plan of the distribution keeps it until it has ended: free at once, says CloudFront (CloudFormation may wait), the others after the billing cycle; run this again after that',
  ],
  [
    /acted as a source region/i,
    'DynamoDB keeps a table for a day after a replica was created from it; run this again later',
  ],
  [/BucketNotEmpty|bucket you tried to delete is not empty/i, 'files were added meanwhile; run this again'],
  [/currently in use|has a dependent object|network interface/i, 'a part of it is still in use; run this again later'],
]

/** Returns why a resource was not deleted: our explanation if we have one, else the start of AWS's message. */
export function explainAwsError(reason: string): string {
  return explanations.find(([pattern]) => pattern.test(reason))?.[1] ?? shortened(reason, maxLength)
}
