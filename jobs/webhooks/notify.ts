import type { Endpoint } from '../../shared/endpoints.ts'
import { rootErrorName } from '../../shared/errors.ts'
import { secondsOf } from '../../shared/time.ts'
import type { Webhook } from './message.ts'
import type { Ports } from './ports.ts'
import { retryAfterSeconds } from './schedule.ts'
import { signedHeaders } from './sign.ts'

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
  { clock, secrets, transport }: Pick<Ports, 'clock' | 'secrets' | 'transport'>,
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
