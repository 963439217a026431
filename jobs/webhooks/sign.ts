import { createHmac } from 'node:crypto'
import { signatureVersion } from '../../shared/webhook.ts'
import type { EpochSeconds } from '../../shared/time.ts'

/** What is signed of a webhook. */
export interface SignedContent {
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
