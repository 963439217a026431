import { keyedHash } from '../../shared/hmac.ts'
import type { CheckedNonce } from '../../shared/redemption/check-nonce.ts'
import type { Redemption } from '../../shared/redemption/link-table.ts'
import { freshClient } from '../../shared/redemption/receipt.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { EdgePorts } from '../ports.ts'
import type { Question, Refused, Unconfirmed } from './outcome.ts'
import { expectedResult, type InspectionContext } from './unredeemed.ts'
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
export function createFormToken(nonce: string, clientId: string, madeAt: EpochMs): string {
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
  nonce: string,
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

/** Returns what a page needs of the browser with this cookie. */
export function questionFor(
  cookie: string,
  { nonce, claims: { expiresAt, flags } }: CheckedNonce,
  now: EpochMs,
): Question {
  return { form: createFormToken(nonce, cookie, now), cookie, expiresAt, passphrase: flags.passphrase }
}

/** A redemption that waits for its confirmation. */
interface Waiting {
  readonly redemption: Redemption
  /** The id by which a browser is known; undefined if it has none yet, and for other clients. */
  readonly cookie: string | undefined
  /** The link is for a player. */
  readonly media: boolean
}

/** What a page for it needs. */
interface ConfirmationContext extends InspectionContext {
  readonly ports: InspectionContext['ports'] & Pick<EdgePorts, 'random'>
}

/**
 * Returns the page with the button, or the refusal if one read shows that this viewer can't use the link; undefined for a client that
 * has confirmed before, and comes back to its download or player.
 */
export async function requireConfirmation(
  { redemption, cookie, media }: Waiting,
  checked: CheckedNonce,
  context: ConfirmationContext,
): Promise<Unconfirmed | Refused | undefined> {
  const { id: linkId, claims, target } = checked
  const { passphrase, upload } = claims.flags
  const { clock, random } = context.ports
  const startedAt = clock.now()
  const expected = await expectedResult(redemption, context)
  const now = clock.now()
  const known = { linkId, storeMs: now - startedAt }
  const question = questionFor(cookie ?? freshClient(random).id, checked, now)
  if (expected.kind === 'refused') {
    const { reason, sameClient, notBefore, earlierUse } = expected
    if (sameClient) return undefined
    const shown = passphrase && { question, cookie: question.cookie }
    return { kind: 'refused', reason, ...known, notBefore, earlierUse, ...shown }
  }
  const file = passphrase ? undefined : expected.link
  return { kind: 'unconfirmed', question, media, several: target.several, upload, file, ...known }
}
