import type {
  LinkDelivered,
  LinkExpired,
  LinkLocked,
  LinkReceived,
  LinkRedeemed,
  LinkRefused,
  LinkRequested,
  LinkUnopened,
  LinkRevoked,
} from '../shared/schemas/types.ts'
import { parseJsonObject } from './problem.ts'

/** What a webhook says; `type` says which. A later version may send other types: ignore those that you don't know. */
export type WebhookEvent =
  | LinkRedeemed
  | LinkRefused
  | LinkLocked
  | LinkExpired
  | LinkRevoked
  | LinkRequested
  | LinkUnopened
  | LinkReceived
  | LinkDelivered

/** A webhook that was verified. */
export interface VerifiedWebhook {
  /** The same each time that the event arrives: keep it, and ignore an event whose id you have. */
  readonly id: string
  readonly event: WebhookEvent
}

/** Headers of a request: those of `Request`, or an object as Node.js has it. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** Rejection of a request that is no webhook of yours. Respond with `400`; the message holds no secret. */
export class WebhookError extends Error {
  /** Creates an error that says what is wrong. */
  constructor(message: string) {
    super(message)
    this.name = 'WebhookError'
  }
}

/** How far `webhook-timestamp` may be from the own clock, in seconds (Standard Webhooks, "Verifying webhook authenticity"). */
const toleranceSeconds = 5 * 60

/** Most signatures in a request that are looked at. */
const maxSignatures = 10

/**
 * Verifies a webhook and returns its event. `secrets` are texts `whsec_…`: the one that you and the deployment share, and while
 * you change it, both. `rawBody` is the body as it came, not parsed. Rejects with a `WebhookError` if a header is missing, the
 * time is over five minutes off, or no signature fits; with a `TypeError` if a secret has another form. Compares in constant time.
 */
export async function verifyWebhook(
  secrets: string | readonly string[],
  headers: WebhookHeaders,
  rawBody: string | Uint8Array,
): Promise<VerifiedWebhook> {
  const keys = await Promise.all((typeof secrets === 'string' ? [secrets] : secrets).map(importKey))
  const id = header(headers, 'webhook-id')
  const timestamp = header(headers, 'webhook-timestamp')
  checkTime(timestamp, Date.now())
  const body = typeof rawBody === 'string' ? new TextEncoder().encode(rawBody) : rawBody
  const signed = concat(new TextEncoder().encode(`${id}.${timestamp}.`), body)
  const signatures = signaturesIn(header(headers, 'webhook-signature'))
  const fits = await Promise.all(
    keys.flatMap(key => signatures.map(async each => crypto.subtle.verify('HMAC', key, each, signed))),
  )
  if (!fits.includes(true)) throw new WebhookError('webhook-signature: got none that fits, allowed: one by your secret')
  return { id, event: eventIn(body) }
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** Imports a secret. The error does not repeat it. */
async function importKey(secret: string): Promise<Key> {
  const bytes = secret.startsWith('whsec_') ? decode(secret.slice('whsec_'.length)) : undefined
  if (bytes === undefined || bytes.length < 24 || bytes.length > 64) {
    throw new TypeError('secret: got another form, allowed: whsec_ and 24 to 64 bytes in Base64')
  }
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
}

function header(headers: WebhookHeaders, name: string): string {
  const value = typeof headers.get === 'function' ? headers.get(name) : valueIn(headers, name)
  if (typeof value === 'string' && value !== '') return value
  throw new WebhookError(`${name}: got nothing, allowed: the header of a webhook`)
}

/** Returns a header of an object, whose names may have capitals. */
function valueIn(headers: object, name: string): unknown {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1]
}

function checkTime(timestamp: string, now: number): void {
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
  const off = Math.round(now / 1000 - seconds)
  if (Math.abs(off) <= toleranceSeconds) return
  const got = Number.isNaN(off) ? 'no time' : `a time that is ${Math.abs(off)} s ${off > 0 ? 'ago' : 'ahead'}`
  throw new WebhookError(`webhook-timestamp: got ${got}, allowed: ${toleranceSeconds} s from now at most`)
}

/** Returns the signatures of version 1, and skips those of others. */
function signaturesIn(text: string): readonly Uint8Array<ArrayBuffer>[] {
  const all = text.split(' ').slice(0, maxSignatures)
  return all.flatMap(each => (each.startsWith('v1,') ? (decode(each.slice('v1,'.length)) ?? []) : []))
}

function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + tail.length)
  all.set(head)
  all.set(tail, head.length)
  return all
}

function eventIn(body: Uint8Array): WebhookEvent {
  const event = parseJsonObject(new TextDecoder().decode(body))
  const { type, timestamp, data } = event
  if (typeof type === 'string' && typeof timestamp === 'string' && typeof data === 'object' && data !== null) {
    return event as unknown as WebhookEvent
  }
  throw new WebhookError('body: got something else, allowed: JSON with type, timestamp and data')
}
