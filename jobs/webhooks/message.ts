import type { Endpoint } from '../../shared/endpoints.ts'
import { eventSource, type NotifiedType, type WebhookType, webhookTypes } from '../../shared/webhook.ts'

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
  'reference',
  'notify',
  'issuedAt',
  'expiresAt',
  'redeemedAt',
  'urlExpiresAt',
  'delivery',
] as const

/**
 * Returns the webhook of an event of the bus, which is the body of a message as a rule of EventBridge sends it. The same event gives
 * the same bytes. Undefined if it is none of ours.
 */
export function webhookOf(messageBody: string): Webhook | undefined {
  const event = objectIn(parse(messageBody))
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

/** Returns the endpoint of a webhook; undefined if the settings no longer have it. */
export function endpointOf({ notify }: Webhook, endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find(({ id }) => id === notify)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isNotified = (name: unknown): name is NotifiedType =>
  typeof name === 'string' && Object.hasOwn(webhookTypes, name)

function objectIn(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined
}
