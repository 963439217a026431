import type { DynamoDBRecord } from 'aws-lambda'
import { expect, test } from 'vitest'
import { streamFilters } from '../../../infra/stream-filter.ts'
import type { Link } from '../../../shared/link.ts'
import { makeDraft, makeLink } from '../../support/links.ts'
import { recordOf } from '../../support/stream-records.ts'

type Pattern = { readonly [name: string]: Pattern | readonly unknown[] }

/** Whether Lambda would hand the record over: as much of its patterns as we use (AWS, "Using event filtering"). */
function passes(pattern: Pattern, record: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = (record as Record<string, unknown> | undefined)?.[name]
    if (!Array.isArray(wanted)) return passes(wanted as Pattern, value)
    return wanted.some(each => (typeof each === 'object' ? value !== undefined : each === value))
  })
}

const handedOver = (mode: 'home' | 'strong', record: DynamoDBRecord) =>
  streamFilters(mode, 'us-east-1').some(pattern => passes(pattern as Pattern, record))

const plain = makeLink().link
const live = makeLink({ state: 'live' }).link
const receipt = { ...makeDraft(), redeemedAt: live.issuedAt, urlExpiresAt: live.expiresAt }
const used: Link = { ...live, state: 'used', receipt }
const away = makeLink({ homeRegion: 'eu-west-1' }).link

test('all that may be an event is handed over, and what is issued is not', () => {
  for (const mode of ['home', 'strong'] as const) {
    expect(handedOver(mode, recordOf({ after: plain }))).toBe(false)
    expect(handedOver(mode, recordOf({ after: live }))).toBe(false)
    for (const before of [plain, live]) expect(handedOver(mode, recordOf({ before }))).toBe(true)
    expect(handedOver(mode, recordOf({ before: live, after: used }))).toBe(true)
    expect(handedOver(mode, recordOf({ before: plain, after: { ...plain, state: 'revoked' } }))).toBe(true)
  }
})

test('what happens to links of another home is handed over in mode strong alone', () => {
  expect(handedOver('home', recordOf({ before: away }))).toBe(false)
  expect(handedOver('strong', recordOf({ before: away }))).toBe(true)
})

test('a request that is counted calls no function', () => {
  const unredeemed = { automated: 1, unconfirmed: 0, probed: 0, lastAt: live.issuedAt }
  for (const mode of ['home', 'strong'] as const) {
    expect(handedOver(mode, recordOf({ before: live, after: { ...live, unredeemed } }))).toBe(false)
  }
})

test('the patterns ask only for what a stream can be filtered by', () => {
  for (const pattern of [...streamFilters('home', 'us-east-1'), ...streamFilters('strong', 'us-east-1')]) {
    expect(Object.keys(pattern)).toEqual(['eventName', 'dynamodb'])
  }
  const homeRegion = { S: [{ exists: true }] }
  expect(streamFilters('strong', 'us-east-1')).toEqual([
    { eventName: ['REMOVE'], dynamodb: { OldImage: { homeRegion } } },
    { eventName: ['MODIFY'], dynamodb: { NewImage: { homeRegion, state: { S: ['used', 'revoked'] } } } },
  ])
})
