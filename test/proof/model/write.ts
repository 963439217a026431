import { abandonWrites, type Edge, mayAsk, nameOf } from './edge.ts'
import type { Perceived } from './event.ts'
import { behind, type Rule, type Step, unseen } from './rule.ts'
import { canFail, fail, type Lane, type Phase, unlimited } from './state.ts'
import type { Verdict } from './store.ts'

/** A conditional write of a request: the one that redeems, or the one before it that reserves a try. */
export interface Command {
  /** The phase of a request that may send it. */
  readonly from: Phase
  /** The phase of a request that waits for its response. */
  readonly waits: Phase
  /** How it would end in a Region. */
  verdict(at: At): Verdict
  /** The store executes it: it changes the item if its condition holds. */
  execute(lane: Lane): Verdict
  executed(region: string, ended: Verdict): Step
  /** What the edge does when it hears that the condition held, that it did not, or nothing. */
  held(): void
  refused(ended: Lane['status']): void
  lost(): void
}

/** A Region, and whether the write was sent after the expiry. */
export type At = Pick<Lane, 'region' | 'late'>

/**
 * Returns the rules of one conditional write of one request, `tryConsume` and `tryReserve` in
 * shared/redemption/link-table.ts: it is sent, executed or not, and its response arrives or not.
 */
export function writeRules(edge: Edge, lane: Lane, command: Command): readonly Rule[] {
  const { request } = edge
  const isUsed = () => lane.status !== 'free' || lane.again
  return [
    ...behind(() => request.phase === command.from, sends(edge, lane, command)),
    ...behind(isUsed, [...executions(edge, lane, command), ...perceptions(edge, lane, command)]),
  ]
}

function sends(edge: Edge, lane: Lane, { from, waits }: Command): readonly Rule[] {
  const { world, setup, request } = edge
  const what = from === 'trying' ? 'reservation' : 'write'
  const lanes = from === 'trying' ? [lane] : request.lanes
  const isFirstFree = () => lane === lanes.find(({ status, again }) => status === 'free' && !again)
  return world.regions.map((_, region) => ({
    request: request.number,
    can: () => request.phase === from && isFirstFree() && mayAsk(edge, region),
    act: () => {
      request.phase = waits
      lane.status = 'sent'
      lane.region = region
      lane.late = world.clock !== 'before' && setup.watched !== true
    },
    step: unseen(`request ${request.number} sends its ${what} to Region ${region}`),
  }))
}

/** The store executes the write, even if the edge no longer waits, and perhaps a second time. */
function executions(edge: Edge, lane: Lane, command: Command): readonly Rule[] {
  const { world, setup } = edge
  const isUnderWay = () => lane.status === 'sent' || lane.status === 'late'
  const respond = () => {
    const ended = command.execute(lane)
    // The response reaches only an edge that still waits for it.
    lane.status = lane.status === 'late' ? 'free' : ended
  }
  const once = () => {
    respond()
    lane.again = world.repeatsLeft === unlimited
  }
  const notForTheLastTime = () => {
    respond()
    lane.again = true
    world.repeatsLeft -= 1
  }
  const onceMore = () => {
    command.execute(lane)
    lane.again = world.repeatsLeft === unlimited
  }
  const mayBeLate = () => setup.watched === true && world.clock !== 'before' && !lane.late
  const rule = execution(edge, lane, command)
  return [
    rule(isUnderWay, once),
    rule(() => isUnderWay() && world.repeatsLeft > 0 && world.repeatsLeft !== unlimited, notForTheLastTime),
    rule(() => lane.again, onceMore),
    // A trace doesn't show whether a write was sent before the expiry or after it.
    rule(() => isUnderWay() && mayBeLate(), once, 'late'),
    rule(() => lane.again && mayBeLate(), onceMore, 'late'),
  ]
}

/**
 * Returns a function that makes rules by which the Region of `lane` executes it; with `late`, as if it was sent late.
 */
function execution({ world, request }: Edge, lane: Lane, command: Command) {
  return (can: () => boolean, act: () => void, late?: 'late'): Rule => ({
    request: request.number,
    can: () => can() && world.regions[lane.region]?.isUp === true,
    act: () => {
      const { late: wasSentLate } = lane
      lane.late ||= late !== undefined
      act()
      lane.late = wasSentLate
    },
    step: () => {
      const ended = command.verdict({ region: lane.region, late: lane.late || late !== undefined })
      return command.executed(nameOf(lane.region), ended)
    },
  })
}

/** How the write ended for the edge that waits for it: `ConsumeAttemptResult` in shared/redemption/link-table.ts. */
function perceptions({ world, request }: Edge, lane: Lane, command: Command): readonly Rule[] {
  const isAwaited = () => request.phase === command.waits && lane.status !== 'free' && lane.status !== 'late'
  const isConsumed = () => lane.status === 'consumed'
  const isSent = () => lane.status === 'sent'
  const isConnectRefused = () => world.regions[lane.region]?.isUp !== true
  const perceived = (what: Perceived, can: () => boolean, act: () => void): Rule => ({
    request: request.number,
    can: () => isAwaited() && can(),
    act,
    step: () => ({ kind: 'perceived', request: request.number, what }),
  })
  const held = () => {
    lane.status = 'free'
    command.held()
  }
  const noEffect = () => {
    if (!isConnectRefused()) fail(world)
    lane.status = 'free'
    request.hurt = true
    request.phase = command.from
  }
  const lost = () => {
    fail(world)
    abandonWrites(request)
    request.hurt = true
    command.lost()
  }
  return [
    perceived('consumed', isConsumed, held),
    perceived(
      'refused',
      () => !isConsumed() && !isSent(),
      () => command.refused(lane.status),
    ),
    perceived('no-effect', () => isSent() && (isConnectRefused() || canFail(world)), noEffect),
    perceived('unknown-effect', () => canFail(world), lost),
  ]
}
