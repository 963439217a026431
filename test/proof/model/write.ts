import { type Edge, letGo, mayAsk, nameOf } from './edge.ts'
import type { Perceived } from './event.ts'
import { canFail, fail } from './faults.ts'
import { noteConsumed } from './properties.ts'
import { type Rule, unseen } from './rule.ts'
import { confusedClient, elsewhere, home } from './setup.ts'
import { absent, isUsed, itemAt, usedBy, userOf, type Verdict, verdictOn, write } from './store.ts'
import { type Lane, unlimited } from './world.ts'

/** One conditional write of one request: `take` in shared/redemption/link-table.ts. It is sent, executed or not, and answered or not. */
export function writeRules(edge: Edge, lane: Lane): readonly Rule[] {
  return [...sends(edge, lane), ...executions(edge, lane), ...perceptions(edge, lane)]
}

function sends(edge: Edge, lane: Lane): readonly Rule[] {
  const { world, setup, request } = edge
  const isFirstFree = () => lane === request.lanes.find(({ status, again }) => status === 'free' && !again)
  return world.up.map((_, region) => ({
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

/** The store executes the write, whether or not the edge still waits, and perhaps a second time. */
function executions(edge: Edge, lane: Lane): readonly Rule[] {
  const { world, setup } = edge
  const isUnderWay = () => lane.status === 'sent' || lane.status === 'late'
  const once = () => {
    answer(edge, lane, execute(edge, lane))
    lane.again = world.repeatsLeft === unlimited
  }
  const notForTheLastTime = () => {
    answer(edge, lane, execute(edge, lane))
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
    // Who only watches doesn't see when a write was sent: before the expiry or after it.
    rule(() => isUnderWay() && mayBeLate(), once, 'late'),
    rule(() => lane.again && mayBeLate(), onceMore, 'late'),
  ]
}

/** Makes rules by which the Region of `lane` executes it; `late` is for one that is taken to have been sent late. */
function execution({ world, setup, request }: Edge, lane: Lane) {
  return (can: () => boolean, act: () => void, late?: 'late'): Rule => ({
    request: request.number,
    can: () => can() && world.up[lane.region] === true,
    act: () => {
      const { late: wasSentLate } = lane
      lane.late ||= late !== undefined
      act()
      lane.late = wasSentLate
    },
    step: () => {
      const applied =
        verdict({ world, setup, request }, { ...lane, late: lane.late || late !== undefined }) === 'consumed'
      return { kind: 'write', request: request.number, region: nameOf(lane.region), applied }
    },
  })
}

function verdict(edge: Edge, { region, late }: Lane): Verdict {
  const { world, setup, request } = edge
  const believed = request.client === confusedClient(setup) ? elsewhere : home
  return verdictOn(itemAt(world.store, region), { request: request.number, home: believed, late }, edge)
}

/** What the write does to the item. Who was first stays in the receipt: `if_not_exists` in `usable`. */
function execute(edge: Edge, lane: Lane): Verdict {
  const { world, setup, request } = edge
  const ended = verdict(edge, lane)
  if (ended !== 'consumed') return ended
  const item = itemAt(world.store, lane.region)
  if (!isUsed(item)) noteConsumed(world, request)
  const used = isUsed(item) ? item : usedBy(request.number)
  write(world.store, lane.region, setup.kind === 'delete' ? absent : used)
  return ended
}

/** The answer goes back with what was stored, if anybody waits for it. */
function answer({ world, setup, request }: Edge, lane: Lane, ended: Verdict): void {
  if (lane.status === 'late') {
    lane.status = 'free'
    return
  }
  lane.status = ended
  if (ended !== 'consumed') return
  request.expiry = setup.kind === 'delete' ? request.number + 1 : userOf(itemAt(world.store, lane.region)) + 1
}

/** What the edge makes of the write it waits for: `TakeAnswer` in shared/redemption/link-table.ts. */
function perceptions(edge: Edge, lane: Lane): readonly Rule[] {
  const { world, request } = edge
  const isAwaited = () => request.phase === 'writing' && lane.status !== 'free' && lane.status !== 'late'
  const isTaken = () => lane.status === 'consumed'
  const isSent = () => lane.status === 'sent'
  const isConnectRefused = () => world.up[lane.region] !== true
  const perceived = (what: Perceived, can: () => boolean, act: () => void): Rule => ({
    request: request.number,
    can: () => isAwaited() && can(),
    act,
    step: () => ({ kind: 'perceived', request: request.number, what }),
  })
  const take = () => {
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
    perceived('consumed', isTaken, take),
    perceived(
      'refused',
      () => !isTaken() && !isSent(),
      () => (request.phase = 'refused'),
    ),
    perceived('no-effect', () => isSent() && (isConnectRefused() || canFail(world)), noEffect),
    perceived(
      'unknown-effect',
      () => canFail(world),
      () => loseAnswer(edge),
    ),
  ]
}

/** The write, or its answer, is lost or too slow. With a receipt it is tried again; a delete needs a read first. */
function loseAnswer({ world, setup, request }: Edge): void {
  fail(world)
  letGo(request)
  request.expiry = 0
  request.ambiguous = true
  request.hurt = true
  request.phase = setup.kind === 'receipt' || setup.removed === 'blind-retry' ? 'choosing' : 'reading'
}
