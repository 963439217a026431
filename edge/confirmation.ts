import { keyedHash } from '../shared/hmac.ts'
import type { Nonce } from '../shared/nonce.ts'
import type { EpochMs } from '../shared/time.ts'
import type { ViewerRequest } from './viewer-request.ts'

/** People take longer than this to find a button; programs that send every form do not. In milliseconds. */
const minPageAgeMs = 1000
/** How long the button of a page works, in milliseconds. */
const maxPageAgeMs = 3_600_000

/**
 * What a confirmation page puts into its form, so that only a client that got the page and keeps its cookie can confirm
 * (docs/decisions/0016-confirmation.md). No secret from a holder of the nonce, who can have a page at any time; an obstacle
 * for programs that press what they find.
 */
export function createFormToken(nonce: Nonce, clientId: string, madeAt: EpochMs): string {
  const time = madeAt.toString(36)
  return `${time}.${keyedHash(nonce, ['confirmation', clientId, time])}`
}

/**
 * Whether a request says that a person, or a program on purpose, wants to use the link: a POST with an Idempotency-Key of
 * its own, which scanners don't send, or the form of a page, which whoever doesn't say to be a person had for a moment.
 * Anything else is asked to confirm.
 */
export function isConfirmed(
  { method, client, formToken: form, formSender }: ViewerRequest,
  nonce: Nonce,
  now: EpochMs,
): boolean {
  if (method !== 'POST' || typeof client !== 'object') return false
  if (client.kind === 'idempotency-key') return true
  if (form === undefined || formSender === 'program') return false
  const madeAt = parseInt(form, 36) as EpochMs
  const ageMs = now - madeAt
  const isRead = formSender === 'person' || ageMs >= minPageAgeMs
  return isRead && ageMs <= maxPageAgeMs && form === createFormToken(nonce, client.id, madeAt)
}
