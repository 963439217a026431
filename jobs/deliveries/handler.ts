import type { Context, S3Event, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { pipeline, Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { type DeliveryFacts, type DeliveryId, mergeFacts } from '../../shared/delivery/facts.ts'
import { rootErrorName } from '../../shared/errors.ts'
import type { DeliveriesPorts, LogLine } from './ports.ts'
import { addFacts } from './update.ts'
import { readLine } from './record.ts'

/** A Lambda function that reads a queue of notifications of S3, with partial batch responses (`ReportBatchItemFailures`). */
export type LogHandler = (
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>

/** An object is not begun with less time than this, in milliseconds: a million records take less. */
const minObjectMs = 120_000

/**
 * Creates the function that reads CloudFront's access logs, object by object, and adds what they say to the table of deliveries. A
 * message whose objects could not be read, or not stored, comes again; the others of its batch don't. To read an object again, or
 * half of it, changes nothing: see `DeliveryFacts`.
 */
export function createHandler(ports: DeliveriesPorts, deployment: string): LogHandler {
  return async ({ Records }, context) => {
    const batchItemFailures: { itemIdentifier: string }[] = []
    for (const { messageId, body } of Records) {
      const isInTime = context.getRemainingTimeInMillis() >= minObjectMs
      if (!isInTime || !(await foldAll(keysIn(body), ports, deployment))) {
        batchItemFailures.push({ itemIdentifier: messageId })
      }
    }
    return { batchItemFailures }
  }
}

async function foldAll(
  keys: readonly string[] | undefined,
  ports: DeliveriesPorts,
  deployment: string,
): Promise<boolean> {
  if (keys === undefined) {
    ports.log({ outcome: 'failed', records: 0, unreadable: 0, links: 0, completed: 0, ms: 0, error: 'no notification' })
    return false
  }
  const results = []
  for (const key of keys) results.push(await foldObject(key, ports, deployment))
  return results.every(Boolean)
}

async function foldObject(key: string, ports: DeliveriesPorts, deployment: string): Promise<boolean> {
  const startedAt = ports.clock.now()
  let completed = 0
  const done = (counts: Counts, error?: string) => {
    const ms = ports.clock.now() - startedAt
    ports.log({ outcome: error === undefined ? 'folded' : 'failed', ...counts, completed, ms, ...(error && { error }) })
    return error === undefined
  }
  try {
    const body = await ports.objects.open(key)
    if (body === undefined) return done(nothing) // its days are over, or it was folded and deleted
    const store = async (facts: readonly DeliveryFacts[]) => {
      completed += await storeAll(facts, ports, deployment)
    }
    return done(await foldLines(linesOf(body), store))
  } catch (error) {
    return done(nothing, rootErrorName(error))
  }
}

const nothing: Counts = { records: 0, unreadable: 0, links: 0 }

/** Links that are written at the same time. */
const writers = 16

/** Stores facts of different links, and returns how many deliveries they complete. Rejects with the first error, at its end. */
async function storeAll(facts: readonly DeliveryFacts[], ports: DeliveriesPorts, deployment: string): Promise<number> {
  let completed = 0
  const waiting = facts.values() // shared: each writer takes the next
  const write = async () => {
    for (const each of waiting) completed += (await addFacts(each, ports, deployment)) ? 1 : 0
  }
  const ended = await Promise.allSettled(Array.from({ length: Math.min(writers, facts.length) }, write))
  const failure = ended.find(result => result.status === 'rejected')
  if (failure !== undefined) throw new Error('not all deliveries are stored', { cause: failure.reason })
  return completed
}

/** Returns the keys of the objects in a message; undefined if it is no notification. S3 encodes keys as in forms. */
function keysIn(body: string): readonly string[] | undefined {
  try {
    const { Records = [], Event } = JSON.parse(body) as Partial<S3Event> & { readonly Event?: string }
    if (Records.length === 0 && Event !== 's3:TestEvent') return undefined
    return Records.map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' ')))
  } catch {
    return undefined
  }
}

/** Most links of which facts are collected before they are stored: some megabytes. */
const maxLinks = 5000

/** What an object of the log has, by number. */
type Counts = { -readonly [name in 'records' | 'unreadable' | 'links']: LogLine[name] }

/**
 * Joins the records of all lines by link, and passes on the facts of at most `maxLinks` links at a time, each once in it. Resolves
 * when `store` has resolved for all. Rejects if it does, or if the lines break off.
 */
async function foldLines(
  lines: AsyncIterable<readonly string[]>,
  store: (facts: readonly DeliveryFacts[]) => Promise<void>,
): Promise<Counts> {
  const counts: Counts = { records: 0, unreadable: 0, links: 0 }
  const links = new Map<DeliveryId, DeliveryFacts>()
  const flush = async () => {
    const facts = [...links.values()]
    links.clear()
    counts.links += facts.length
    if (facts.length > 0) await store(facts)
  }
  for await (const some of lines) {
    for (const line of some) {
      if (line === '') continue
      const result = readLine(line)
      if (result === 'unreadable') counts.unreadable += 1
      if (typeof result === 'string') continue
      counts.records += 1
      const known = links.get(result.id)
      links.set(result.id, known === undefined ? result : mergeFacts(known, result))
    }
    if (links.size >= maxLinks) await flush()
  }
  await flush()
  return counts
}

/** Longest line that is read, in characters; records of our fields have some 400. Longer ones become empty. */
const maxLine = 65_536

/**
 * Returns the lines of an object, some at a time, without their ends. It may be compressed (gzip), as CloudFront's are. However
 * large it is, little of it is in memory. Throws if the object breaks off or is damaged.
 */
async function* linesOf(body: Readable): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let isTooLong = false
  for await (const chunk of (await plain(body)) as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (isTooLong && lines.length > 0) lines[0] = ''
    isTooLong = (isTooLong && lines.length === 0) || rest.length > maxLine
    if (rest.length > maxLine) rest = ''
    if (lines.length > 0) yield lines
  }
  const last = isTooLong ? '' : rest + decoder.end()
  if (last !== '') yield [last]
}

/** Returns the body, decompressed if it begins as gzip does (RFC 1952, 2.3.1), and no text. */
async function plain(body: Readable): Promise<Readable> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await chunks.next()
  if (first.done === true) return Readable.from([])
  async function* whole() {
    yield first.value as Buffer
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  const source = Readable.from(whole())
  if (first.value[0] !== 0x1f) return source
  // An error of either ends the result with it.
  return pipeline(source, createGunzip(), () => undefined)
}
