import type { BatchResponse, IssuedLink, ProblemDocument } from '../shared/openapi/types.ts'
import type { EpochMs } from '../shared/time.ts'
import { type Answer, reject, respond, statusOf } from './answer.ts'
import { answered } from './answering.ts'
import type { Caller } from './idempotency.ts'
import { issue } from './issue.ts'
import type { Context } from './ports.ts'

/** Links that are issued at the same time: half as many as the SDK has connections to a Region. */
const atOnce = 25

/** No item is begun later, in milliseconds: each may take 11 s by its own time limits, and the function has 28. */
const patienceMs = 14_000

/** What belongs to one batch. */
export interface Batch {
  readonly caller: Caller
  readonly context: Context
  /** The request as our logs know it. */
  readonly requestId: string
}

/**
 * Issues each of some links as if it were asked for alone: 200 with what became of each, in their order. One that fails,
 * or is not begun in time, costs no other: 503. With an Idempotency-Key each item has that and its place as its own, so that
 * a repeat gets the same links again, and those that were not issued the first time.
 */
export async function issueBatch(items: readonly unknown[], batch: Batch): Promise<Answer> {
  const { clock, keyring } = batch.context.ports
  const deadline = (clock.now() + patienceMs) as EpochMs
  await keyring.current() // all need them: without, there is nothing to begin
  const results: BatchResponse['results'] = []
  const queue = items.entries()
  async function work(): Promise<void> {
    for (const [index, item] of queue) results[index] = await issueItem(item, index, { ...batch, deadline })
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { outcome: 'batched', status: 200, body: { results } }
}

async function issueItem(
  item: unknown,
  index: number,
  { caller, context, requestId, deadline }: Batch & { readonly deadline: EpochMs },
): Promise<BatchResponse['results'][number]> {
  const { ports } = context
  const fault = reject('unavailable')
  const begin = async () => (ports.clock.now() < deadline ? issue(item, callerOf(index, caller), context) : fault)
  const answer = await answered(begin, { requestId, startedAt: ports.clock.now(), fault, item: index }, ports)
  if (answer.outcome === 'issued') return { status: 201, link: answer.body as IssuedLink }
  const { body } = respond(answer, requestId)
  return { status: statusOf(answer), problem: JSON.parse(body) as ProblemDocument }
}

/** No Idempotency-Key of a caller's holds a line feed, so an item's is never another request's. */
function callerOf(index: number, { identity, idempotencyKey: key }: Caller): Caller {
  return { identity, idempotencyKey: key === undefined ? undefined : `${key}\n${index}` }
}
