import type { LiveEvent, LogOrigin } from './protocol.ts'

/** What an event means to somebody who watches a link. */
export type Kind = 'issued' | 'unredeemed' | 'confirmed' | 'redeemed' | 'refused' | 'revoked' | 'expired' | 'purged'

/** One row of a story: what happened, on which lanes, how often. */
export interface TimelineRow {
  readonly kind: Kind
  /** Of the first and the last event that it stands for, epoch milliseconds. */
  readonly at: number
  readonly until: number
  /** Why, for `unredeemed` and `refused`: a reason of the edge or api, `asks-for-confirmation` or `probed`. */
  readonly why?: string
  readonly linkId?: string
  /** How often on each lane; empty for what no machine of ours did, such as to expire. */
  readonly counts: ReadonlyMap<Lane, number>
  /** Milliseconds of the answer, where the row stands for one. */
  readonly ms?: number
  /** Whether the store was asked. */
  readonly stored: boolean
}

/** A column of the diagram: the api, or the edge in a Region. */
export type Lane = 'api' | `edge ${string}`

/** The lane of the edge in a Region. */
export function edgeLane(region: string): Lane {
  return `edge ${region}`
}

/** Clients that say of themselves that nobody pressed anything. */
const announced = new Set(['speculative', 'automated'])

/**
 * Tells events as rows, oldest first. Neighbours that are the same but for their lane become one row that counts them:
 * of fifty who raced, one won and 49 were refused. `ends` are the links whose expiry is known; what expired by `now`
 * without being used or revoked has a row of its own in its place.
 */
export function buildTimeline(
  events: readonly LiveEvent[],
  ends: ReadonlyMap<string, number>,
  now: number,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = []
  for (const event of [...events.map(rowOf), ...expiries(events, ends, now)].toSorted((a, b) => a.at - b.at)) {
    const last = rows.at(-1)
    if (last !== undefined && belongTogether(last, event)) rows[rows.length - 1] = together(last, event)
    else rows.push(event)
  }
  return rows
}

/** What became of a link, as far as its events and its expiry tell. */
export function stateOf(
  id: string,
  events: readonly LiveEvent[],
  { end, now }: { end: number | undefined; now: number },
): 'live' | 'used' | 'revoked' | 'expired' {
  const its = events.filter(({ linkId }) => linkId === id)
  if (its.some(isUse)) return 'used'
  if (its.some(({ outcome, reason }) => outcome === 'revoked' || reason === 'revoked')) return 'revoked'
  if (its.some(({ reason }) => reason === 'expired')) return 'expired'
  return end !== undefined && end <= now ? 'expired' : 'live'
}

/** Also where it is only told that the link was used: by somebody whom this emulator's log no longer holds. */
function isUse({ outcome, reason }: LiveEvent): boolean {
  return (
    outcome === 'redeemed' ||
    outcome === 'confirmed' ||
    reason === 'spent' ||
    reason === 'unsigned' ||
    reason === 'already-used'
  )
}

function rowOf(event: LiveEvent): TimelineRow {
  const { at, by, region, linkId, ms, storeMs, reason, outcome } = event
  const why = outcome === 'unconfirmed' ? 'asks-for-confirmation' : outcome === 'probed' ? outcome : reason
  return {
    kind: kindOf(event),
    at,
    until: at,
    counts: new Map([[laneOf(by, region), 1]]),
    stored: storeMs !== undefined,
    ...(why !== undefined && { why }),
    ...(linkId !== undefined && { linkId }),
    ...(ms !== undefined && { ms }),
  }
}

function kindOf({ by, outcome, reason = '' }: LiveEvent): Kind {
  if (outcome === 'unconfirmed' || outcome === 'probed') return 'unredeemed'
  return by === 'edge' && (announced.has(reason) || reason === 'unconfirmed') ? 'unredeemed' : outcome
}

function laneOf(by: LogOrigin, region: string): Lane {
  return by === 'api' ? 'api' : edgeLane(region)
}

function expiries(events: readonly LiveEvent[], ends: ReadonlyMap<string, number>, now: number): TimelineRow[] {
  return [...ends]
    .filter(([id, end]) => end <= now && stateOf(id, events, { end, now }) === 'expired')
    .map(([linkId, at]) => ({ kind: 'expired', at, until: at, linkId, counts: new Map(), stored: false }))
}

function belongTogether(a: TimelineRow, b: TimelineRow): boolean {
  return a.kind === b.kind && a.why === b.why && a.linkId === b.linkId && a.kind !== 'redeemed'
}

/** Without the milliseconds, which are of one answer alone. */
function together(row: TimelineRow, { until, counts, stored }: TimelineRow): TimelineRow {
  const sum = new Map(row.counts)
  for (const [lane, count] of counts) sum.set(lane, (sum.get(lane) ?? 0) + count)
  const { kind, at, why, linkId } = row
  return {
    kind,
    at,
    until,
    counts: sum,
    stored: row.stored || stored,
    ...(why !== undefined && { why }),
    ...(linkId !== undefined && { linkId }),
  }
}
