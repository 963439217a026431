import { abandonWrites, type Edge } from './edge.ts'
import { breaks, noteTry } from './properties.ts'
import { conditionOf } from './redemption.ts'
import { answer } from './response.ts'
import { type Rule, unseen } from './rule.ts'
import { broughtBy, home } from './setup.ts'
import type { Lane, Phase } from './state.ts'
import { itemFor, reserve, triesAt, verdictOnTry } from './store.ts'
import { type Command, writeRules } from './write.ts'

/**
 * Returns the rules by which a request with a passphrase reserves a try, before it redeems as any other.
 * `consumeWithPassphrase` in shared/redemption/reserve-try.ts.
 */
export function tryRules(edge: Edge): readonly Rule[] {
  const { setup, request } = edge
  const { reservation, tried } = request
  if (reservation === undefined || tried === undefined) return []
  const again = (can: () => boolean, why: string): Rule => ({
    request: request.number,
    can,
    act: () => {
      abandonWrites(request)
      request.phase = 'trying'
    },
    step: unseen(`request ${request.number} ${why}`),
  })
  const isWrong = () => request.phase === 'refused' && request.lanes.some(({ status }) => status === 'wrong-passphrase')
  return [
    ...writeRules(edge, reservation, reservationOf(edge)),
    ...(setup.removed === 'reserve-first' ? [again(isWrong, 'counts its wrong passphrase')] : []),
    ...(setup.removed === 'one-try-a-request'
      ? [again(() => request.phase === 'choosing' && request.hurt && tried.taken, 'takes another try')]
      : []),
  ]
}

/** Returns the phase in which a request begins at its edge. */
export function firstPhase({ world, setup, request }: Edge): Phase {
  if (setup.passphrase === undefined || broughtBy(setup, request.number) === 'nothing') return 'choosing'
  if (setup.removed === 'reserve-first') return 'choosing'
  const isRead = setup.removed === 'limit-in-the-write'
  return isRead && triesAt(world.store, home) >= setup.passphrase.maxTries ? 'denied' : 'trying'
}

/** Returns the write that reserves a try, `reserveTry` in shared/redemption/one-use.ts. */
function reservationOf(edge: Edge): Command {
  const { world, setup, request } = edge
  const { store } = world
  const verdict: Command['verdict'] = ({ region, late }) =>
    verdictOnTry({ item: itemFor(edge, region), tries: triesAt(store, region) }, conditionOf(edge, late), edge)
  return {
    from: 'trying',
    waits: 'reserving',
    verdict,
    execute(lane) {
      const ended = verdict(lane)
      if (ended !== 'consumed') return ended
      noteTry(world, request, { item: itemFor(edge, lane.region), isRepeat: lane.again })
      reserve(store, lane.region)
      return ended
    },
    executed: (region, ended) => ({
      kind: 'unseen',
      what: `Region ${region} executes the reservation of request ${request.number}: ${ended === 'consumed' ? 'done' : ended}`,
    }),
    held() {
      if (setup.removed === 'reserve-first') answer(edge, 'wrong-passphrase')
      else request.phase = 'choosing'
    },
    refused: ended => refused(edge, ended),
    lost() {
      if (setup.removed === 'lost-reservation-ends') request.phase = 'trying'
      else answer(edge, 'unavailable')
    },
  }
}

/** No try is reserved. The client that used the link needs none: it repeats the second write alone. */
function refused(edge: Edge, ended: Lane['status']): void {
  const { world, setup, request } = edge
  if (ended === 'own' && setup.removed !== 'repeat-without-a-try') {
    if (request.tried !== undefined) request.tried.repeats = true
    abandonWrites(request)
    request.phase = 'choosing'
    return
  }
  if (ended === 'own' && broughtBy(setup, request.number) === 'right') breaks(world, 'L1')
  answer(edge, ended === 'locked' || ended === 'revoked' || ended === 'expired' ? ended : 'spent')
}
