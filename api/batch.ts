import type { Parsed } from '../shared/fields.ts'
import { batchRequest, batchSeconds } from '../shared/schemas/batch.ts'
import type { BatchResponse, IssuedItem, IssuedLink, RefusedItem } from '../shared/schemas/types.ts'
import { type EpochMs, secondsOf } from '../shared/time.ts'
import { type Caller, claimFor } from './idempotency.ts'
import { type IssueInput, parseIssueInput } from './issue-input.ts'
import { issueAsked } from './issue.ts'
import type { ApiContext } from './ports.ts'
import { runLogged } from './proxy-handler.ts'
import { type ApiResult, problemOf, type Refusal, refuse, retryAfterOf, statusOf, unavailable } from './result.ts'
import { reader } from './schema-reader.ts'

/** Links that are issued at the same time: half as many as the SDK has connections to a Region. */
const atOnce = 25

/** No item is begun later than this after the request came: each may take 11 s by its own time limits, and the function has 28. */
const patienceMs = batchSeconds * 1000

/** What belongs to one batch. */
export interface Batch {
  readonly caller: Caller
  readonly context: ApiContext
  /** The request as our logs know it. */
  readonly requestId: string
  /** When the request came. */
  readonly startedAt: EpochMs
}

/**
 * Issues each of some links as if it were asked for alone: 200 with what became of each, in their order. One that fails,
 * or is not begun in time, costs no other: 503; where that is all of them, so is the answer. With an Idempotency-Key each item
 * has that and its place as its own, so that a repeat gets the same links again, and those that were not issued the first
 * time. A key stands for one batch: another one under it is turned down as a whole.
 */
export async function issueBatch(items: readonly unknown[], batch: Batch): Promise<ApiResult> {
  await batch.context.ports.keyring.current() // all need them: without, there is nothing to begin
  const asked = items.map(parseIssueInput)
  if (await isAnotherBatch(asked, batch)) return refuse('idempotency-key-reused')
  const answers: ApiResult[] = []
  const queue = asked.entries()
  async function work(): Promise<void> {
    for (const [index, read] of queue) answers[index] = await issueItem(read, index, batch)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  if (answers.every(isUnavailable)) return unavailable
  const results: BatchResponse['results'] = answers.map(answer =>
    answer.outcome === 'refused' ? refusedItem(answer, batch) : issuedItem(answer.body as IssuedLink),
  )
  return { outcome: 'batched', status: 200, body: { results } }
}

/**
 * Whether the caller's key was given to a batch of other links, or of more or fewer. The claim is for the batch alone: its
 * links have claims of their own, so it is never settled. What is wrong with a link that can't be read makes no difference, and
 * where none can be, nothing is claimed: as with a link that is asked for alone.
 */
async function isAnotherBatch(asked: readonly Parsed<IssueInput>[], { caller, context }: Batch): Promise<boolean> {
  const { identity, idempotencyKey: key } = caller
  if (key === undefined || !asked.some(({ ok }) => ok)) return false
  const { ports } = context
  const links = asked.map(read => (read.ok ? read.value : null))
  const claim = claimFor(links, { identity, idempotencyKey: `${key}\nbatch` }, ports)
  const standing = await ports.answers.reserve(claim, secondsOf(ports.clock.now()))
  return standing !== 'claimed' && standing.fingerprint !== claim.fingerprint
}

/** Never rejects. */
function issueItem(
  read: Parsed<IssueInput>,
  index: number,
  { caller, context, requestId, startedAt }: Batch,
): Promise<ApiResult> {
  const { ports } = context
  const deadline = startedAt + patienceMs
  const begin = async () =>
    ports.clock.now() < deadline ? issueAsked(read, callerOf(index, caller), context) : unavailable
  return runLogged(begin, { requestId, startedAt: ports.clock.now(), fault: unavailable, item: index }, ports)
}

/** No Idempotency-Key of a caller's holds a line feed, so an item's is never another request's. */
function callerOf(index: number, { identity, idempotencyKey: key }: Caller): Caller {
  return { identity, idempotencyKey: key === undefined ? undefined : `${key}\n${index}` }
}

function isUnavailable(answer: ApiResult): boolean {
  return answer.outcome === 'refused' && answer.reason === 'unavailable'
}

function issuedItem(link: IssuedLink): IssuedItem {
  return { status: 201, link }
}

function refusedItem(refusal: Refusal, { requestId }: Batch): RefusedItem {
  const seconds = retryAfterOf(refusal)
  return {
    status: statusOf(refusal),
    problem: problemOf(refusal, requestId),
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  }
}

const { links } = batchRequest.properties

/** What is around the links of a batch: each is read on its own, so that one that is wrong spoils no other. */
const readEnvelope = reader({ ...batchRequest, properties: { links: { ...links, items: {} } } } as const)

/** Reads the body of `POST /links/batch`: 1 to 100 bodies of `POST /links` that nobody has looked at yet. */
export function readBatch(body: unknown): Parsed<readonly unknown[]> {
  const read = readEnvelope(body)
  return read.ok ? { ok: true, value: read.value.links } : read
}
