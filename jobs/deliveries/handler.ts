import type { S3Event, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { DeliveryFacts } from '../../shared/delivery/facts.ts'
import { rootErrorName } from '../../shared/errors.ts'
import { type Counts, foldLines } from './fold.ts'
import { linesOf } from './lines.ts'
import type { Ports } from './ports.ts'
import { addFacts } from './update.ts'

/** The part of Lambda's context that has the remaining time. */
interface TimeLeft {
  getRemainingTimeInMillis(): number
}

/** A Lambda function that reads a queue of notifications of S3, with partial batch responses (`ReportBatchItemFailures`). */
export type LogHandler = (event: SQSEvent, context: TimeLeft) => Promise<SQSBatchResponse>

/** An object is not begun with less time than this, in milliseconds: a million records take less. */
const minObjectMs = 120_000

/**
 * Creates the function that reads CloudFront's access logs, object by object, and adds what they say to the table of deliveries. A
 * message whose objects could not be read, or not stored, comes again; the others of its batch don't. To read an object again, or
 * half of it, changes nothing: see `DeliveryFacts`.
 */
export function createHandler(ports: Ports, deployment: string): LogHandler {
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

async function foldAll(keys: readonly string[] | undefined, ports: Ports, deployment: string): Promise<boolean> {
  if (keys === undefined) {
    ports.log({ outcome: 'failed', records: 0, unreadable: 0, links: 0, completed: 0, ms: 0, error: 'no notification' })
    return false
  }
  const results = []
  for (const key of keys) results.push(await foldObject(key, ports, deployment))
  return results.every(Boolean)
}

async function foldObject(key: string, ports: Ports, deployment: string): Promise<boolean> {
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
async function storeAll(facts: readonly DeliveryFacts[], ports: Ports, deployment: string): Promise<number> {
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
