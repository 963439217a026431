import { mayRepeatHere, rightsFor } from './binding.ts'
import { abandonWrites, type Edge } from './edge.ts'
import type { Answered } from './event.ts'
import { noteCapability, noteDenied } from './properties.ts'
import type { Rule } from './rule.ts'
import type { Request } from './state.ts'

/**
 * Returns the rules by which the edge responds, when it knows enough or gives up. The end of `redeem` in
 * shared/redemption/redeem.ts.
 */
export function responseRules(edge: Edge): readonly Rule[] {
  const { setup, request } = edge
  const { number } = request
  const rule = (can: () => boolean, outcome: () => Answered) => ({
    request: number,
    can,
    act: () => answer(edge, outcome()),
    step: () => {
      const answered = { kind: 'answered', request: number, outcome: outcome() } as const
      if (answered.outcome !== 'granted') return answered
      const { addresses, secret } = rightsFor(setup, request.expiry - 1, number)
      // A repeat by a client with a secret may name no address.
      const whose = secret === 0 ? `from ${addresses}` : `by ${secret}`
      return { ...answered, capability: `until ${expiryFixedBy(edge)}, ${whose}` }
    },
  })
  const rules = [
    rule(
      () => request.phase === 'consumed',
      () => outcomeWhenConsumed(edge),
    ),
    rule(
      () => request.phase === 'refused',
      () => outcomeWhenRefused(edge),
    ),
    rule(
      () => hasGivenUp(request),
      () => (request.ambiguous ? 'outcome-unknown' : 'unavailable'),
    ),
  ]
  if (setup.watched !== true) return rules
  const isRepeat = () => request.phase === 'consumed' && request.expiry !== number + 1
  return [
    ...rules,
    // The edge refuses before it calls the store, or because no replica would ever serve us.
    rule(
      () => (request.phase === 'choosing' && !request.ambiguous) || request.phase === 'idle',
      () => 'other',
    ),
    // A trace has no addresses and no end of a capability: a repeat may have come too late, or from another address.
    rule(isRepeat, () => 'spent'),
  ]
}

/** The model has no deadlines: after any failure an edge may give up, or try again as often as it likes. */
function hasGivenUp({ phase, hurt }: Request): boolean {
  return phase === 'unsure' || phase === 'reading' || ((phase === 'choosing' || phase === 'trying') && hurt)
}

/**
 * The write consumed the link. The clock is checked again, since the write may have taken seconds; then the capability's end,
 * and the address.
 */
function outcomeWhenConsumed({ world, setup, request }: Edge): Answered {
  const checksClockAgain = setup.removed !== 'stale-clock' && setup.removed !== 'expiry-by-ttl'
  if (checksClockAgain && world.clock !== 'before') return 'expired'
  if (world.ended && setup.removed !== 'end-not-checked') return 'spent'
  return mayRepeatHere(setup, request.expiry - 1, request.number) ? 'granted' : 'spent'
}

/** The condition failed. After a lost response to a delete, the edge can't know which request consumed the link. */
function outcomeWhenRefused({ setup, request }: Edge): Answered {
  const canTell = setup.kind === 'receipt' || setup.removed === 'blind-retry'
  if (request.ambiguous && !canTell) return 'outcome-unknown'
  for (const { status } of request.lanes) {
    if (status === 'spent' || status === 'revoked' || status === 'expired') return status
    if (status === 'wrong-passphrase' || status === 'locked') return status
    if (status === 'unbindable') return 'other'
  }
  return 'spent'
}

/** Returns the request whose write fixed the end of the capability: the first that used the link, never a repeat. */
function expiryFixedBy({ setup, request }: Edge): number {
  return setup.removed === 'fresh-expiry' ? request.number : request.expiry - 1
}

/** Ends the request with this response. */
export function answer(edge: Edge, outcome: Answered): void {
  const { world, request } = edge
  // The client's address changed, or its repeat came too late.
  if (outcome === 'spent' && request.phase === 'consumed') request.hurt = true
  if (outcome === 'granted') noteCapability(edge, request, expiryFixedBy(edge))
  if (phaseAfter[outcome] === 'denied') noteDenied(world, request, outcome)
  request.expiry = 0
  request.phase = phaseAfter[outcome]
  abandonWrites(request)
}

const phaseAfter = {
  granted: 'redirected',
  spent: 'denied',
  unavailable: 'denied',
  'wrong-passphrase': 'denied',
  locked: 'denied',
  revoked: 'informed',
  expired: 'informed',
  other: 'informed',
  'outcome-unknown': 'informed-unknown',
} as const satisfies Record<Answered, Request['phase']>
