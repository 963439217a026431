import { isUnsupported } from './binding.ts'
import { abandonWrites, type Edge, isOpen, mayAsk, nameOf } from './edge.ts'
import { redemption } from './redemption.ts'
import { responseRules } from './response.ts'
import { behind, type Rule, type Stage, unseen } from './rule.ts'
import { absent, itemAt } from './store.ts'
import { canFail, fail, type Phase, type Request } from './state.ts'
import { firstPhase, tryRules } from './try.ts'
import { writeRules } from './write.ts'

/**
 * Returns the rules of one request at an edge, until its viewer has a response. `consume` in
 * shared/redemption/consume.ts.
 */
export function requestRules(stage: Stage, request: Request): readonly Rule[] {
  const edge = { ...stage, request }
  return [
    ...behind(() => request.phase === 'idle', begin(edge)),
    ...(stage.setup.kind === 'delete' ? read(edge) : []),
    ...tryRules(edge),
    ...request.lanes.flatMap(lane => writeRules(edge, lane, redemption(edge))),
    ...responseRules(edge),
    ...end(edge),
  ]
}

/** A viewer opens the link; the edge refuses some requests before it calls the store. `prepare` in edge/redeem/redeemer.ts. */
function begin(edge: Edge): readonly Rule[] {
  const { world, setup, request } = edge
  const { number } = request
  const comes = () => request.phase === 'idle' && world.issuer === 'issued' && isItsTurn(edge)
  const isServed = () => comes() && !world.slotBumped && !isUnsupported(setup, number)
  const isDead = () => world.clock !== 'before' && setup.removed !== 'expiry-by-ttl'
  return [
    {
      request: number,
      // A trace doesn't show when a request arrives, so it may have arrived before the expiry.
      can: () => isServed() && (!isDead() || setup.watched === true),
      act: () => (request.phase = firstPhase(edge)),
      step: unseen(`client ${request.client} opens the link (request ${number})`),
    },
    {
      request: number,
      can: () => comes() && !world.slotBumped && isDead(),
      act: () => (request.phase = 'informed'),
      step: () => ({ kind: 'answered', request: number, outcome: 'expired' }),
    },
    {
      request: number,
      // In a trace, each request may get this.
      can: () => comes() && !isServed() && setup.watched !== true,
      act: () => {
        request.hurt = true
        request.phase = 'informed'
      },
      step: () => ({ kind: 'answered', request: number, outcome: 'other' }),
    },
  ]
}

/** A client sends one request after another, and stops when it has the capability. */
function isItsTurn({ world, setup, request }: Edge): boolean {
  if (setup.overlapping === true) return true
  return world.requests.every(
    other =>
      other.client !== request.client ||
      other.number >= request.number ||
      !(other.phase === 'idle' || other.phase === 'redirected' || other.phase === 'delivered' || isOpen(other)),
  )
}

/** After a lost response to a delete, the edge makes one strongly consistent read. A failed read counts as gone. */
function read(edge: Edge): readonly Rule[] {
  const { world, setup, request } = edge
  const { number } = request
  const there = (region: number) => itemAt(world.store, region) !== absent
  const reads = world.regions.map((_, region) => ({
    request: number,
    can: () =>
      world.regions[region]?.isUp === true &&
      mayAsk(edge, region) &&
      (request.phase === 'reading' || (setup.watched === true && request.ambiguous && !isReading(request))),
    act: () => {
      if (request.phase === 'reading') request.phase = there(region) ? 'saw-there' : 'saw-gone'
    },
    step: () => ({ kind: 'read', request: number, region: nameOf(region), there: there(region) }) as const,
  }))
  const perceived = (phase: Phase, what: 'there' | 'gone', next: Phase) => ({
    request: number,
    can: () => request.phase === phase,
    act: () => (request.phase = next),
    step: () => ({ kind: 'perceived', request: number, what }) as const,
  })
  const unread = {
    request: number,
    can: () => isReading(request) && (canFail(world) || (request.phase === 'reading' && isTargetDown(edge))),
    act: () => {
      if (!(request.phase === 'reading' && isTargetDown(edge))) fail(world)
      request.phase = 'unsure'
    },
    step: () => ({ kind: 'perceived', request: number, what: 'unread' }) as const,
  }
  return [...reads, perceived('saw-there', 'there', 'choosing'), perceived('saw-gone', 'gone', 'unsure'), unread]
}

function isReading({ phase }: Request): boolean {
  return phase === 'reading' || phase === 'saw-there' || phase === 'saw-gone'
}

function isTargetDown(edge: Edge): boolean {
  return edge.world.regions.some(({ isUp }, region) => !isUp && mayAsk(edge, region))
}

/** The 302 arrives or is lost, or the edge dies before it sends one. */
function end({ world, setup, request }: Edge): readonly Rule[] {
  const { number } = request
  const isUnderWay = () => request.phase === 'redirected' && setup.passphrase === undefined
  return [
    {
      request: number,
      can: isUnderWay,
      act: () => (request.phase = 'delivered'),
      step: unseen(`the 302 of request ${number} arrives`),
    },
    {
      request: number,
      can: () => isUnderWay() && canFail(world),
      act: () => {
        fail(world)
        request.hurt = true
        request.phase = 'lost'
      },
      step: unseen(`the 302 of request ${number} is lost on its way to the viewer`),
    },
    {
      request: number,
      // A trace doesn't show whether a write was sent, so assume one: if it never shows, it made no difference.
      can: () => isOpen(request) && canFail(world) && !(setup.watched === true && request.phase === 'choosing'),
      act: () => {
        fail(world)
        request.hurt = true
        request.phase = 'died'
        abandonWrites(request)
      },
      step: () => ({ kind: 'died', request: number }),
    },
  ]
}
