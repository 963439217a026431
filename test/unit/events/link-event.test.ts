import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { clockToleranceSeconds, linkEventOf, type StreamSource } from '../../../events/link-event.ts'
import { purgeDelaySeconds } from '../../../shared/deployment.ts'
import type { Link, Receipt } from '../../../shared/link.ts'
import { plusSeconds } from '../../../shared/time.ts'
import { brokenCopy, type Patch, removeCopy } from '../../broken/copy.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/links.ts'
import { type Change, recordOf } from '../../support/stream-records.ts'

const home: StreamSource = { deployment: 'once', mode: 'home', here: 'us-east-1' }
const elsewhere: StreamSource = { ...home, here: 'eu-west-1' }
const strong: StreamSource = { ...home, mode: 'strong', here: 'eu-west-1' }

const plain = makeLink().link
const live: Link = { ...makeLink({ state: 'live' }).link, reference: 'case 17' }
const receipt: Receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(59), urlExpiresAt: secondsFromNoon(89) }
const used: Link = { ...live, state: 'used', receipt }
const revoked: Link = { ...plain, state: 'revoked' }
const unredeemed = { unconfirmed: 1, automated: 0, probed: 0, lastAt: secondsFromNoon(59) }
const { purgeAt, expiresAt } = plain

/** What happens to links, as a stream shows it, and what is to be told of it at home. */
const cases: Readonly<Record<string, readonly [Change, string | undefined]>> = {
  'a link is issued': [{ after: plain }, undefined],
  'a link with a receipt is issued': [{ after: live }, undefined],
  'a link is taken, and nothing of it stays': [{ before: plain }, 'Link redeemed'],
  'a link is taken in its last second': [{ before: plain, at: plusSeconds(expiresAt, -1) }, 'Link redeemed'],
  'a delete that was sent in time is executed late': [
    { before: plain, at: plusSeconds(expiresAt, 600) },
    'Link redeemed',
  ],
  'a link with a receipt is used': [{ before: live, after: used }, 'Link redeemed'],
  'a used link is used again, and nothing changes': [{ before: used, after: used }, undefined],
  'a link is revoked': [{ before: plain, after: revoked }, 'Link revoked'],
  'a link with a receipt is revoked': [{ before: live, after: { ...live, state: 'revoked' } }, 'Link revoked'],
  'a revoked link is revoked again': [{ before: revoked, after: revoked }, undefined],
  'a request is counted that was held': [{ before: live, after: { ...live, unredeemed } }, undefined],
  'a link changes in another way': [{ before: live, after: { ...live, urlSeconds: 60 } }, undefined],
  'TTL purges a link': [{ before: plain, at: purgeAt, byTtl: true }, 'Link expired'],
  'TTL purges a link, by its own clock': [
    { before: plain, at: plusSeconds(purgeAt, -1000), byTtl: true },
    'Link expired',
  ],
  "another replica's TTL purges a link": [{ before: plain, at: plusSeconds(purgeAt, 3600) }, 'Link expired'],
  'the sweeper purges a link in the first second': [{ before: plain, at: purgeAt }, 'Link expired'],
  'the sweeper purges a link, and its clock is early': [
    { before: plain, at: plusSeconds(purgeAt, -5) },
    'Link expired',
  ],
  'a link with a receipt is purged that nobody used': [{ before: live, at: live.purgeAt }, 'Link expired'],
  'a live link with a receipt is deleted by hand': [{ before: live }, undefined],
  'a receipt is purged': [{ before: used, at: used.purgeAt, byTtl: true }, undefined],
  'a receipt is deleted by hand': [{ before: used }, undefined],
  'a revoked link is purged': [{ before: revoked, at: purgeAt, byTtl: true }, undefined],
  'a revoked link is deleted by hand': [{ before: revoked }, undefined],
}

const all = Object.entries(cases)

describe('at the home of a link', () => {
  test.each(all)('%s', (_, [change, type]) => {
    expect(linkEventOf(recordOf(change), home)?.type).toBe(type)
  })
})

describe('elsewhere', () => {
  test.each(all)('nothing is told when %s', (_, [change]) => {
    expect(linkEventOf(recordOf(change), elsewhere)).toBeUndefined()
  })
})

describe('in mode strong, wherever the function runs', () => {
  test.each(all)('%s', (_, [change, type]) => {
    expect(linkEventOf(recordOf(change), strong)?.type).toBe(type)
  })
})

describe('what is told', () => {
  test('of a link that left nothing: who it was and when', () => {
    const record = { ...recordOf({ before: { ...plain, filename: 'f.pdf' } }), eventID: 'e-1' }
    expect(linkEventOf(record, home)).toEqual({
      type: 'Link redeemed',
      at: secondsFromNoon(60),
      detail: {
        deployment: 'once',
        id: plain.id,
        homeRegion: 'us-east-1',
        issuedAt: '2026-11-24T12:00:00Z',
        expiresAt: '2026-11-24T13:00:00Z',
        reference: undefined,
        at: '2026-11-24T12:01:00Z',
        eventId: 'e-1',
      },
    })
  })

  test('of a receipt: when, where and by whom, but neither ids, marks nor the object', () => {
    const event = linkEventOf({ ...recordOf({ before: live, after: used }), eventID: 'e-2' }, home)
    expect(event?.detail).toEqual({
      deployment: 'once',
      id: live.id,
      homeRegion: 'us-east-1',
      issuedAt: '2026-11-24T12:00:00Z',
      expiresAt: '2026-11-24T13:00:00Z',
      reference: 'case 17',
      at: '2026-11-24T12:01:00Z',
      eventId: 'e-2',
      redeemedAt: '2026-11-24T12:00:59Z',
      urlExpiresAt: '2026-11-24T12:01:29Z',
      edgeRegion: 'eu-west-1',
      viewer: '203.0.113.0/24',
      userAgent: 'curl',
    })
  })

  test('parts of a second are dropped', () => {
    const record = recordOf({ before: plain })
    record.dynamodb!.ApproximateCreationDateTime = secondsFromNoon(60) + 0.999
    expect(linkEventOf(record, home)?.at).toBe(secondsFromNoon(60))
  })
})

test('no redemption is late enough to be taken for a purge', () => {
  // The longest that a request may wait for its store, and clocks that are off, are minutes at most.
  expect(purgeDelaySeconds - clockToleranceSeconds).toBeGreaterThan(1800)
})

test('an item that is no link is an error, and so is a record without a name or time', () => {
  const record = recordOf({ before: plain })
  expect(() => linkEventOf({ dynamodb: { OldImage: { id: { S: 'x' } } } }, home)).toThrow('a link item lacks a field')
  const { eventID: _, ...nameless } = record
  expect(() => linkEventOf(nameless, home)).toThrow('a record of the stream lacks a field')
  const { ApproximateCreationDateTime: __, ...timeless } = record.dynamodb!
  expect(() => linkEventOf({ ...record, dynamodb: timeless }, home)).toThrow('a record of the stream lacks a field')
})

const link = (find: string, replace = ''): Patch => ({ file: 'events/link-event.ts', find, replace })

const broken: Readonly<Record<string, Patch>> = {
  'links of other homes': link("if (mode === 'home' && before.homeRegion !== here) return undefined"),
  'only homes, in mode strong too': link("mode === 'home' && before.homeRegion", 'before.homeRegion'),
  'what had ended before changes': link(
    'if (hasEnded(before) || !hasEnded(after)) return',
    'if (!hasEnded(after)) return',
  ),
  'any change': link('if (hasEnded(before) || !hasEnded(after)) return', 'if (hasEnded(before)) return'),
  'revoked is used': link("after.state === 'used' ? 'Link redeemed' : 'Link revoked'", "'Link redeemed'"),
  'the removal of what had ended': link('if (hasEnded(link)) return undefined'),
  'no look at the time': link('isByTtl(record) || at >= link.purgeAt - clockToleranceSeconds', 'isByTtl(record)'),
  'no look at TTL': link('isByTtl(record) || at >= link', 'at >= link'),
  'clocks that always agree': link(' - clockToleranceSeconds'),
  'over with its expiry': link('link.purgeAt - clockToleranceSeconds', 'link.expiresAt'),
  'any removal is a redemption': link("link.state === undefined ? 'Link redeemed' : undefined", "'Link redeemed'"),
  'a used link is used as long as it is there': link("state === 'used' || state === 'revoked'", "state === 'revoked'"),
  'a revoked link is revoked as long as it is there': link(
    "state === 'used' || state === 'revoked'",
    "state === 'used'",
  ),
}

/** The cases in which a copy that is broken in this way tells something else. */
async function failuresOf(name: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches)
  onTestFinished(() => removeCopy(root))
  const copy = (await import(join(root, 'events/link-event.ts'))) as typeof import('../../../events/link-event.ts')
  const tells = (change: Change, from: StreamSource) => copy.linkEventOf(recordOf(change), from)?.type
  return all.flatMap(([sentence, [change, type]]) =>
    tells(change, home) === type && tells(change, elsewhere) === undefined && tells(change, strong) === type
      ? []
      : [sentence],
  )
}

describe('broken on purpose, it tells what it should not', () => {
  test.each(Object.entries(broken))('%s', async (name, patch) => {
    expect(await failuresOf(name, [patch])).not.toEqual([])
  })

  test('but not a copy that is whole', async () => {
    expect(await failuresOf('whole', [])).toEqual([])
  })
})
