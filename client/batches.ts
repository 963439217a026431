import type { BatchResponse, IssueLink } from '../shared/schemas/types.ts'
import { NoResponseError, ProblemError } from './problem.ts'
import { ask, type Transport } from './requests.ts'
import { isBatchOf } from './shapes.ts'

/** What became of one link of many: it was issued, or the problem says why not. */
export type BatchedLink = BatchResponse['results'][number]

/** Most links in one request (docs/api.md, POST /links/batch). */
const maxBatch = 100

/** The wait before a batch is asked for again, in milliseconds; it doubles, up to the window of the API's quota. */
const firstWaitMs = 1000
const longestWaitMs = 60_000

/**
 * Issues links in batches, one after the other. Each batch has a key of its own, made from that of the whole: asked again
 * under it, the API gives the links that it gave before, and tries the others.
 */
export async function* issueInBatches(
  links: Iterable<IssueLink>,
  { idempotencyKey, signal }: { readonly idempotencyKey: string; readonly signal: AbortSignal | undefined },
  asking: Transport,
): AsyncGenerator<BatchedLink, void, undefined> {
  let number = 0
  for (const batch of batchesOf(links)) {
    const request = { batch, idempotencyKey: `${idempotencyKey}-${number}`, signal }
    yield* await issueBatch(request, asking)
    number += 1
  }
}

function* batchesOf(links: Iterable<IssueLink>): Generator<readonly IssueLink[]> {
  let batch: IssueLink[] = []
  for (const link of links) {
    batch.push(link)
    if (batch.length < maxBatch) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

interface Batch {
  readonly batch: readonly IssueLink[]
  readonly idempotencyKey: string
  readonly signal: AbortSignal | undefined
}

/** As many attempts as allowed, those that got no answer counted as well. What is known already is not lost by a later one. */
async function issueBatch(
  { batch, idempotencyKey, signal }: Batch,
  asking: Transport,
): Promise<readonly BatchedLink[]> {
  const body = { links: batch }
  const request = { method: 'POST', path: '/links/batch', body, idempotencyKey, signal } as const
  const isAnswer = isBatchOf(batch.length)
  let known: readonly BatchedLink[] | undefined
  for (let left = asking.attempts, round = 0; ; round += 1) {
    const answer = await ask({ ...request, isAnswer }, { ...asking, attempts: left }).catch(keep)
    if (answer instanceof Error) {
      if (known === undefined) throw answer
      return known
    }
    known = answer.json.results
    left -= answer.attempts
    if (left < 1 || !known.some(isPassing)) return known
    await asking.wait(Math.min(firstWaitMs * 2 ** round, longestWaitMs), signal)
  }
}

/** What the API, or nobody, said; all else ends the call. */
function keep(error: unknown): ProblemError | NoResponseError {
  if (error instanceof ProblemError || error instanceof NoResponseError) return error
  throw error
}

/** Not done yet: time ran out, the quota is used up, or the attempt before is still under way. */
function isPassing(result: BatchedLink): boolean {
  if (!('problem' in result)) return false
  const { status, reason } = result.problem
  return status >= 500 || status === 429 || reason === 'idempotency-key-in-use'
}
