import { askSeconds, askUpdateOf } from '../../shared/redemption/ask-update.ts'
import { checkNonce } from '../../shared/redemption/check-nonce.ts'
import { freshClient } from '../../shared/redemption/receipt.ts'
import type { DisplayedRefusal } from '../../shared/refusal.ts'
import { type EpochMs, secondsOf } from '../../shared/time.ts'
import type { EdgeContext } from '../ports.ts'
import { createFormToken, isConfirmed } from './confirmation.ts'
import type { Outcome, Refused } from './outcome.ts'
import { inspect, type InspectionContext } from './unredeemed.ts'
import type { ViewerRequest } from './viewer-request.ts'

// What asks the sender of a link that is over, or used, for a new one. It is loaded with the first refusal of a genuine
// nonce, or of any where refusals are uniform, that needs a page: no redemption needs it.

/** Refusals after which the link is over, or used. */
const endReasons = new Set<DisplayedRefusal['reason']>(['expired', 'locked', 'spent'])

/**
 * Returns a browser's refusal with the button that asks the sender, if the nonce is genuine, the link is over or used, and its item
 * remains, as far as the refusal knows. Where refusals are uniform, each about a nonce has it.
 */
export function withButton(
  outcome: Refused,
  request: ViewerRequest,
  { ports, displayed: { reason } }: Pick<EdgeContext, 'ports'> & { readonly displayed: DisplayedRefusal },
): Refused {
  const { earlierUse, linkId, cookie } = outcome
  const isOver = endReasons.has(reason) && (reason !== 'spent' || earlierUse !== undefined)
  const hasButton = (isOver && linkId !== undefined) || reason === 'not-redeemable'
  return hasButton ? { ...outcome, ...buttonFor(request, ports, cookie) } : outcome
}

/** Returns the token of the button's form, and the id of the browser that sends it: `given`, or its own, or a new one. */
function buttonFor({ client, nonce }: ViewerRequest, { clock, random }: EdgeContext['ports'], given?: string) {
  const { id } = typeof client === 'object' && client.kind === 'cookie' ? client : freshClient(random)
  const cookie = given ?? id
  return { ask: createFormToken(nonce, cookie, clock.now()), cookie }
}

/**
 * Asks the sender, by one write that redeems nothing, if a person pressed the button of a page and the link has ended. Where refusals
 * are uniform, the answer to that person is the same whatever the link, and whether there is one. Rejects if the store doesn't respond.
 */
export async function askSender(request: ViewerRequest, context: EdgeContext & InspectionContext): Promise<Outcome> {
  const { ports, uniformRefusals } = context
  // The nonce of an expired link is genuine, too.
  const checked = await checkNonce(request.nonce, { ...ports, clock: { now: () => 0 as EpochMs } })
  if (checked.kind === 'refused' && !uniformRefusals) return checked
  const reason = 'unconfirmed'
  const startedAt = ports.clock.now()
  const { client, askToken } = request
  const isBrowser = typeof client === 'object' && client.kind === 'cookie'
  if (!isBrowser || !isConfirmed({ ...request, formToken: askToken }, request.nonce, startedAt)) {
    return { kind: 'unasked', reason, ...buttonFor(request, ports) }
  }
  if (checked.kind === 'refused') return { kind: 'asked', reason }
  const { id: linkId, target } = checked
  const inspected = await inspect(target, askUpdateOf, context)
  if (inspected === undefined) throw new Error('the table of links did not respond')
  // A second press within the hour is as good as the first.
  const isAsked = uniformRefusals || (inspected.link?.requestedAt ?? 0) + askSeconds > secondsOf(startedAt)
  return { kind: isAsked ? 'asked' : 'unasked', reason, linkId, storeMs: ports.clock.now() - startedAt }
}
