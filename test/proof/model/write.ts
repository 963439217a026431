import { abandonWrites, type Edge, mayAsk, nameOf } from './edge.ts'
import type { Perceived } from './event.ts'
import { noteConsumed, noteWriteThatConsumes } from './properties.ts'
import { type Rule, unseen } from './rule.ts'
import { confusedClient, elsewhere, home } from './setup.ts'
import { absent, itemAt, live, usedBy, userOf, type Verdict, verdictOn, write } from './store.ts'
import { canFail, fail, type Lane, unlimited } from './state.ts'

/**
 * Returns the rules of one conditional write of one request, `tryConsume` in shared/redemption/link-table.ts: it is
 * sent, executed or not, and its response arrives or not.
 */
export function writeRules(edge: Edge, lane: Lane): readonly Rule[] {
  return [...sends(edge, lane), ...executions(edge, lane), ...perceptions(edge, lane)]
}

function sends(edge: Edge, lane: Lane): readonly Rule[] {
  const { world, setup, request } = edge
  const isFirstFree = () => lane === request.lanes.find(({ status, again }) => status === 'free' && !again)
  return world.regions.map((_, region) => ({
    request: request.number,
    can: () => request.phase === 'choosing' && isFirstFree() && mayAsk(edge, region),
    act: () => {
      request.phase = 'writing'
      lane.status = 'sent'
      lane.region = region
      lane.late = world.clock !== 'before' && setup.watched !== true
    },
    step: unseen(`request ${request.number} sends its write to Region ${region}`),
  }))
}

/** The store executes the write, even if the edge no longer waits, and perhaps a second time. */
function executions(edge: Edge, lane: Lane): readonly Rule[] {
  const { world, setup } = edge
  const isUnderWay = () => lane.status === 'sent' || lane.status === 'late'
  const once = () => {
    respond(edge, lane, execute(edge, lane))
    lane.again = world.repeatsLeft === unlimited
  }
  const notForTheLastTime = () => {
    respond(edge, lane, execute(edge, lane))
    lane.again = true
    world.repeatsLeft -= 1
  }
  const onceMore = () => {
    execute(edge, lane)
    lane.again = world.repeatsLeft === unlimited
  }
  const mayBeLate = () => setup.watched === true && world.clock !== 'before' && !lane.late
  const rule = execution(edge, lane)
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
function execution({ world, setup, request }: Edge, lane: Lane) {
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
      const wouldBe = { region: lane.region, late: lane.late || late !== undefined }
      const applied = verdict({ world, setup, request }, wouldBe) === 'consumed'
      return { kind: 'write', request: request.number, region: nameOf(lane.region), applied }
    },
  })
}

function verdict(edge: Edge, { region, late }: Pick<Lane, 'region' | 'late'>): Verdict {
  const { world, setup, request } = edge
  const assumedHome = request.client === confusedClient(setup) ? elsewhere : home
  return verdictOn(itemAt(world.store, region), { request: request.number, home: assumedHome, late }, edge)
}

/** Applies the write to the item. The first request stays in the receipt: `if_not_exists` in `use`. */
function execute(edge: Edge, lane: Lane): Verdict {
  const { world, setup, request } = edge
  const ended = verdict(edge, lane)
  if (ended !== 'consumed') return ended
  const item = itemAt(world.store, lane.region)
  noteWriteThatConsumes(world)
  if (item === live) noteConsumed(world, request)
  const used = usedBy(item === live ? request.number : userOf(item))
  write(world.store, lane.region, setup.kind === 'delete' ? absent : used)
  return ended
}

/** Sends the response with the stored item, if the edge still waits for it. */
function respond({ world, setup, request }: Edge, lane: Lane, ended: Verdict): void {
  if (lane.status === 'late') {
    lane.status = 'free'
    return
  }
  lane.status = ended
  if (ended !== 'consumed') return
  request.expiry = setup.kind === 'delete' ? request.number + 1 : userOf(itemAt(world.store, lane.region)) + 1
}

/** How the write ended for the edge that waits for it: `ConsumeAttemptResult` in shared/redemption/link-table.ts. */
function perceptions(edge: Edge, lane: Lane): readonly Rule[] {
  const { world, request } = edge
  const isAwaited = () => request.phase === 'writing' && lane.status !== 'free' && lane.status !== 'late'
  const isConsumed = () => lane.status === 'consumed'
  const isSent = () => lane.status === 'sent'
  const isConnectRefused = () => world.regions[lane.region]?.isUp !== true
  const perceived = (what: Perceived, can: () => boolean, act: () => void): Rule => ({
    request: request.number,
    can: () => isAwaited() && can(),
    act,
    step: () => ({ kind: 'perceived', request: request.number, what }),
  })
  const consume = () => {
    request.phase = 'consumed'
    lane.status = 'free'
  }
  const noEffect = () => {
    if (!isConnectRefused()) fail(world)
    lane.status = 'free'
    request.hurt = true
    request.phase = 'choosing'
  }
  return [
    perceived('consumed', isConsumed, consume),
    perceived(
      'refused',
      () => !isConsumed() && !isSent(),
      () => (request.phase = 'refused'),
    ),
    perceived('no-effect', () => isSent() && (isConnectRefused() || canFail(world)), noEffect),
    perceived(
      'unknown-effect',
      () => canFail(world),
      () => loseResponse(edge),
    ),
  ]
}

/** The write or its response is lost or too slow. With a receipt the edge tries again; a delete needs a read first. */
function loseResponse({ world, setup, request }: Edge): void {
  fail(world)
  abandonWrites(request)
  request.expiry = 0
  request.ambiguous = true
  request.hurt = true
  request.phase = setup.kind === 'receipt' || setup.removed === 'blind-retry' ? 'choosing' : 'reading'
}
