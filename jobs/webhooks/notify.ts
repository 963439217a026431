import { createHmac } from 'node:crypto'
import type { Endpoint } from '../../shared/webhooks/endpoints.ts'
import { rootErrorName } from '../../shared/errors.ts'
import { parseJson } from '../../shared/fields.ts'
import { type EpochMs, type EpochSeconds, secondsOf } from '../../shared/time.ts'
import {
  eventSource,
  type NotifiedType,
  signatureVersion,
  type WebhookType,
  webhookTypes,
} from '../../shared/webhooks/webhook.ts'
import type { WebhooksPorts } from './ports.ts'

/** A webhook to send. */
export interface Webhook {
  /** `webhook-id`: that of the event, so the same for each attempt and each copy of the event. */
  readonly id: string
  readonly type: WebhookType
  readonly linkId: string
  /** The endpoint that the link names. */
  readonly notify: string
  /** The payload, as JSON. */
  readonly body: string
}

/** The fields of an event that its webhook has, if the event has them. Nothing of the viewer, no key, no id of a receipt. */
const payloadFields = [
  'deployment',
  'id',
  'use',
  'reference',
  'notify',
  'issuedAt',
  'expiresAt',
  'redeemedAt',
  'urlExpiresAt',
  'bytes',
  'delivery',
] as const

/**
 * Returns the webhook of an event of the bus, which is the body of a message as a rule of EventBridge sends it. The same event gives
 * the same bytes. Undefined for an event that is not ours.
 */
export function webhookOf(messageBody: string): Webhook | undefined {
  const event = objectIn(parseJson(messageBody))
  const detail = objectIn(event?.['detail'])
  const name = event?.['detail-type']
  const { id, eventId, notify, at } = detail ?? {}
  if (event?.['source'] !== eventSource || !isNotified(name)) return undefined
  if (!isText(id) || !isText(eventId) || !isText(notify) || !isText(at) || !/^[\w:-]{1,256}$/.test(eventId)) {
    return undefined
  }
  const data = Object.fromEntries(
    payloadFields.flatMap(field => (detail?.[field] === undefined ? [] : [[field, detail[field]]])),
  )
  const type = webhookTypes[name]
  return { id: eventId, type, linkId: id, notify, body: JSON.stringify({ type, timestamp: at, data }) }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isNotified = (name: unknown): name is NotifiedType =>
  typeof name === 'string' && Object.hasOwn(webhookTypes, name)

function objectIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
}

/** What became of one attempt. */
export type Attempt =
  | { readonly kind: 'delivered'; readonly status: number }
  /** The endpoint wants no more webhooks: 410. */
  | { readonly kind: 'gone'; readonly reason: 'gone'; readonly status: number }
  /** Another attempt may succeed. */
  | {
      readonly kind: 'failed'
      readonly reason: string
      readonly status?: number
      /** Seconds that the endpoint demands to wait. */
      readonly retryAfter?: number | undefined
    }

/**
 * Makes one attempt to deliver a webhook. Any status from 200 to 299 is success, 410 the end, all else a failure, a redirect too
 * (Standard Webhooks, "Status codes"). Never rejects.
 */
export async function notify(
  { id, body }: Webhook,
  { url, secretName }: Endpoint,
  { clock, secrets, transport }: Pick<WebhooksPorts, 'clock' | 'secrets' | 'transport'>,
): Promise<Attempt> {
  try {
    const keys = await secrets.keysOf(secretName)
    const headers = signedHeaders({ id, timestamp: secondsOf(clock.now()), body }, keys)
    const { status, retryAfter } = await transport.post({ url, headers, body })
    if (status >= 200 && status < 300) return { kind: 'delivered', status }
    if (status === 410) return { kind: 'gone', reason: 'gone', status }
    const reason = status >= 300 && status < 400 ? 'redirect' : 'status'
    return { kind: 'failed', reason, status, retryAfter: retryAfterSeconds(retryAfter, clock.now()) }
  } catch (error) {
    return { kind: 'failed', reason: rootErrorName(error) }
  }
}

/** What is signed of a webhook. */
interface SignedContent {
  /** The same in every attempt. */
  readonly id: string
  /** When this attempt is made. */
  readonly timestamp: EpochSeconds
  readonly body: string
}

/**
 * Returns the headers of a webhook (Standard Webhooks, "Webhook headers"): a signature by each key over `id.timestamp.body`, as the
 * receiver may know one of them only.
 */
export function signedHeaders({ id, timestamp, body }: SignedContent, keys: readonly Uint8Array[]) {
  const text = `${id}.${timestamp}.${body}`
  const signatures = keys.map(
    key => `${signatureVersion},${createHmac('sha256', key).update(text, 'utf8').digest('base64')}`,
  )
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/** Returns the seconds that a `Retry-After` demands at `now`: seconds or a date (RFC 9110); undefined if it is neither. */
export function retryAfterSeconds(header: string | undefined, now: EpochMs): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}
