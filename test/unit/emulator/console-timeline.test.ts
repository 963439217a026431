import { describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../../console/protocol.ts'
import { buildTimeline, type TimelineRow } from '../../../console/timeline.ts'

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
    expect(rows[2]).toMatchObject({ at: 3 })
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
    expect(kinds(timeline([issued(1)], { a: 50 }, 50))).toEqual(['issued', 'expired'])
    expect(kinds(timeline(events, { a: 50 }, 49))).toEqual(['issued', 'refused: expired'])
    expect(kinds(timeline([issued(1)], { a: 50 }, 49))).toEqual(['issued'])
    expect(kinds(timeline(events, { a: 50 }, 70))).toEqual(['issued', 'expired', 'refused: expired'])
  })

  test.each<[string, LiveEvent]>([
    ['redeemed', redeemed(2)],
    ['exchanged', event(2, { by: 'api', outcome: 'redeemed' })],
    ['confirmed', event(2, { outcome: 'confirmed' })],
    ['refused as used', refused(2, 'spent')],
    ['revoked', event(2, { by: 'api', outcome: 'revoked' })],
    ['refused as revoked', refused(2, 'revoked')],
  ])('shows no expiry of a link that was %s', (_, end) => {
    expect(timeline([issued(1), end], { a: 50 }, 70)).toHaveLength(2)
  })

  test('has a lane for the api, also for its exchanges', () => {
    const rows = timeline([issued(1), event(2, { by: 'api', region: 'us-east-1', outcome: 'redeemed' })])
    expect(rows.map(({ counts }) => [...counts.keys()])).toEqual([['api'], ['api']])
  })
})
