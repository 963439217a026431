import { type Edge, letGo } from './edge.ts'
import type { Answered } from './event.ts'
import { noteCapability, noteDenied } from './properties.ts'
import type { Rule } from './rule.ts'
import { addressOf } from './setup.ts'
import { isSameAddress } from './store.ts'
import type { Request } from './world.ts'

/** What the edge answers once it knows enough, or has no time left. The end of `redeem` in edge/redeem.ts. */
export function answerRules(edge: Edge): readonly Rule[] {
  const { setup, request } = edge
  const { number } = request
  const rule = (can: () => boolean, outcome: () => Answered) => ({
    request: number,
    can,
    act: () => settle(edge, outcome()),
    step: () => {
      const answered = { kind: 'answered', request: number, outcome: outcome() } as const
      if (answered.outcome !== 'granted') return answered
      return { ...answered, capability: `until ${expiryFixedBy(edge)}, from ${addressOf(setup, number)}` }
    },
  })
  const rules = [
    rule(
      () => request.phase === 'consumed',
      () => whenTaken(edge),
    ),
    rule(
      () => request.phase === 'refused',
      () => whenRefused(edge),
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
    // Refused before the store was asked, or because no replica would ever serve us.
    rule(
      () => (request.phase === 'choosing' && !request.ambiguous) || request.phase === 'idle',
      () => 'other',
    ),
    // Addresses and the end of a capability are not in a trace: a repeat may have come too late, or from elsewhere.
    rule(isRepeat, () => 'spent'),
  ]
}

/** Deadlines are not in the model: an edge may give up after any failure, and goes on as often as it likes. */
function hasGivenUp({ phase, hurt }: Request): boolean {
  return phase === 'unsure' || phase === 'reading' || (phase === 'choosing' && hurt)
}

/** The store says the link is ours. The clock again, since the write may have taken seconds; then the address. */
function whenTaken({ world, setup, request }: Edge): Answered {
  const looksAgain = setup.removed !== 'stale-clock' && setup.removed !== 'expiry-by-ttl'
  if (looksAgain && world.clock !== 'before') return 'expired'
  return isSameAddress(setup, request.expiry - 1, request.number) || setup.removed === 'replay-by-address'
    ? 'granted'
    : 'spent'
}

/** The condition failed. After a lost answer to a delete, nobody can tell who has taken the link. */
function whenRefused({ setup, request }: Edge): Answered {
  const canTell = setup.kind === 'receipt' || setup.removed === 'blind-retry'
  if (request.ambiguous && !canTell) return 'outcome-unknown'
  const lane = request.lanes.find(({ status }) => status === 'spent' || status === 'revoked' || status === 'expired')
  return (lane?.status ?? 'spent') as Answered
}

/** Whose write the end of the capability comes from: the first write that used the link, never a repeat. */
function expiryFixedBy({ setup, request }: Edge): number {
  return setup.removed === 'fresh-expiry' ? request.number : request.expiry - 1
}

function settle(edge: Edge, outcome: Answered): void {
  const { world, request } = edge
  if (outcome === 'spent' && request.phase === 'consumed') request.hurt = true // it has moved, or comes too late
  if (outcome === 'granted') noteCapability(edge, request, expiryFixedBy(edge))
  if (outcome === 'spent' || outcome === 'unavailable') noteDenied(world, request, outcome)
  request.expiry = 0
  request.phase = phaseAfter[outcome]
  letGo(request)
}

const phaseAfter = {
  granted: 'redirected',
  spent: 'denied',
  unavailable: 'denied',
  revoked: 'told',
  expired: 'told',
  other: 'told',
  'outcome-unknown': 'told-unknown',
} as const satisfies Record<Answered, Request['phase']>
