import { purgeDelayOf } from '../../../shared/limits.ts'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { clockToleranceSeconds, linkEventOf, type StreamSource } from '../../../jobs/events/link-event.ts'
import type { Link, Receipt } from '../../../shared/link.ts'
import { plusSeconds } from '../../../shared/time.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'
import { type Change, recordOf } from '../../support/table/stream-records.ts'

const home: StreamSource = { deployment: 'once', mode: 'home', here: 'us-east-1' }
const elsewhere: StreamSource = { ...home, here: 'eu-west-1' }
const strong: StreamSource = { ...home, mode: 'strong', here: 'eu-west-1' }

const plain = makeLink().link
const live: Link = { ...makeLink({ state: 'live' }).link, reference: 'case 17' }
const receipt: Receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(59), urlExpiresAt: secondsFromNoon(89) }
const used: Link = { ...live, state: 'used', receipt }
const revoked: Link = { ...plain, state: 'revoked' }
const usedAndRevoked: Link = { ...used, state: 'revoked' }
const unredeemed = { unconfirmed: 1, automated: 0, probed: 0, refusedAfterUse: 0, lastAt: secondsFromNoon(59) }
const refused = (refusedAfterUse: number): Link => ({ ...used, unredeemed: { ...unredeemed, refusedAfterUse } })
const { purgeAt, expiresAt } = plain
const [first, second] = [makeUse(10), makeUse(59)]
const several = (...uses: readonly Receipt[]): Link => ({ ...live, maxUses: 2, uses })
const partlyUsed = several(first)
const usedUp = several(second, first)
const requested = (times: number): Link => ({ ...plain, requested: times, requestedAt: secondsFromNoon(60) })
const tried = (tries: number): Link => ({ ...live, passphraseHash: 'x', tries, maxTries: 5 })

/** Changes of links, as a stream shows them, and the event expected in the home Region. */
const cases: Readonly<Record<string, readonly [Change, string | undefined]>> = {
  'a link is issued': [{ after: plain }, undefined],
  'a link with a receipt is issued': [{ after: live }, undefined],
  'a link is consumed, and its item is deleted': [{ before: plain }, 'Link redeemed'],
  'a link is consumed in its last second': [{ before: plain, at: plusSeconds(expiresAt, -1) }, 'Link redeemed'],
  'a delete that was sent in time is executed late': [
    { before: plain, at: plusSeconds(expiresAt, 600) },
    'Link redeemed',
  ],
  'a link with a receipt is used': [{ before: live, after: used }, 'Link redeemed'],
  'a used link is used again, and nothing changes': [{ before: used, after: used }, undefined],
  'a link is revoked': [{ before: plain, after: revoked }, 'Link revoked'],
  'a link with a receipt is revoked': [{ before: live, after: { ...live, state: 'revoked' } }, 'Link revoked'],
  'a used link is revoked': [{ before: used, after: { ...used, state: 'revoked' } }, 'Link revoked'],
  'a used and revoked link is revoked again': [{ before: usedAndRevoked, after: usedAndRevoked }, undefined],
  'a used and revoked link is purged': [{ before: usedAndRevoked, at: used.purgeAt, byTtl: true }, undefined],
  'a used and revoked link is deleted by hand': [{ before: usedAndRevoked }, undefined],
  'a revoked link is revoked again': [{ before: revoked, after: revoked }, undefined],
  'an unredeemed request is counted': [{ before: live, after: { ...live, unredeemed } }, undefined],
  'the refused use of a used link is counted': [{ before: used, after: refused(1) }, 'Used link refused'],
  'another one is counted': [{ before: refused(1), after: refused(2) }, 'Used link refused'],
  'the count of refused uses gets lower by hand': [{ before: refused(2), after: refused(1) }, undefined],
  'a used link is revoked when a refused use was counted': [
    { before: refused(1), after: { ...refused(1), state: 'revoked' } },
    'Link revoked',
  ],
  'a recipient asks for a new link': [{ before: plain, after: requested(1) }, 'Link requested'],
  'a recipient asks once more': [{ before: requested(1), after: requested(2) }, 'Link requested'],
  'a link that was asked for is purged': [{ before: requested(2), at: purgeAt, byTtl: true }, 'Link expired'],
  'a link that was asked for changes otherwise': [
    { before: requested(1), after: { ...requested(1), urlSeconds: 60 } },
    undefined,
  ],
  'the last try at a passphrase is made': [{ before: tried(4), after: tried(5) }, 'Link locked'],
  'a try before the last is made': [{ before: tried(3), after: tried(4) }, undefined],
  'a request for a locked link is counted': [{ before: tried(5), after: { ...tried(5), unredeemed } }, undefined],
  'a used link gets its last try by hand': [
    { before: { ...tried(4), state: 'used', receipt }, after: { ...tried(5), state: 'used', receipt } },
    undefined,
  ],
  'the last try is right': [{ before: tried(5), after: { ...tried(5), state: 'used', receipt } }, 'Link redeemed'],
  'a link gets its first use of two': [{ before: several(), after: partlyUsed }, 'Link redeemed'],
  'a link gets its last use of two': [{ before: partlyUsed, after: usedUp }, 'Link redeemed'],
  'a use of two is repeated, and nothing changes': [{ before: partlyUsed, after: partlyUsed }, undefined],
  'a use of two gives the last try back': [
    { before: { ...tried(5), ...several(first) }, after: { ...tried(4), ...usedUp, tries: 4 } },
    'Link redeemed',
  ],
  'the last try at a partly used link is made': [
    { before: { ...partlyUsed, ...tried(4) }, after: { ...partlyUsed, ...tried(5) } },
    'Link locked',
  ],
  'the refused use of a link that is used up is counted': [
    { before: usedUp, after: { ...usedUp, unredeemed: { ...unredeemed, refusedAfterUse: 1 } } },
    'Used link refused',
  ],
  'a partly used link is revoked': [{ before: partlyUsed, after: { ...partlyUsed, state: 'revoked' } }, 'Link revoked'],
  'an unused link for several clients is purged': [{ before: several(), at: purgeAt, byTtl: true }, 'Link expired'],
  'a partly used link is purged': [{ before: partlyUsed, at: purgeAt, byTtl: true }, undefined],
  'a used up link is purged': [{ before: usedUp, at: purgeAt }, undefined],
  'a locked link is purged': [{ before: tried(5), at: live.purgeAt }, 'Link expired'],
  'a link changes in another way': [{ before: live, after: { ...live, urlSeconds: 60 } }, undefined],
  'a link gets another state by hand': [{ before: plain, after: live }, undefined],
  'TTL purges a link': [{ before: plain, at: purgeAt, byTtl: true }, 'Link expired'],
  'TTL purges a link early by its own clock': [
    { before: plain, at: plusSeconds(purgeAt, -1000), byTtl: true },
    'Link expired',
  ],
  "another replica's TTL purges a link": [{ before: plain, at: plusSeconds(purgeAt, 3600) }, 'Link expired'],
  'the sweeper purges a link in the first second': [{ before: plain, at: purgeAt }, 'Link expired'],
  'the sweeper purges a link early by its own clock': [{ before: plain, at: plusSeconds(purgeAt, -5) }, 'Link expired'],
  'an unused link with a receipt is purged': [{ before: live, at: live.purgeAt }, 'Link expired'],
  'a live link with a receipt is deleted by hand': [{ before: live }, undefined],
  'a receipt is purged': [{ before: used, at: used.purgeAt, byTtl: true }, undefined],
  'a receipt is deleted by hand': [{ before: used }, undefined],
  'a revoked link is purged': [{ before: revoked, at: purgeAt, byTtl: true }, undefined],
  'a revoked link is deleted by hand': [{ before: revoked }, undefined],
}

const all = Object.entries(cases)

describe('in the home Region of a link', () => {
  test.each(all)('%s', (_, [change, type]) => {
    expect(linkEventOf(recordOf(change), home)?.type).toBe(type)
  })
})

describe('in another Region', () => {
  test.each(all)('nothing is published when %s', (_, [change]) => {
    expect(linkEventOf(recordOf(change), elsewhere)).toBeUndefined()
  })
})

describe('an event', () => {
  test('of a link without a receipt has its fields and the time', () => {
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
        notify: undefined,
        at: '2026-11-24T12:01:00Z',
        eventId: 'e-1',
      },
    })
  })

  test('of a link that names an endpoint has its id', () => {
    expect(linkEventOf(recordOf({ before: { ...plain, notify: 'orders' } }), home)?.detail['notify']).toBe('orders')
  })

  test('of a link with a receipt has when, where and by whom, but no ids, hashes or object', () => {
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

  test('of one of several uses has its receipt and public name, not those of others', () => {
    const event = linkEventOf(recordOf({ before: partlyUsed, after: usedUp }), home)
    const id = second.redemptionId
    expect(event?.detail).toMatchObject({ redeemedAt: '2026-11-24T12:00:59Z', use: id.slice(0, 8) })
    expect(event?.detail).toMatchObject({ urlExpiresAt: '2026-11-24T12:01:29Z', edgeRegion: 'eu-west-1' })
    expect(JSON.stringify(event)).not.toMatch(new RegExp(`${id}|${first.redemptionId}|Hash|uses`))
  })

  test('of a revocation has the latest use of several, and that of a locked link none', () => {
    const revocation = linkEventOf(recordOf({ before: usedUp, after: { ...usedUp, state: 'revoked' } }), home)
    expect(revocation?.detail).toMatchObject({ redeemedAt: '2026-11-24T12:00:59Z' })
    expect(revocation?.detail).not.toHaveProperty('use')
    const [before, after] = [tried(4), tried(5)].map(link => ({ ...partlyUsed, ...link }))
    const locked = linkEventOf(recordOf({ before, after } as Change), home)
    expect(locked?.type).toBe('Link locked')
    expect(locked?.detail).not.toHaveProperty('redeemedAt')
  })

  test('of a refused use has the receipt of the use before, and nothing of the refused client', () => {
    const event = linkEventOf({ ...recordOf({ before: used, after: refused(1) }), eventID: 'e-3' }, home)
    expect(event?.detail).toMatchObject({ id: live.id, eventId: 'e-3', redeemedAt: '2026-11-24T12:00:59Z' })
    expect(event?.detail).not.toHaveProperty('unredeemed')
  })

  test('has a time in whole seconds, rounded down', () => {
    const record = recordOf({ before: plain })
    record.dynamodb!.ApproximateCreationDateTime = secondsFromNoon(60) + 0.999
    expect(linkEventOf(record, home)?.at).toBe(secondsFromNoon(60))
  })
})

test('no redemption is late enough to look like a purge', () => {
  // The longest wait for a store and the error of clocks are minutes at most.
  expect(purgeDelayOf(0) - clockToleranceSeconds).toBeGreaterThan(1800)
})

test('an item that is not a link is an error, and so is a record without an id or time', () => {
  const record = recordOf({ before: plain })
  expect(() => linkEventOf({ dynamodb: { OldImage: { id: { S: 'x' } } } }, home)).toThrow('a link item lacks a field')
  const { eventID: _, ...withoutId } = record
  expect(() => linkEventOf(withoutId, home)).toThrow('a record of the stream lacks a field')
  const { ApproximateCreationDateTime: __, ...withoutTime } = record.dynamodb!
  expect(() => linkEventOf({ ...record, dynamodb: withoutTime }, home)).toThrow('a record of the stream lacks a field')
})

const link = (find: string, replace = ''): Patch => ({ file: 'jobs/events/link-event.ts', find, replace })

const broken: Readonly<Record<string, Patch>> = {
  'publishes links of other home Regions': link('if (!isOfStream(before, source)) return undefined'),
  'compares home Regions in mode strong too': link("mode === 'strong' || homeRegion", 'homeRegion'),
  'publishes changes of links that had ended': link("? 'Link locked' : undefined", "? 'Link locked' : 'Link redeemed'"),
  'publishes no refused use': link("if (refusedUses(after) > refusedUses(before)) return 'Used link refused'"),
  'publishes no request for a new link': link("return 'Link requested'", 'return undefined'),
  'publishes every change of a link that was asked for': link('> (before.requested ?? 0)', '> 0'),
  'publishes each try at a passphrase': link('isUnused && isLocked(after)', 'isUnused && (after.tries ?? 0) > 0'),
  'publishes the last try at each change after it': link(' && !isLocked(before)'),
  'publishes the last try of a used link': link('isUnused && ', ''),
  'publishes every change of a link that has refused uses': link(
    'refusedUses(after) > refusedUses(before)',
    'refusedUses(after) > 0',
  ),
  'publishes any change': link("return after.state === 'used' ? 'Link redeemed' : undefined", "return 'Link redeemed'"),
  'publishes a revocation as a redemption': link("return 'Link revoked'", "return 'Link redeemed'"),
  'publishes no revocation of a used link': link(
    "if (after.state === 'revoked') return",
    "if (after.state === 'revoked' && before.state !== 'used') return",
  ),
  'publishes the removal of links that had ended': link(
    "if (link.state === 'used' || link.state === 'revoked' || latestUse(link)) return undefined",
  ),
  'publishes only the first of several uses': link('!known.has(redemptionId)', 'known.size === 0'),
  'publishes the removal of a partly used link': link(' || latestUse(link)'),
  'ignores the time': link('isByTtl(record) || at >= link.purgeAt - clockToleranceSeconds', 'isByTtl(record)'),
  'ignores TTL': link('isByTtl(record) || at >= link', 'at >= link'),
  'expects clocks to agree': link(' - clockToleranceSeconds'),
  'counts a purge from the expiry on': link('link.purgeAt - clockToleranceSeconds', 'link.expiresAt'),
  'publishes any removal as a redemption': link(
    "link.state === undefined ? 'Link redeemed' : undefined",
    "'Link redeemed'",
  ),
  'publishes the removal of a used link': link(
    "link.state === 'used' || link.state === 'revoked' || latestUse(link)",
    "link.state === 'revoked'",
  ),
  'publishes the removal of a revoked link': link(" || link.state === 'revoked'"),
}

/** Returns the cases in which a copy that is broken in this way publishes something else. */
async function failuresOf(name: string, patches: readonly Patch[]): Promise<readonly string[]> {
  const root = await brokenCopy(name, patches, ['jobs', 'shared'])
  onTestFinished(() => removeCopy(root))
  const copy = (await import(
    join(root, 'jobs/events/link-event.ts')
  )) as typeof import('../../../jobs/events/link-event.ts')
  const typeIn = (source: StreamSource, change: Change) => copy.linkEventOf(recordOf(change), source)?.type
  return all.flatMap(([sentence, [change, type]]) =>
    typeIn(home, change) === type && typeIn(elsewhere, change) === undefined && typeIn(strong, change) === type
      ? []
      : [sentence],
  )
}

describe('broken on purpose, the cases notice a copy that', () => {
  test.each(Object.entries(broken))('%s', async (name, patch) => {
    expect(await failuresOf(name, [patch])).not.toEqual([])
  })

  test('is not broken: no case fails', async () => {
    expect(await failuresOf('whole', [])).toEqual([])
  })
})
