import type { DynamoDBRecord } from 'aws-lambda'
import { expect, test } from 'vitest'
import { streamFilters } from '../../../infra/resources/stream-reader.ts'
import type { Link } from '../../../shared/link.ts'
import { makeDraft, makeLink } from '../../support/table/links.ts'
import { recordOf } from '../../support/table/stream-records.ts'

type Pattern = { readonly [name: string]: Pattern | readonly unknown[] }

/**
 * Returns whether Lambda would deliver the record, for the kinds of pattern that we use (AWS, "Using event filtering").
 */
function passes(pattern: Pattern, record: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = (record as Record<string, unknown> | undefined)?.[name]
    if (!Array.isArray(wanted)) return passes(wanted as Pattern, value)
    return wanted.some(each => (typeof each === 'object' ? value !== undefined : each === value))
  })
}

const isDelivered = (mode: 'home' | 'strong', record: DynamoDBRecord) =>
  streamFilters(mode, 'us-east-1', true).some(pattern => passes(pattern as Pattern, record))

const plain = makeLink().link
const live = makeLink({ state: 'live' }).link
const receipt = { ...makeDraft(), redeemedAt: live.issuedAt, urlExpiresAt: live.expiresAt }
const used: Link = { ...live, state: 'used', receipt }
const elsewhere = makeLink({ homeRegion: 'eu-west-1' }).link

test('Lambda delivers all changes that may have an event, but not new links', () => {
  for (const mode of ['home', 'strong'] as const) {
    expect(isDelivered(mode, recordOf({ after: plain }))).toBe(false)
    expect(isDelivered(mode, recordOf({ after: live }))).toBe(false)
    for (const before of [plain, live]) expect(isDelivered(mode, recordOf({ before }))).toBe(true)
    expect(isDelivered(mode, recordOf({ before: live, after: used }))).toBe(true)
    for (const before of [plain, live, used]) {
      expect(isDelivered(mode, recordOf({ before, after: { ...before, state: 'revoked' } }))).toBe(true)
    }
  }
})

test('Lambda delivers changes of links of another home Region only in mode strong', () => {
  expect(isDelivered('home', recordOf({ before: elsewhere }))).toBe(false)
  expect(isDelivered('strong', recordOf({ before: elsewhere }))).toBe(true)
})

test('Lambda delivers the refused use of a used link', () => {
  const unredeemed = { automated: 0, unconfirmed: 0, probed: 0, refusedAfterUse: 1, lastAt: live.issuedAt }
  for (const mode of ['home', 'strong'] as const) {
    expect(isDelivered(mode, recordOf({ before: used, after: { ...used, unredeemed } }))).toBe(true)
  }
})

test('Lambda delivers each of several uses, which leaves the link live', () => {
  const before = { ...live, maxUses: 2, uses: [] }
  const used = recordOf({
    before,
    after: { ...before, uses: [{ ...makeDraft(), redeemedAt: live.issuedAt, urlExpiresAt: live.expiresAt }] },
  })
  for (const mode of ['home', 'strong'] as const) {
    for (const isPublished of [true, false])
      expect(streamFilters(mode, 'us-east-1', isPublished).some(pattern => passes(pattern as Pattern, used))).toBe(true)
  }
})

test('a function has at most five patterns, as many as AWS allows', () => {
  expect(streamFilters('home', 'us-east-1', true)).toHaveLength(5)
})

test('Lambda delivers tries at a passphrase, if events are published', () => {
  const tried = recordOf({ before: live, after: { ...live, passphraseHash: 'x', tries: 5, maxTries: 5 } })
  for (const mode of ['home', 'strong'] as const) {
    expect(isDelivered(mode, tried)).toBe(true)
    expect(streamFilters(mode, 'us-east-1', false).some(pattern => passes(pattern as Pattern, tried))).toBe(false)
  }
})

test('Lambda delivers that a recipient asks for a new link, if events are published', () => {
  const asked = recordOf({ before: plain, after: { ...plain, requested: 1, requestedAt: plain.expiresAt } })
  for (const mode of ['home', 'strong'] as const) {
    expect(isDelivered(mode, asked)).toBe(true)
    expect(streamFilters(mode, 'us-east-1', false).some(pattern => passes(pattern as Pattern, asked))).toBe(false)
  }
})

test('a request counted on a live link calls no function', () => {
  const unredeemed = { automated: 1, unconfirmed: 0, probed: 0, refusedAfterUse: 0, lastAt: live.issuedAt }
  for (const mode of ['home', 'strong'] as const) {
    expect(isDelivered(mode, recordOf({ before: live, after: { ...live, unredeemed } }))).toBe(false)
  }
})

test('the patterns use only what a stream can be filtered by', () => {
  for (const pattern of [...streamFilters('home', 'us-east-1', true), ...streamFilters('strong', 'us-east-1', true)]) {
    expect(Object.keys(pattern)).toEqual(['eventName', 'dynamodb'])
  }
})
