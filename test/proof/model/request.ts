import { answerRules } from './answer.ts'
import { type Edge, isOpen, letGo, mayAsk, nameOf } from './edge.ts'
import { canFail, fail } from './faults.ts'
import { type Rule, type Stage, unseen } from './rule.ts'
import { absent, itemAt } from './store.ts'
import type { Phase, Request } from './world.ts'
import { writeRules } from './write.ts'

/** All an edge does with one request, until the viewer has an answer. `consume` in shared/redemption/consume.ts. */
export function requestRules(stage: Stage, request: Request): readonly Rule[] {
  const edge = { ...stage, request }
  return [
    ...begin(edge),
    ...(stage.setup.kind === 'delete' ? read(edge) : []),
    ...request.lanes.flatMap(lane => writeRules(edge, lane)),
    ...answerRules(edge),
    ...end(edge),
  ]
}

/** A viewer comes with the link: everything that is refused before the store is asked. `redeem` in edge/redeem.ts. */
function begin(edge: Edge): readonly Rule[] {
  const { world, setup, request } = edge
  const { number } = request
  const comes = () => request.phase === 'idle' && world.issuer === 'issued' && isItsTurn(edge)
  const isDead = () => world.clock !== 'before' && setup.removed !== 'expiry-by-ttl'
  return [
    {
      request: number,
      // Who only watches doesn't see a request come, so it may have come before the expiry.
      can: () => comes() && !world.slotBumped && (!isDead() || setup.watched === true),
      act: () => (request.phase = 'choosing'),
      step: unseen(`client ${request.client} opens the link (request ${number})`),
    },
    {
      request: number,
      can: () => comes() && !world.slotBumped && isDead(),
      act: () => (request.phase = 'told'),
      step: () => ({ kind: 'answered', request: number, outcome: 'expired' }),
    },
    {
      request: number,
      can: () => comes() && world.slotBumped,
      act: () => (request.phase = 'told'),
      step: () => ({ kind: 'answered', request: number, outcome: 'other' }),
    },
  ]
}

/** A client's requests follow one another, and it stops when it has what it came for. */
function isItsTurn({ world, setup, request }: Edge): boolean {
  if (setup.overlapping === true) return true
  return world.requests.every(
    other =>
      other.client !== request.client ||
      other.number >= request.number ||
      !(other.phase === 'idle' || other.phase === 'redirected' || other.phase === 'handed' || isOpen(other)),
  )
}

/** After a lost answer to a delete: one strongly consistent read. Every doubt counts as gone. */
function read(edge: Edge): readonly Rule[] {
  const { world, setup, request } = edge
  const { number } = request
  const there = (region: number) => itemAt(world.store, region) !== absent
  const reads = world.up.map((_, region) => ({
    request: number,
    can: () =>
      world.up[region] === true &&
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
    can: () => isReading(request) && (canFail(world) || (request.phase === 'reading' && isAskedRegionDown(edge))),
    act: () => {
      if (!(request.phase === 'reading' && isAskedRegionDown(edge))) fail(world)
      request.phase = 'unsure'
    },
    step: () => ({ kind: 'perceived', request: number, what: 'unread' }) as const,
  }
  return [...reads, perceived('saw-there', 'there', 'choosing'), perceived('saw-gone', 'gone', 'unsure'), unread]
}

function isReading({ phase }: Request): boolean {
  return phase === 'reading' || phase === 'saw-there' || phase === 'saw-gone'
}

function isAskedRegionDown(edge: Edge): boolean {
  return edge.world.up.some((up, region) => !up && mayAsk(edge, region))
}

/** The 302 arrives or is lost, or there is none since the edge died. */
function end({ world, setup, request }: Edge): readonly Rule[] {
  const { number } = request
  return [
    {
      request: number,
      can: () => request.phase === 'redirected',
      act: () => (request.phase = 'handed'),
      step: unseen(`the 302 of request ${number} arrives`),
    },
    {
      request: number,
      can: () => request.phase === 'redirected' && canFail(world),
      act: () => {
        fail(world)
        request.hurt = true
        request.phase = 'lost'
      },
      step: unseen(`the 302 of request ${number} is lost on its way to the viewer`),
    },
    {
      request: number,
      // Who only watches takes it that a write was sent: it may show later, and if not, that made no difference.
      can: () => isOpen(request) && canFail(world) && !(setup.watched === true && request.phase === 'choosing'),
      act: () => {
        fail(world)
        request.hurt = true
        request.phase = 'died'
        letGo(request)
      },
      step: () => ({ kind: 'died', request: number }),
    },
  ]
}
