import type { EpochMs } from '../../../shared/time.ts'
import type { Stack, StackResource } from '../../ports/aws-resources.ts'
import type { Ports } from '../../ports/ports.ts'
import { explainAwsError } from './aws-errors.ts'

/** How often it is looked how a deletion goes, in milliseconds. */
const pollMs = 15_000

/** How often it is said how the emptying of a bucket goes: each 100,000 files or so. */
const roundsPerNote = 100

/** How often a stack is deleted again because its buckets filled up meanwhile: logs of the last requests come late. */
const tries = 3

/** What became of a stack that was to be deleted. */
export type StackEnd = 'gone' | 'under way' | 'stays'

/**
 * Empties the buckets of a stack and deletes it; notes what stays and why. Never rejects: the other stacks are to be
 * deleted all the same.
 */
export async function deleteStack(stack: Stack, ports: Ports, deadline: EpochMs): Promise<StackEnd> {
  try {
    for (let attempt = 1; attempt <= tries; attempt += 1) {
      const end = await tryToDelete(stack, ports, deadline)
      if (end !== 'files came') return end
    }
    ports.info(`${stack.name} in ${stack.region} stays: its buckets fill up again and again`)
  } catch (error) {
    ports.info(`${stack.name} in ${stack.region} stays: ${error instanceof Error ? error.message : String(error)}`)
  }
  return 'stays'
}

async function tryToDelete(stack: Stack, ports: Ports, deadline: EpochMs): Promise<StackEnd | 'files came'> {
  const { aws, info: note } = ports
  const label = `${stack.name} in ${stack.region}`
  await emptyBuckets(stack, ports, deadline)
  note(`deleting ${label}`)
  await aws.stacks.remove(stack)
  const { status } = await whenSettled(stack, ports, deadline)
  if (status === 'DELETE_COMPLETE') {
    note(`${label} is gone`)
    return 'gone'
  }
  if (status !== 'DELETE_FAILED') {
    note(`${label} is still being deleted`)
    return 'under way'
  }
  const failed = (await aws.stacks.resources(stack)).filter(resource => resource.status === 'DELETE_FAILED')
  if (failed.some(isBucket)) return 'files came'
  for (const { type, physicalId, reason } of failed)
    note(`${label}: ${type} ${physicalId} stays: ${explainAwsError(reason)}`)
  return 'stays'
}

const isBucket = ({ type }: StackResource) => type === 'AWS::S3::Bucket'

async function emptyBuckets(stack: Stack, { aws, clock, info: note }: Ports, deadline: EpochMs): Promise<void> {
  const buckets = (await aws.stacks.resources(stack))
    .filter(isBucket)
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
  for (const { physicalId } of buckets) {
    let deleted = 0
    for (let rounds = 1; clock.now() < deadline; rounds += 1) {
      const some = await aws.buckets.emptySome(physicalId, stack.region)
      deleted += some
      if (some === 0) break
      if (rounds % roundsPerNote === 0) note(`deleted ${deleted} versions of files in ${physicalId}, going on`)
    }
    if (deleted > 0) note(`deleted ${deleted} versions of files in ${physicalId}`)
  }
}

async function whenSettled(stack: Stack, { aws, clock }: Ports, deadline: EpochMs): Promise<Stack> {
  for (;;) {
    await clock.pause(pollMs) // first, so that the state of an earlier try isn't taken for that of this one
    const now = await aws.stacks.again(stack)
    if (now.status === 'DELETE_COMPLETE' || now.status === 'DELETE_FAILED' || clock.now() >= deadline) return now
  }
}
