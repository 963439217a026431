import { keyedHash } from '../../shared/hmac.ts'
import type { Nonce } from '../../shared/nonce.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { ViewerRequest } from './viewer-request.ts'

/** People take longer than this to find a button; programs that send every form don't. */
const minPageAgeMs = 1000
/** How long a page's button works. */
const maxPageAgeMs = 3_600_000

/**
 * Creates the token in a confirmation page's form, so that only a client that got the page and keeps its cookie can
 * confirm (docs/decisions/0016-confirmation.md). It is no secret from holders of the nonce, who can get a page at any
 * time, but an obstacle to programs that press every button.
 */
export function createFormToken(nonce: Nonce, clientId: string, madeAt: EpochMs): string {
  const time = madeAt.toString(36)
  return `${time}.${keyedHash(nonce, ['confirmation', clientId, time])}`
}

/**
 * Returns whether a person, or a program on purpose, confirms that it wants to use the link. A POST confirms with an
 * Idempotency-Key or Once-Client, which scanners don't send, or with the page's form, if a person sent it or, where the browser
 * doesn't say, the page is a second old. The page expires after an hour.
 */
export function isConfirmed(
  { method, client, formToken, formSender }: ViewerRequest,
  nonce: Nonce,
  now: EpochMs,
): boolean {
  if (method !== 'POST' || typeof client !== 'object') return false
  if (client.kind !== 'cookie') return true
  if (formToken === undefined || formSender === 'program') return false
  const madeAt = parseInt(formToken, 36) as EpochMs
  const ageMs = now - madeAt
  const hasRead = formSender === 'person' || ageMs >= minPageAgeMs
  return hasRead && ageMs <= maxPageAgeMs && formToken === createFormToken(nonce, client.id, madeAt)
}
