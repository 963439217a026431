import type { Edge } from './edge.ts'
import { noteComparison, noteConsumed, noteWriteThatConsumes } from './properties.ts'
import { broughtBy, confusedClient, elsewhere, home } from './setup.ts'
import type { Lane } from './state.ts'
import { type Condition, itemFor, live, triesAt, use, userOf, type Verdict, verdictOn } from './store.ts'
import type { At, Command } from './write.ts'

/** Returns the write that redeems: `useOf` in shared/redemption/one-use.ts and several-uses.ts. */
export function redemption(edge: Edge): Command {
  const { request } = edge
  return {
    from: 'choosing',
    waits: 'writing',
    verdict: at => verdict(edge, at),
    execute: lane => execute(edge, lane),
    executed: (region, ended) => ({
      kind: 'write',
      request: request.number,
      region,
      applied: ended === 'consumed',
    }),
    held: () => (request.phase = 'consumed'),
    refused: () => (request.phase = 'refused'),
    lost: () => loseResponse(edge),
  }
}

/** Returns the condition of a write as its edge sends it to a Region. */
export function conditionOf({ setup, request }: Edge, late: boolean): Condition {
  const assumedHome = request.client === confusedClient(setup) ? elsewhere : home
  return { request: request.number, home: assumedHome, late }
}

function verdict(edge: Edge, { region, late }: At): Verdict {
  const { world, setup, request } = edge
  const item = itemFor(edge, region)
  const ended = verdictOn(item, conditionOf(edge, late), edge)
  if (ended !== 'consumed' || setup.passphrase === undefined) return ended
  // Swapped, the first write asks whether a try is left.
  const hasTry = setup.removed !== 'reserve-first' || triesAt(world.store, region) < setup.passphrase.maxTries
  if (item === live && !hasTry) return 'locked'
  switch (broughtBy(setup, request.number)) {
    case 'right':
      return 'consumed'
    case 'wrong':
      return setup.removed === 'hash-clause' ? 'consumed' : 'wrong-passphrase'
    case 'nothing':
      // It compares no hash: the link must be used, by the same client.
      return item !== live || setup.removed === 'reopen-used' ? 'consumed' : 'wrong-passphrase'
  }
}

/** Applies the write to the item. The first request stays in the receipt: `if_not_exists` in `use`. */
function execute(edge: Edge, lane: Lane): Verdict {
  const { world, setup, request } = edge
  const ended = verdict(edge, lane)
  const found = itemFor(edge, lane.region)
  noteComparison(edge, request, { ended, isLive: found === live })
  if (ended !== 'consumed') return ended
  noteWriteThatConsumes(world)
  if (found === live) noteConsumed(world, request)
  const user = found === live ? request.number : userOf(found)
  if (found === live || setup.uses === undefined) use(edge, lane.region, user)
  const fixedBy = setup.removed === 'first-end' ? world.requests.findIndex(({ consumed }) => consumed) : user
  if (lane.status === 'sent') request.expiry = (setup.kind === 'delete' ? request.number : fixedBy) + 1
  return ended
}

/** The write or its response is lost or too slow. With a receipt the edge tries again; a delete needs a read first. */
function loseResponse({ setup, request }: Edge): void {
  request.expiry = 0
  request.ambiguous = true
  request.phase = setup.kind === 'receipt' || setup.removed === 'blind-retry' ? 'choosing' : 'reading'
}
