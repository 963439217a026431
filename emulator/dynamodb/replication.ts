import { setTimeout as pause } from 'node:timers/promises'
import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Change, Dynalite } from './dynalite.ts'

/** Typically it takes a second or less (AWS, "How DynamoDB global tables work"). In milliseconds. */
export const defaultLagMs = 1000

/** What replicates, and how slowly. */
export interface ReplicationOptions {
  /** The tables that replicate, by name; all others stay in their Region. */
  readonly tables: readonly string[]
  /** From a write in one Region until it reaches the others, in milliseconds. */
  readonly lagMs: number
  /** @default the machine's */
  readonly timeline?: Timeline
}

/** When a write happens, and how long it travels. */
export interface Timeline {
  now(): EpochMs
  /** Resolves after `ms` milliseconds, or earlier when `hurry` is aborted. Never rejects, never keeps the process alive. */
  travel(ms: number, hurry: AbortSignal): Promise<void>
}

/** Carries writes between the replicas of an eventually consistent (MREC) global table. */
export interface Replication {
  /** Makes `replica` the one in `region`, before anything is written. */
  join(region: Region, replica: Pick<Dynalite, 'apply'>): void
  /** Sends a change that was made in `region` to all others. To be called while the item is locked there. */
  send(region: Region, change: Change): void
  /** Resolves when nothing is on its way any more; rejects when a replica couldn't be written. */
  settled(): Promise<void>
  /** Lets everything that is on its way arrive now, whatever the lag, and waits for it. */
  hurry(): Promise<void>
  /** Hurries what is on its way; a change that is made later stays where it was made, and no timer is left. */
  close(): Promise<void>
}

/** When and where an item was written: of two writes the later one stays, of two at once the one whose Region sorts last. */
interface Stamp {
  readonly at: EpochMs
  readonly region: Region
}

/** What must be remembered of one item while changes of it are on their way. */
interface History {
  /** The stamp of what each replica holds, deletions too: an older put that comes later must not bring the item back. */
  readonly newest: Map<Region, Stamp>
  onTheWay: number
}

const machineTimeline: Timeline = {
  now: () => Date.now() as EpochMs,
  travel: (ms, signal) => pause(ms, undefined, { ref: false, signal }).catch(() => undefined),
}

/**
 * Replicates as DynamoDB's global tables with eventual consistency do (AWS, "How DynamoDB global tables work"): each
 * Region checks conditions against its own replica and answers at once; whole items follow after the lag; the last
 * writer wins, item by item. A change that arrived isn't sent on.
 *
 * All of this is in memory. What is on its way when the process is killed is lost: the write stays in the Region where it
 * was made and the others never hear of it, unless the item is written again. DynamoDB would deliver it.
 */
export function createReplication({ tables, lagMs, timeline = machineTimeline }: ReplicationOptions): Replication {
  const replicas = new Map<Region, Pick<Dynalite, 'apply'>>()
  const histories = new Map<string, History>()
  const road = createRoad(lagMs, timeline)
  let closed = false

  return {
    join: (region, replica) => void replicas.set(region, replica),
    send(region, change) {
      const others = [...replicas].filter(([other]) => other !== region)
      if (closed || !tables.includes(change.table) || others.length === 0) return
      const history = historyOf(change, histories)
      const stamp = stampIn(region, history, timeline.now())
      history.onTheWay += others.length
      for (const [other, replica] of others) {
        road.take(async () => {
          await replica.apply(change, () => supersedes(stamp, other, history))
          history.onTheWay -= 1
          // Whoever could be older than what is there has arrived: nothing is left to compare.
          if (history.onTheWay === 0) histories.delete(nameOf(change))
        })
      }
    },
    settled: road.settled,
    hurry: road.hurry,
    close() {
      closed = true
      return road.hurry()
    },
  }
}

/** The way between Regions: whoever takes it arrives `lagMs` milliseconds later, or when all are hurried. */
function createRoad(lagMs: number, timeline: Timeline) {
  const journeys = new Set<Promise<void>>()
  let hurrying = new AbortController()

  async function travel(arrive: () => Promise<void>): Promise<void> {
    await timeline.travel(lagMs, hurrying.signal)
    await arrive()
  }
  async function settled(): Promise<void> {
    while (journeys.size > 0) await Promise.all(journeys)
  }
  return {
    settled,
    take(arrive: () => Promise<void>): void {
      // Where nobody waits for it, a failure ends the process: replicas that drift apart unseen would be worse.
      const journey = travel(arrive).finally(() => journeys.delete(journey))
      journeys.add(journey)
    },
    async hurry(): Promise<void> {
      hurrying.abort()
      hurrying = new AbortController()
      await settled()
    },
  }
}

function nameOf({ table, key }: Change): string {
  return `${table} ${key}`
}

function historyOf(change: Change, histories: Map<string, History>): History {
  const name = nameOf(change)
  const history = histories.get(name) ?? { newest: new Map(), onTheWay: 0 }
  histories.set(name, history)
  return history
}

/** Stamps a write made here. Its writer saw what was here before, so it is later than that, whatever the clock says. */
function stampIn(region: Region, { newest }: History, now: EpochMs): Stamp {
  const before = newest.get(region)
  const stamp = { region, at: before === undefined ? now : (Math.max(now, before.at + 1) as EpochMs) }
  newest.set(region, stamp)
  return stamp
}

/** Whether a change that arrived is the newest that this replica has met; if so, that is noted. */
function supersedes(stamp: Stamp, here: Region, { newest }: History): boolean {
  const held = newest.get(here)
  if (held !== undefined && !isLater(stamp, held)) return false
  newest.set(here, stamp)
  return true
}

function isLater(a: Stamp, b: Stamp): boolean {
  return a.at === b.at ? a.region > b.region : a.at > b.at
}
