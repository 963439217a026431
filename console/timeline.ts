import type { LiveEvent } from './protocol.ts'

/** Kind of a row: what its events mean for a link. */
type Kind = 'issued' | 'unredeemed' | 'confirmed' | 'redeemed' | 'refused' | 'revoked' | 'asked' | 'expired' | 'purged'

/** One row of the timeline: what happened, on which lanes, how often. */
export interface TimelineRow {
  readonly kind: Kind
  /** Time of the row's first event, in epoch milliseconds. */
  readonly at: number
  /** Reason of `unredeemed` and `refused`: one of the edge or api, `asks-for-confirmation` or `probed`. */
  readonly why?: string
  readonly linkId?: string
  /** Number of events on each lane; empty if no server did it, such as an expiry. */
  readonly counts: ReadonlyMap<Lane, number>
  /** Milliseconds until the response, if the row has one event. */
  readonly ms?: number
  /** Whether the store was called. */
  readonly stored: boolean
}

/** A column of the diagram: the api, or the edge in a Region. */
export type Lane = 'api' | `edge ${string}`

/** Returns the lane of the edge in a Region. */
export function edgeLane(region: string): Lane {
  return `edge ${region}`
}

/** Reasons of requests that declare that no person clicked: prefetches and robots. */
const declaredReasons = new Set(['speculative', 'automated'])

/**
 * Makes rows of events, oldest first. Consecutive events that differ only in their lane become one row that counts them:
 * a race of fifty can become one row with the redemption and one with 49 refusals. `ends` has the known expiries by link
 * id, in epoch milliseconds; a link that expired by `now`, neither used nor revoked, gets a row at its expiry.
 */
export function buildTimeline(
  events: readonly LiveEvent[],
  ends: ReadonlyMap<string, number>,
  now: number,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = []
  for (const event of [...events.map(rowOf), ...expiries(events, ends, now)].toSorted((a, b) => a.at - b.at)) {
    const last = rows.at(-1)
    if (last !== undefined && canMerge(last, event)) rows[rows.length - 1] = merge(last, event)
    else rows.push(event)
  }
  return rows
}

function rowOf(event: LiveEvent): TimelineRow {
  const { at, by, region, linkId, ms, storeMs, reason, outcome } = event
  const why = outcome === 'unconfirmed' ? 'asks-for-confirmation' : outcome === 'probed' ? outcome : reason
  return {
    kind: kindOf(event),
    at,
    counts: new Map([[by === 'api' ? by : edgeLane(region), 1]]),
    stored: storeMs !== undefined,
    ...(why !== undefined && { why }),
    ...(linkId !== undefined && { linkId }),
    ...(ms !== undefined && { ms }),
  }
}

function kindOf({ by, outcome, reason = '' }: LiveEvent): Kind {
  if (outcome === 'unconfirmed' || outcome === 'probed') return 'unredeemed'
  return by === 'edge' && (declaredReasons.has(reason) || reason === 'unconfirmed') ? 'unredeemed' : outcome
}

function expiries(events: readonly LiveEvent[], ends: ReadonlyMap<string, number>, now: number): TimelineRow[] {
  const over = new Set(events.filter(showsEnd).map(({ linkId }) => linkId))
  return [...ends]
    .filter(([id, end]) => end <= now && !over.has(id))
    .map(([linkId, at]) => ({ kind: 'expired', at, linkId, counts: new Map(), stored: false }))
}

/** Reasons of refusals that show an earlier use or revocation, which may no longer be among the kept events. */
const endReasons = new Set(['spent', 'revoked', 'replaced'])

function showsEnd({ outcome, reason = '' }: LiveEvent): boolean {
  return ['redeemed', 'confirmed', 'revoked'].includes(outcome) || endReasons.has(reason)
}

function canMerge(a: TimelineRow, b: TimelineRow): boolean {
  return a.kind === b.kind && a.why === b.why && a.linkId === b.linkId && a.kind !== 'redeemed'
}

/** Leaves out `ms`, which is that of a single response. */
function merge(row: TimelineRow, { counts, stored }: TimelineRow): TimelineRow {
  const sum = new Map(row.counts)
  for (const [lane, count] of counts) sum.set(lane, (sum.get(lane) ?? 0) + count)
  const { ms: _, ...others } = row
  return { ...others, counts: sum, stored: row.stored || stored }
}
