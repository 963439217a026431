import type { RequestLine } from '../shared/api/routes.ts'
import type { BatchResponse, IssueLink } from '../shared/schemas/types.ts'
import type { IssueOptions } from './calls.ts'
import { type NewLink, type NewUploadLink, withPreset, withPresetExpiry } from './presets.ts'
import { NoResponseError, ProblemError, uncheckedReason } from './problem.ts'
import { type Request, send, type Transport } from './requests.ts'
import { isBatchOf } from './shapes.ts'
import { whenChecked } from './unchecked.ts'

/** Result of one link of `issueMany`: `link` if it was issued, or else `problem`, which says why not. */
export type BatchedLink = BatchResponse['results'][number]

/** Links per request, at most (docs/openapi.json, POST /links/batch). */
const maxBatchSize = 100

/** Wait before a batch is sent again, in milliseconds; it doubles, up to the window of the API's quota. */
const firstWaitMs = 1000
const maxWaitMs = 60_000

/**
 * Issues links in batches, one after the other, and yields one result per link in order. Each batch has its own key, made from
 * the given one: if it is sent again, the API returns the links that it has issued, and tries the others.
 */
export async function* issueInBatches(
  links: Iterable<NewLink | NewUploadLink>,
  { idempotencyKey, ...options }: IssueOptions & { readonly idempotencyKey: string },
  transport: Transport,
): AsyncGenerator<BatchedLink, void, undefined> {
  let number = 0
  for (const batch of batchesOf(links)) {
    const named = { idempotencyKey: `${idempotencyKey}-${number}`, signal: options.signal }
    yield* await whenChecked(async () => issueBatch(batch, named, transport), uncheckedSeconds, {
      ...options,
      ...transport,
    })
    number += 1
  }
}

function* batchesOf(links: Iterable<NewLink | NewUploadLink>): Generator<readonly IssueLink[]> {
  let batch: IssueLink[] = []
  for (const link of links) {
    batch.push('upload' in link ? withPresetExpiry(link) : withPreset(link))
    if (batch.length < maxBatchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Returns after how many seconds an object may have been checked; undefined if no link waits for one. */
function uncheckedSeconds(results: readonly BatchedLink[]): number | undefined {
  const waiting = results.find(each => 'problem' in each && each.problem.reason === uncheckedReason)
  return waiting && 'problem' in waiting ? waiting.retryAfterSeconds : undefined
}

/** Sends a batch until no result can improve, or no attempt is left. A later failure does not discard earlier results. */
async function issueBatch(
  batch: readonly IssueLink[],
  named: Pick<Request<unknown>, 'idempotencyKey' | 'signal'>,
  transport: Transport,
): Promise<readonly BatchedLink[]> {
  const line: RequestLine = { method: 'POST', path: '/links/batch' }
  const request = { ...line, body: { links: batch }, ...named }
  const isExpected = isBatchOf(batch.length)
  let known: readonly BatchedLink[] | undefined
  for (let left = transport.attempts, round = 0; ; round += 1) {
    const response = await send({ ...request, isExpected }, { ...transport, attempts: left }).catch(asFailure)
    if (response instanceof Error) {
      if (known === undefined) throw response
      return known
    }
    known = response.json.results
    left -= response.attempts
    if (left < 1 || !known.some(isRetryable)) return known
    await transport.wait(Math.min(firstWaitMs * 2 ** round, maxWaitMs), named.signal)
  }
}

/** Returns a refusal or a missing response; throws any other error, which ends the call. */
function asFailure(error: unknown): ProblemError | NoResponseError {
  if (error instanceof ProblemError || error instanceof NoResponseError) return error
  throw error
}

/** Returns whether another attempt may succeed: time or quota ran out, or an earlier attempt is still in progress. */
export function isRetryable(result: BatchedLink): boolean {
  if (!('problem' in result)) return false
  const { status, reason } = result.problem
  return status >= 500 || status === 429 || reason === 'idempotency-key-in-use'
}
