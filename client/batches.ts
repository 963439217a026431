import type { BatchResponse, IssueLink } from '../shared/openapi/types.ts'
import { ask, type Asking } from './requests.ts'

/** What became of one link of many: it was issued, or the problem says why not. */
export type BatchedLink = BatchResponse['results'][number]

/** Most links in one request (docs/api.md, POST /links/batch). */
const maxBatch = 100

/** The wait before a batch is asked for again, in milliseconds; it doubles, up to the last. */
const firstWaitMs = 1000
const lastWaitMs = 60_000

/**
 * Issues links in batches, one after the other. Each batch has a key of its own, made from that of the whole: asked again
 * under it, the API gives the links that it gave before, and tries the others.
 */
export async function* issueInBatches(
  links: Iterable<IssueLink>,
  { idempotencyKey, signal }: { readonly idempotencyKey: string; readonly signal: AbortSignal | undefined },
  asking: Asking,
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

async function issueBatch({ batch, idempotencyKey, signal }: Batch, asking: Asking): Promise<readonly BatchedLink[]> {
  for (let attempt = 1; ; attempt += 1) {
    const request = { method: 'POST', path: '/links/batch', body: { links: batch }, idempotencyKey, signal } as const
    const { results } = (await ask(request, asking)) as BatchResponse
    if (attempt >= asking.attempts || !results.some(isPassing)) return results
    await asking.wait(Math.min(firstWaitMs * 2 ** (attempt - 1), lastWaitMs), signal)
  }
}

/** Not done yet: time ran out, the quota is used up, or the attempt before is still under way. */
function isPassing(result: BatchedLink): boolean {
  if (!('problem' in result)) return false
  const { status, reason } = result.problem
  return status >= 500 || status === 429 || reason === 'idempotency-key-in-use'
}
