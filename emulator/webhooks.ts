import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { DynamoDBRecord, SQSRecord } from 'aws-lambda'
import { dynamodbLinks } from '../api/adapters/dynamodb-links.ts'
import { dynamodbIn } from '../api/adapters/dynamodb.ts'
import { createFileReceived } from '../jobs/events/file-received.ts'
import { createHandler as createReader } from '../jobs/events/handler.ts'
import { createHandler as createNotifier } from '../jobs/webhooks/handler.ts'
import { attemptMs, type Transport } from '../jobs/webhooks/ports.ts'
import type { BusEvent } from '../shared/aws/event-bridge.ts'
import { currentLink, type ReadLink } from '../shared/table/current-link.ts'
import { routeFrom } from '../shared/table/route.ts'
import { rfc3339, secondsOf } from '../shared/time.ts'
import { eventSource, secretPrefix } from '../shared/webhooks/webhook.ts'
import type { Parts } from './api-functions.ts'
import { readPrivateFile } from './private-files.ts'

/** Milliseconds between polls: Lambda reads a stream four times a second (AWS, "Using AWS Lambda with Amazon DynamoDB"). */
const pollMs = 250

/** Lambda ends no function here. */
const context = { getRemainingTimeInMillis: () => Infinity }

/**
 * Runs the functions that ship, which read the stream of the table of links, the events of S3 and the queue of the only endpoint. `secret`
 * verifies webhooks; with the folder `data` it stays. A webhook that waits for its next attempt is lost at the end: `close` doesn't wait for it.
 */
export function createWebhooks(parts: Parts & { readonly data?: string | undefined }) {
  const { deployment, clock, log, tables, data } = parts
  const { name, mode, homeRegions, linksTable, endpoints = [] } = deployment
  const secret = data === undefined ? newSecret() : readPrivateFile(join(data, 'webhook-secret'), newSecret)
  const keys = [Buffer.from(secret.slice(secretPrefix.length), 'base64')]
  const closing = new AbortController()
  const logAttempt = (line: object) => log({ webhook: endpoints[0]?.id, ...line })
  const ports = { clock, random: Math.random, transport, secrets: { keysOf: async () => keys }, log: logAttempt }

  async function deliver(body: string): Promise<void> {
    let waitMs = 0
    const delay = async (_: unknown, seconds: number) => void (waitMs = seconds * 1000)
    const notifier = createNotifier({ ...ports, queue: { delay, bury: async () => undefined } }, endpoints)
    for (let receives = 1; !closing.signal.aborted; receives += 1) {
      const message = { messageId: body, body, attributes: { ApproximateReceiveCount: String(receives) } }
      const { batchItemFailures } = await notifier({ Records: [message as SQSRecord] })
      if (batchItemFailures.length === 0) return
      await pause(waitMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
    }
  }

  /** Sends the webhook of an event, if its link names the endpoint. A bug there ends the process. */
  function publish({ type, detail }: BusEvent): void {
    const event = { source: eventSource, 'detail-type': type, detail }
    if ('notify' in detail && detail.notify === endpoints[0]?.id) void deliver(JSON.stringify(event))
  }
  const put = async (events: readonly BusEvent[]) => {
    events.forEach(publish)
    return events.map(() => undefined)
  }
  const streams = new Map(
    homeRegions.map(here => {
      const records: DynamoDBRecord[] = []
      const read = createReader({ clock, bus: { put }, log: () => undefined }, { deployment: name, mode, here })
      const poll = () => void read({ Records: records.splice(0) }, context)
      return [here, { records, poll }]
    }),
  )
  tables.listeners.push(({ table, before: OldImage, item: NewImage }, region = homeRegions[0]) => {
    const stream = table === linksTable ? streams.get(region) : undefined
    const change = { ApproximateCreationDateTime: secondsOf(clock.now()), OldImage, NewImage }
    const record = { eventID: randomUUID().replaceAll('-', ''), dynamodb: change } as DynamoDBRecord
    if (stream?.records.push(record) === 1) setTimeout(stream.poll, pollMs).unref()
  })
  const links = dynamodbLinks(linksTable, dynamodbIn(homeRegions, tables.config))
  const table = { mode, homeRegions, route: routeFrom(homeRegions[0], deployment) }
  const read: ReadLink = id => currentLink(region => links.find(id, region), table)
  const receive = createFileReceived({ clock, bus: { put }, read }, name)
  /** Takes S3's event of a new object. It fails only if the tables have ended. */
  const created = ({ key, bytes }: { readonly key: string; readonly bytes: number }) => {
    const file = { key, bytes, at: rfc3339(secondsOf(clock.now())) }
    void receive(file, context).catch(() => undefined)
  }
  return { secret, publish, created, close: () => closing.abort() }
}

const newSecret = () => `${secretPrefix}${randomBytes(32).toString('base64')}`

/** Sends to this machine, and without TLS: what the transport of a deployment refuses. */
const transport: Transport = {
  async post({ url, headers, body }) {
    const init = { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(attemptMs) } as const
    const response = await fetch(url, init).catch(({ cause, name }: Error & { readonly cause?: { code?: string } }) => {
      throw Object.assign(new Error('no response'), { name: cause?.code ?? name })
    })
    await response.body?.cancel()
    return { status: response.status, retryAfter: response.headers.get('retry-after') ?? undefined }
  },
}
