import assert from 'node:assert/strict'
import { parseAddress } from '../../../shared/address.ts'
import { type Bind, bindsWithoutClient, type Link, type ReceiptDraft } from '../../../shared/link.ts'
import type { ConsumeAttemptResult, Redemption, ReserveAttemptResult } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { type EpochSeconds, plusSeconds } from '../../../shared/time.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import type { SweptStore } from '../../support/table/memory-store.ts'
import { type Contract, fifty, network } from './cases.ts'

const noon = secondsFromNoon(0)

/** How a use differs from a plain one; see `redemptionFor`. */
interface UseOptions {
  readonly receipt?: ReceiptDraft
  readonly passphraseHash?: string
  readonly homeRegion?: Region
  readonly bound?: boolean
  readonly viewer?: string
  readonly binds?: readonly Bind[]
  readonly now?: EpochSeconds
  readonly repeatOnly?: true
  readonly several?: boolean
}

/** Puts a link for several clients, by default two. */
async function issued(store: SweptStore, fields: Partial<Link> = {}): Promise<Link> {
  const { link } = makeLink({ state: 'live', confirm: 'required', maxUses: 2, uses: [], ...fields })
  assert.equal(await store.links.put(link, link.homeRegion), 'put')
  return link
}

const passphrase = { passphraseHash: 'right', tries: 0, maxTries: 3 } as const
/** Fields of a link without a passphrase and with one, each with what its clients bring. */
const bothWays = [
  [{}, {}],
  [passphrase, { passphraseHash: 'right' }],
] as const

/** Makes a redemption, by default of another client each time, at 203.0.113.7, whose nonce agrees with the item. */
function redemptionFor(link: Link, options: UseOptions): Redemption {
  const { now: _, viewer = '203.0.113.7', ...rest } = options
  const who = { bound: link.network !== undefined, binds: bindsWithoutClient, receipt: makeDraft(), several: true }
  return { id: link.id, homeRegion: link.homeRegion, ...who, viewer: parseAddress(viewer), ...rest }
}

function attemptOf(link: Link, { homeRegion = link.homeRegion, now = noon }: UseOptions) {
  return { region: homeRegion, now, timeoutMs: 5000 }
}

function use({ table }: SweptStore, link: Link, options: UseOptions = {}): Promise<ConsumeAttemptResult> {
  return table.tryConsume(redemptionFor(link, options), attemptOf(link, options))
}

function reserve({ table }: SweptStore, link: Link, options: UseOptions = {}): Promise<ReserveAttemptResult> {
  return table.tryReserve(redemptionFor(link, options), attemptOf(link, options))
}

const find = ({ links }: SweptStore, { id, homeRegion }: Link) => links.find(id, homeRegion)

const usesIn = (link: Link | undefined) => link?.uses?.map(({ redemptionId }) => redemptionId).toSorted() ?? []

/** Returns the link as the client of a use sees it, which took it at `now`. */
function usedBy(receipt: ReceiptDraft, link: Link | undefined, now: EpochSeconds = noon): ConsumeAttemptResult {
  assert(link)
  const own = { ...receipt, redeemedAt: now, urlExpiresAt: plusSeconds(now, link.urlSeconds) }
  return { kind: 'consumed', link: { ...link, state: 'used', receipt: own } }
}

/** Asserts that neither a use nor a repeat nor a reservation succeeds, and that the item stays as it is. */
async function expectRefused(store: SweptStore, link: Link, options: UseOptions = {}): Promise<void> {
  const before = await find(store, link)
  const repeat = { ...options, repeatOnly: true } as const
  const results = [await use(store, link, options), await use(store, link, repeat), await reserve(store, link, options)]
  assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(['condition-failed']))
  assert.deepEqual(await find(store, link), before)
}

const ofUses: Contract = {
  async 'of fifty clients at once, as many get a use as the link has, each its own, and others see it used up'(store) {
    for (const maxUses of [2, 3, 20]) {
      const link = await issued(store, { maxUses })
      const results = await fifty(async () => {
        const receipt = makeDraft()
        return { receipt, result: await use(store, link, { receipt }) }
      })
      const winners = results.filter(({ result }) => result.kind === 'consumed')
      assert.equal(winners.length, maxUses)
      const ids = winners.map(({ receipt }) => receipt.redemptionId)
      assert.deepEqual(usesIn(await find(store, link)), ids.toSorted())
      for (const { receipt, result } of results) {
        if (result.kind === 'consumed') assert.equal(result.link.receipt?.redemptionId, receipt.redemptionId)
        else assert.equal(result.kind === 'condition-failed' && result.found?.state, 'used')
      }
      await expectRefused(store, link)
    }
  },
  async 'each use has an end, an address and a client of its own, and the link stays live'(store) {
    const link = await issued(store, { maxUses: 3, urlSeconds: 60 })
    for (const seconds of [0, 7, 7]) {
      const [receipt, now] = [makeDraft(), secondsFromNoon(seconds)]
      const result = await use(store, link, { receipt, now })
      const stored = await find(store, link)
      assert.deepEqual(result, usedBy(receipt, stored, now))
      assert.deepEqual({ ...stored, uses: [] }, link)
    }
  },
  async 'a client repeats its use, also of a link that is used up: it gets the same, and nothing changes'(store) {
    const link = await issued(store)
    const receipt = makeDraft()
    const changed = { ...makeDraft({ viewer: '198.51.100.0/24' }), redemptionId: receipt.redemptionId }
    await use(store, link, { receipt })
    for (const others of [0, 1]) {
      for (let each = 0; each < others; each += 1) await use(store, link, { now: secondsFromNoon(5) })
      const before = await find(store, link)
      assert.equal(usesIn(before).length, 1 + others)
      for (const options of [{ receipt }, { receipt: changed }, { receipt, repeatOnly: true as const }])
        assert.deepEqual(await use(store, link, { ...options, now: secondsFromNoon(20) }), usedBy(receipt, before))
      assert.deepEqual(await find(store, link), before)
    }
  },
  async 'one client with fifty requests at once takes one use'(store) {
    const link = await issued(store)
    const receipt = makeDraft()
    let seconds = 0
    const results = await fifty(() => use(store, link, { receipt, now: secondsFromNoon((seconds += 1)) }))
    const stored = await find(store, link)
    assert.deepEqual(usesIn(stored), [receipt.redemptionId])
    for (const result of results) assert.deepEqual(result, usedBy(receipt, stored, stored?.uses?.[0]?.redeemedAt))
  },
  async 'a client without a use gets none as a repeat'(store) {
    const link = await issued(store, { maxUses: 2 })
    for (const taken of [0, 1]) {
      const before = await find(store, link)
      assert.equal(usesIn(before).length, taken)
      assert.deepEqual(await use(store, link, { repeatOnly: true }), { kind: 'condition-failed', found: before })
      assert.deepEqual(await find(store, link), before)
      await use(store, link)
    }
  },
  async 'an inspection shows a link as this client sees it, and counts what does not use it until it does or it is used up'(
    store,
  ) {
    const link = await issued(store)
    const [mine, theirs] = [makeDraft(), makeDraft()]
    const seenBy = (receipt: ReceiptDraft, kind?: 'refusedAfterUse' | 'unconfirmed') =>
      store.table.inspect(redemptionFor(link, { receipt }), kind, attemptOf(link, {}))
    assert.deepEqual(await seenBy(mine), link)
    await seenBy(mine, 'unconfirmed')
    await use(store, link, { receipt: mine })
    assert.equal((await seenBy(mine, 'unconfirmed'))?.receipt?.redemptionId, mine.redemptionId)
    await seenBy(theirs, 'unconfirmed')
    assert.deepEqual(await seenBy(theirs, 'refusedAfterUse'), await find(store, link))
    await use(store, link)
    assert.equal((await seenBy(theirs, 'refusedAfterUse'))?.state, 'used')
    await seenBy(theirs, 'unconfirmed')
    const { unconfirmed, refusedAfterUse } = (await find(store, link))?.unredeemed ?? {}
    assert.deepEqual([unconfirmed, refusedAfterUse], [2, 1])
  },
}

/** What refuses a use, and a repeat of one. */
const changes: readonly (readonly [fields: Partial<Link>, refused: UseOptions, allowed?: UseOptions])[] = [
  [{ expiresAt: secondsFromNoon(60) }, { now: secondsFromNoon(60) }, { now: secondsFromNoon(59) }],
  [{ notBefore: noon }, { now: secondsFromNoon(-1) }],
  [{ network: network('203.0.113.0/24') }, { viewer: '198.51.100.9' }],
  [{ network: network('203.0.113.0/24') }, { bound: false }],
  [{}, { bound: true }],
  [{}, { binds: ['client', 'client-only'] }],
  [{ bind: 'client' }, {}, { binds: ['client', 'client-only'] }],
  [{ media: 'folder' }, { viewer: '2001:db8::1' }],
]

const ofConditions: Contract = {
  async 'a client gets a use, and its own again, only where and while it could use any link'(store) {
    for (const [fields, refused, allowed = {}] of changes) {
      const link = await issued(store, { ...fields, ...passphrase })
      const receipt = makeDraft()
      await expectRefused(store, link, { receipt, ...refused })
      assert.equal((await reserve(store, link, { receipt, ...allowed })).kind, 'reserved')
      for (const [guarded, hash] of bothWays) {
        const other = await issued(store, { ...fields, ...guarded })
        for (let times = 0; times < 2; times += 1) {
          await expectRefused(store, other, { receipt, ...hash, ...refused })
          assert.equal((await use(store, other, { receipt, ...hash, ...allowed })).kind, 'consumed')
        }
        await expectRefused(store, other, { receipt, ...hash, ...refused })
      }
    }
  },
  async 'a copy in another Region gives no use, nor one again'(store) {
    for (const [fields, hash] of bothWays) {
      const link = await issued(store, { homeRegion: 'eu-west-1', ...fields })
      const options = { receipt: makeDraft(), ...hash }
      for (let times = 0; times < 2; times += 1) {
        const copy = (await find(store, link)) ?? assert.fail()
        await store.replicate(copy, 'us-east-1')
        const elsewhere = { ...options, homeRegion: 'us-east-1' } as const
        for (const result of [
          await use(store, link, elsewhere),
          await use(store, link, { ...elsewhere, repeatOnly: true }),
          await reserve(store, link, elsewhere),
        ])
          assert.equal(result.kind, 'condition-failed')
        assert.deepEqual(await store.links.find(link.id, 'us-east-1'), copy)
        assert.equal((await use(store, link, options)).kind, 'consumed')
      }
    }
  },
  async 'a revoked link keeps its uses, and gives none, not even to clients that have one'(store) {
    for (const [fields, hash] of bothWays) {
      const link = await issued(store, fields)
      const receipt = makeDraft()
      const options = { receipt, ...hash }
      await use(store, link, options)
      const [revoked, ...results] = await Promise.all([
        store.links.revoke(link, link.homeRegion),
        ...Array.from({ length: 50 }, () => use(store, link, options)),
      ])
      assert.deepEqual(usesIn(revoked), [receipt.redemptionId])
      for (const result of results)
        if (result.kind !== 'consumed') assert.deepEqual(result, { kind: 'condition-failed', found: revoked })
      await expectRefused(store, link, options)
      await expectRefused(store, link, { ...options, receipt: makeDraft() })
    }
  },
  async 'an item of another kind gives no use, and gets no map'(store) {
    const kinds: Partial<Link>[] = [
      { state: 'live' },
      { state: 'live', maxUses: 2 },
      { state: 'live', uses: [] },
      { uses: [], maxUses: 2 },
      { state: 'used', uses: [], maxUses: 2 },
    ]
    for (const fields of kinds) {
      for (const guarded of [fields, { ...fields, ...passphrase }]) {
        const { link } = makeLink(guarded)
        await store.links.put(link, link.homeRegion)
        await expectRefused(store, link, guarded === fields ? {} : { passphraseHash: 'right' })
        assert.deepEqual(await find(store, link), link)
      }
    }
  },
  async 'a link that does not exist gives no use, and no write creates an item'(store) {
    const { link } = makeLink({ state: 'live', maxUses: 2, uses: [] })
    for (const options of [{}, { passphraseHash: 'right' }]) await expectRefused(store, link, options)
    assert.equal(await find(store, link), undefined)
  },
}

const ofPassphrases: Contract = {
  async 'a try is reserved for a client without a use only, and while one is left'(store) {
    const link = await issued(store, passphrase)
    const receipt = makeDraft()
    const reserved = await reserve(store, link, { receipt })
    assert.deepEqual(reserved, { kind: 'reserved', link: { ...link, tries: 1 } })
    await use(store, link, { receipt, passphraseHash: 'right' })
    const own = await reserve(store, link, { receipt })
    const seen = usedBy(receipt, await find(store, link))
    assert.deepEqual(own, { kind: 'condition-failed', found: seen.kind === 'consumed' && seen.link })
    assert.equal((await reserve(store, link)).kind, 'reserved')
    await use(store, link, { passphraseHash: 'right' })
    const other = await reserve(store, link)
    assert.equal(other.kind === 'condition-failed' && other.found?.state, 'used')
    assert.equal((await find(store, link))?.tries, 0)
  },
  async 'as many clients get in as the link has uses, however few its tries are'(store) {
    const link = await issued(store, { ...passphrase, maxTries: 1, maxUses: 20 })
    for (let each = 0; each < 20; each += 1) {
      const receipt = makeDraft()
      assert.equal((await reserve(store, link, { receipt })).kind, 'reserved')
      assert.equal((await use(store, link, { receipt, passphraseHash: 'right' })).kind, 'consumed')
    }
    await expectRefused(store, link, { passphraseHash: 'right' })
    assert.equal((await find(store, link))?.tries, 0)
  },
  async 'a use gives its try back once, however often it is repeated, and no other'(store) {
    const link = await issued(store, passphrase)
    const receipt = makeDraft()
    await reserve(store, link)
    await reserve(store, link, { receipt })
    const results = await fifty(() => use(store, link, { receipt, passphraseHash: 'right' }))
    const stored = await find(store, link)
    assert.deepEqual([stored?.tries, usesIn(stored)], [1, [receipt.redemptionId]])
    assert.deepEqual(await use(store, link, { receipt, repeatOnly: true }), usedBy(receipt, stored))
    assert.equal((await find(store, link))?.tries, 1)
    assert.deepEqual(new Set(results.map(({ kind }) => kind)), new Set(['consumed']))
  },
  async 'with a wrong passphrase no client gets a use, and no try comes back'(store) {
    const link = await issued(store, passphrase)
    const receipt = makeDraft()
    await use(store, link, { receipt, passphraseHash: 'right' })
    await reserve(store, link)
    const before = await find(store, link)
    for (const passphraseHash of ['wrong', 'Right', 'righ', 'right ', '']) {
      assert.equal((await use(store, link, { passphraseHash })).kind, 'condition-failed')
    }
    assert.deepEqual(await find(store, link), before)
  },
  async 'a client comes back to a link whose tries are all made'(store) {
    const link = await issued(store, { ...passphrase, maxTries: 1, tries: 1 })
    const receipt = makeDraft()
    await use(store, link, { receipt, passphraseHash: 'right' })
    await reserve(store, link)
    for (const options of [{ passphraseHash: 'right' }, { repeatOnly: true as const }])
      assert.equal((await use(store, link, { receipt, ...options })).kind, 'consumed')
    const found = await find(store, link)
    for (const options of [{ receipt }, {}])
      assert.deepEqual(await reserve(store, link, options), { kind: 'condition-failed', found })
  },
  async 'a link without a passphrase gives no use to a client that brings one'(store) {
    const link = await issued(store)
    assert.equal((await use(store, link, { passphraseHash: 'right' })).kind, 'condition-failed')
    assert.deepEqual(usesIn(await find(store, link)), [])
  },
}

/** What a store promises of links with several uses. */
export const ofSeveralUses: Contract = { ...ofUses, ...ofConditions, ...ofPassphrases }
