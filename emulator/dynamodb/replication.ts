import { setTimeout as pause } from 'node:timers/promises'
import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Change, Dynalite } from './dynalite.ts'

/** Default lag in milliseconds: replication typically takes a second or less (AWS, "How DynamoDB global tables work"). */
export const defaultLagMs = 1000

/** What replicates, and how slowly. */
export interface ReplicationOptions {
  /** Names of the tables that replicate. Items of other tables stay in their Region. */
  readonly tables: readonly string[]
  /** Milliseconds from a write in one Region until it reaches the others. */
  readonly lagMs: number
  /** @default the machine's clock and timers */
  readonly timeline?: Timeline
}

/** Clock of the writes, and timer of their replication. */
export interface Timeline {
  now(): EpochMs
  /** Resolves after `ms` milliseconds, or earlier if `hurry` is aborted. Never rejects, never keeps the process alive. */
  travel(ms: number, hurry: AbortSignal): Promise<void>
}

/** Carries writes between the replicas of an eventually consistent (MREC) global table. */
export interface Replication {
  /** Registers the replica of a Region. Call this before anything is written. */
  join(region: Region, replica: Pick<Dynalite, 'apply'>): void
  /** Sends a change made in `region` to all other Regions. Call this while the item is locked there. */
  send(region: Region, change: Change): void
  /** Resolves when no change is in transit; rejects if a write to a replica failed. */
  settled(): Promise<void>
  /** Delivers all changes in transit now, without the lag, and waits for them. */
  hurry(): Promise<void>
  /** Delivers all changes in transit now. Later changes stay in their Region. Leaves no timer. */
  close(): Promise<void>
}

/** When and where an item was written. The later write wins; of two at the same time, the one whose Region sorts last. */
interface Stamp {
  readonly at: EpochMs
  readonly region: Region
}

/** State of one item while changes of it are in transit. */
interface History {
  /** Stamp of each replica's last write or delete: an older put that arrives later must not bring the item back. */
  readonly newest: Map<Region, Stamp>
  inTransit: number
}

const machineTimeline: Timeline = {
  now: () => Date.now() as EpochMs,
  travel: (ms, signal) => pause(ms, undefined, { ref: false, signal }).catch(() => undefined),
}

/**
 * Replicates like DynamoDB's global tables with eventual consistency (AWS, "How DynamoDB global tables work"): each Region
 * checks conditions against its own replica and responds at once; whole items follow after the lag; the last writer of an
 * item wins. A replica doesn't send on what it received.
 *
 * All of this is in memory. If the process is killed, changes in transit are lost: the other Regions never get that write,
 * unless the item is written again. DynamoDB would deliver it.
 */
export function createReplication({ tables, lagMs, timeline = machineTimeline }: ReplicationOptions): Replication {
  const replicas = new Map<Region, Pick<Dynalite, 'apply'>>()
  const histories = new Map<string, History>()
  const transit = createTransit(lagMs, timeline)
  let closed = false

  return {
    join: (region, replica) => void replicas.set(region, replica),
    send(region, change) {
      const others = [...replicas].filter(([other]) => other !== region)
      if (closed || !tables.includes(change.table) || others.length === 0) return
      const history = historyOf(change, histories)
      const stamp = stampIn(region, history, timeline.now())
      history.inTransit += others.length
      for (const [other, replica] of others) {
        transit.deliverLater(async () => {
          await replica.apply(change, () => supersedes(stamp, other, history))
          history.inTransit -= 1
          // No older change can arrive any more, so there is nothing left to compare with.
          if (history.inTransit === 0) histories.delete(nameOf(change))
        })
      }
    },
    settled: transit.settled,
    hurry: transit.hurry,
    close() {
      closed = true
      return transit.hurry()
    },
  }
}

/** The way between Regions: delivers each change `lagMs` milliseconds later, or at once when hurried. */
function createTransit(lagMs: number, timeline: Timeline) {
  const deliveries = new Set<Promise<void>>()
  let hurrying = new AbortController()

  async function delayed(deliver: () => Promise<void>): Promise<void> {
    await timeline.travel(lagMs, hurrying.signal)
    await deliver()
  }
  async function settled(): Promise<void> {
    while (deliveries.size > 0) await Promise.all(deliveries)
  }
  return {
    settled,
    deliverLater(deliver: () => Promise<void>): void {
      // If nothing awaits it, a failure ends the process: replicas that drift apart unnoticed would be worse.
      const delivery = delayed(deliver).finally(() => deliveries.delete(delivery))
      deliveries.add(delivery)
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
  const history = histories.get(name) ?? { newest: new Map(), inTransit: 0 }
  histories.set(name, history)
  return history
}

/** Stamps a write made in `region`. It follows the replica's previous write, so its stamp is later, whatever the clock. */
function stampIn(region: Region, { newest }: History, now: EpochMs): Stamp {
  const before = newest.get(region)
  const stamp = { region, at: before === undefined ? now : (Math.max(now, before.at + 1) as EpochMs) }
  newest.set(region, stamp)
  return stamp
}

/** Returns whether an arriving change is newer than the replica of `region`; if so, records its stamp. */
function supersedes(stamp: Stamp, region: Region, { newest }: History): boolean {
  const current = newest.get(region)
  if (current !== undefined && !isLater(stamp, current)) return false
  newest.set(region, stamp)
  return true
}

function isLater(a: Stamp, b: Stamp): boolean {
  return a.at === b.at ? a.region > b.region : a.at > b.at
}
