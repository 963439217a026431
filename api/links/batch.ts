import type { Parsed } from '../../shared/fields.ts'
import { batchRequest, batchSeconds } from '../../shared/schemas/batch.ts'
import type { BatchResponse, IssuedLink, RefusedItem } from '../../shared/schemas/types.ts'
import { type EpochMs, plusMs, secondsOf } from '../../shared/time.ts'
import { refuseKey, servedPrefix } from '../access.ts'
import { type Caller, isSameInput, newRecord } from '../idempotency.ts'
import type { IssueInput } from '../../shared/options/options.ts'
import { parseIssueInput } from './issue-input.ts'
import { issue } from './issue.ts'
import type { ApiContext } from '../ports.ts'
import { type Logged, runLogged } from '../proxy-handler.ts'
import { type ApiResult, problemOf, type Refusal, refuse, retryAfterOf, statusOf, unavailable } from '../result.ts'
import { reader } from '../schema-reader.ts'
import { sharedLooks } from '../new-link.ts'

/** Links that are issued at the same time, each over one connection to S3 and one to DynamoDB. */
const maxConcurrent = 25

/** Milliseconds after the request's arrival in which items begin: each may take 15 s by its timeouts, and the function has 28. */
const maxWaitMs = batchSeconds * 1000

/** What issuing one batch needs. */
export interface Batch {
  readonly caller: Caller
  readonly context: ApiContext
  /** Id of the request in the logs. */
  readonly requestId: string
  /** When the request arrived. */
  readonly startedAt: EpochMs
}

/**
 * Issues each link as if it were alone in a request: 200 with one result per link, in their order. An item that fails, or
 * does not begin in time, is 503 and does not affect the others, except that links for one object share a look at it. If all
 * are, the response is 503. With an Idempotency-Key, each item has a key of its own, made of that key and its position: a
 * repeated batch gets the same links again, and issues those that were not issued before. A key names one batch: another
 * batch with it is refused as a whole.
 */
export async function issueBatch(items: readonly unknown[], request: Batch): Promise<ApiResult> {
  const batch = { ...request, context: withSharedLooks(request.context) }
  await batch.context.ports.keyring.current() // every item needs the keys: without them, none begins
  const { access, deployment } = batch.context
  const ownPrefix = servedPrefix(access, deployment)
  const inputs = withoutSharedFiles(items.map(item => parseIssueInput(item, ownPrefix)))
  if (await isAnotherBatch(inputs, batch)) return refuse('idempotency-key-reused')
  const logged: Logged[] = []
  const queue = inputs.entries()
  async function work(): Promise<void> {
    for (const [index, input] of queue) logged[index] = await issueItem(input, index, batch)
  }
  await Promise.all(Array.from({ length: maxConcurrent }, work))
  const lines = logged.map(({ line }) => line)
  if (logged.every(({ result }) => isUnavailable(result))) return { ...unavailable, items: lines }
  const results: BatchResponse['results'] = logged.map(({ result }) =>
    result.kind === 'done' ? { status: 201, link: result.body as IssuedLink } : refusedItem(result, batch),
  )
  return { kind: 'done', outcome: 'batched', status: 200, body: { results }, items: lines }
}

/** Refuses to delete a file with its link if another link of the batch leads to it: the first that is over would end both. */
function withoutSharedFiles(inputs: readonly Parsed<IssueInput>[]): readonly Parsed<IssueInput>[] {
  const keys = inputs.map(input => (input.ok ? input.value.key : undefined))
  const allowed = 'one link to the object in a batch'
  const shared = { field: 'deleteFile', got: 'true, and another link to the same object', allowed }
  return inputs.map(input => {
    if (!input.ok || !input.value.deleteFile) return input
    return keys.indexOf(input.value.key) === keys.lastIndexOf(input.value.key)
      ? input
      : { ok: false, invalid: [shared] }
  })
}

function withSharedLooks(context: ApiContext): ApiContext {
  const { objects } = context.ports
  return objects === undefined ? context : { ...context, ports: { ...context.ports, objects: sharedLooks(objects) } }
}

/**
 * Returns whether the caller's key was used for another batch. The record is for the batch alone and never completed: its
 * links have records of their own. An invalid link counts as invalid, whatever is wrong with it. If all are invalid, no
 * record is stored, as with a single invalid link. A key that the caller may not issue links for counts as one.
 */
async function isAnotherBatch(inputs: readonly Parsed<IssueInput>[], { caller, context }: Batch): Promise<boolean> {
  const { identity, idempotencyKey: key } = caller
  const { ports, access } = context
  if (key === undefined || !inputs.some(input => input.ok && refuseKey(input.value.key, access) === undefined))
    return false
  const links = inputs.map(input => (input.ok ? input.value : null))
  const { mac } = await ports.keyring.current()
  const record = newRecord(links, { identity, idempotencyKey: `${key}\nbatch`, mac }, context)
  const existing = await ports.idempotency.reserve(record, secondsOf(ports.clock.now()))
  return existing !== 'claimed' && !isSameInput(existing, links, { mac, access })
}

/** Issues one item, with its log line; never rejects. */
function issueItem(
  input: Parsed<IssueInput>,
  index: number,
  { caller, context, requestId, startedAt }: Batch,
): Promise<Logged> {
  const { ports } = context
  const deadline = plusMs(startedAt, maxWaitMs)
  const decide = async () => {
    if (ports.clock.now() >= deadline) return unavailable
    if (!input.ok) return refuse('invalid-fields', { errors: input.invalid })
    return issue(input.value, callerOf(index, caller), context)
  }
  return runLogged(decide, { requestId, startedAt: ports.clock.now(), onError: unavailable, item: index }, ports)
}

/** A caller's Idempotency-Key can't contain a line feed, so an item's key is never that of another request. */
function callerOf(index: number, { identity, idempotencyKey: key }: Caller): Caller {
  return { identity, idempotencyKey: key === undefined ? undefined : `${key}\n${index}` }
}

function isUnavailable(result: ApiResult): boolean {
  return result.kind !== 'done' && result.reason === 'unavailable'
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

/** Accepts any items: each is read on its own, so that a wrong one doesn't affect the others. */
const readEnvelope = reader({ ...batchRequest, properties: { links: { ...links, items: {} } } } as const)

/** Reads the body of `POST /links/batch`: 1 to `most` items, which are not checked yet. */
export function readBatch(body: unknown, most: number): Parsed<readonly unknown[]> {
  const read = readEnvelope(body)
  if (!read.ok) return read
  const { length } = read.value.links
  if (length <= most) return { ok: true, value: read.value.links }
  const allowed = `1 to ${most} links: the limit of this issuer`
  return { ok: false, invalid: [{ field: 'links', got: `${length} links`, allowed }] }
}
