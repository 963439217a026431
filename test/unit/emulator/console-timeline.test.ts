import { describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../../console/protocol.ts'
import { buildTimeline, stateOf, type TimelineRow } from '../../../console/timeline.ts'

let number = 0

function event(at: number, fields: Partial<LiveEvent> & Pick<LiveEvent, 'outcome'>): LiveEvent {
  number += 1
  return { number, at, by: 'edge', region: 'eu-west-1', linkId: 'a', ...fields }
}

const issued = (at: number, linkId = 'a') => event(at, { by: 'api', region: 'us-east-1', outcome: 'issued', linkId })
const refused = (at: number, reason: string, more: Partial<LiveEvent> = {}) =>
  event(at, { outcome: 'refused', reason, ...more })
const redeemed = (at: number) => event(at, { outcome: 'redeemed' })

const timeline = (events: readonly LiveEvent[], ends: Record<string, number> = {}, now = 100) =>
  buildTimeline(events, new Map(Object.entries(ends)), now)
const kinds = (rows: readonly TimelineRow[]) =>
  rows.map(({ kind, why }) => (why === undefined ? kind : `${kind}: ${why}`))

describe('a timeline', () => {
  test('separates unredeemed requests from refused ones', () => {
    const events = [
      issued(1),
      event(2, { outcome: 'unconfirmed' }),
      refused(3, 'unconfirmed'),
      event(4, { outcome: 'probed' }),
      refused(5, 'speculative'),
      refused(6, 'automated'),
      redeemed(7),
      refused(8, 'spent'),
    ]
    expect(kinds(timeline(events))).toEqual([
      'issued',
      'unredeemed: asks-for-confirmation',
      'unredeemed: unconfirmed',
      'unredeemed: probed',
      'unredeemed: speculative',
      'unredeemed: automated',
      'redeemed',
      'refused: spent',
    ])
  })

  test('merges consecutive events that differ only in their lane, and no others', () => {
    const losers = ['us-east-1', 'eu-west-1', 'eu-west-1'].map((region, index) =>
      refused(3 + index, 'spent', { region }),
    )
    const rows = timeline([
      issued(1),
      redeemed(2),
      ...losers,
      refused(6, 'expired'),
      refused(7, 'spent', { linkId: 'b' }),
    ])
    expect(kinds(rows)).toEqual(['issued', 'redeemed', 'refused: spent', 'refused: expired', 'refused: spent'])
    expect(rows[2]).toMatchObject({ at: 3, until: 5 })
    const counts = [...(rows[2]?.counts ?? [])].map(([lane, refusals]) => ({ lane, refusals }))
    expect(counts).toEqual([
      { lane: 'edge us-east-1', refusals: 1 },
      { lane: 'edge eu-west-1', refusals: 2 },
    ])
  })

  test('never merges two redemptions', () => {
    expect(kinds(timeline([redeemed(1), redeemed(2)]))).toEqual(['redeemed', 'redeemed'])
  })

  test('shows a past expiry at its time if the link was neither used nor revoked', () => {
    const events = [issued(1), refused(60, 'expired')]
    expect(kinds(timeline(events, { a: 50 }, 49))).toEqual(['issued', 'refused: expired'])
    expect(kinds(timeline([issued(1)], { a: 50 }, 49))).toEqual(['issued'])
    expect(kinds(timeline(events, { a: 50 }, 70))).toEqual(['issued', 'expired', 'refused: expired'])
    expect(kinds(timeline([issued(1), redeemed(2)], { a: 50 }, 70))).toEqual(['issued', 'redeemed'])
    const revoked = event(2, { by: 'api', outcome: 'revoked' })
    expect(kinds(timeline([issued(1), revoked], { a: 50 }, 70))).toEqual(['issued', 'revoked'])
  })

  test('has a lane for the api, also for its exchanges', () => {
    const rows = timeline([issued(1), event(2, { by: 'api', region: 'us-east-1', outcome: 'redeemed' })])
    expect(rows.map(({ counts }) => [...counts.keys()])).toEqual([['api'], ['api']])
  })
})

describe('the state of a link', () => {
  test.each<[string, readonly LiveEvent[], string]>([
    ['requested but not used', [issued(1), refused(2, 'wrong-network'), event(3, { outcome: 'unconfirmed' })], 'live'],
    ['exchanged', [issued(1), event(2, { by: 'api', outcome: 'redeemed' })], 'used'],
    ['refused as used', [refused(2, 'spent')], 'used'],
    ['used and then revoked', [redeemed(1), event(2, { by: 'api', outcome: 'revoked' })], 'revoked'],
    ['refused as revoked', [refused(2, 'revoked')], 'revoked'],
  ])('%s', (_, events, state) => {
    expect(stateOf('a', events, { end: 50, now: 49 })).toBe(state)
  })

  test('is expired from the millisecond of its expiry', () => {
    expect(stateOf('a', [issued(1)], { end: 50, now: 49 })).toBe('live')
    expect(stateOf('a', [issued(1)], { end: 50, now: 50 })).toBe('expired')
  })
})
