/**
 * The events that endpoints are notified of: the detail-type on the bus, and the `type` of the webhook. docs/webhooks.md and the
 * schemas in shared/schemas/webhook.ts describe each.
 */
export const webhookTypes = {
  'Link redeemed': 'link.redeemed',
  'Used link refused': 'link.refused',
  'Link locked': 'link.locked',
  'Link expired': 'link.expired',
  'Link revoked': 'link.revoked',
  'Link requested': 'link.requested',
  'Link unopened': 'link.unopened',
  'File received': 'link.received',
  'Link delivered': 'link.delivered',
} as const

/** The detail-type of an event of the bus that endpoints are notified of. */
export type NotifiedType = keyof typeof webhookTypes

/** The `type` of a webhook. */
export type WebhookType = (typeof webhookTypes)[NotifiedType]

/** Source of all our events on the bus. */
export const eventSource = 'once-at-edge'

/** What the text of a secret begins with, so that scanners find it (Standard Webhooks, "Signature scheme"). */
export const secretPrefix = 'whsec_'

/** What a signature by HMAC-SHA256 begins with. */
export const signatureVersion = 'v1'
