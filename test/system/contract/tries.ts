import assert from 'node:assert/strict'
import { parseAddress } from '../../../shared/address.ts'
import { type Bind, bindsWithoutClient, type Link, type ReceiptDraft } from '../../../shared/link.ts'
import { type LinkScope, scopeCondition } from '../../../api/link-scope.ts'
import type { ConsumeAttemptResult, Redemption, ReserveAttemptResult } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import type { SweptStore } from '../../support/table/memory-store.ts'
import { type Contract, fifty, network } from './cases.ts'

const noon = secondsFromNoon(0)

/** How a try differs from a plain one; see `redemptionFor`. */
interface TryOptions {
  readonly passphraseHash?: string
  readonly receipt?: ReceiptDraft
  readonly homeRegion?: Region
  readonly bound?: boolean
  readonly viewer?: string
  readonly now?: EpochSeconds
  readonly scope?: LinkScope
  readonly binds?: readonly Bind[]
}

/** A link with a passphrase whose hash is `right`, and no try yet. */
const passphrase = { passphraseHash: 'right', tries: 0, maxTries: 3 } as const

/** Puts links with a passphrase: one that is deleted when consumed, and one that keeps a receipt; each with how to redeem it. */
async function issuedBothWays(store: SweptStore, fields: Partial<Link> = {}): Promise<[Link, TryOptions][]> {
  const links: [Link, TryOptions][] = [
    [makeLink({ ...passphrase, ...fields }).link, {}],
    [makeLink({ ...passphrase, state: 'live', ...fields }).link, { receipt: makeDraft() }],
  ]
  for (const [link] of links) assert.equal(await store.links.put(link, link.homeRegion), 'put')
  return links
}

/** Makes a redemption, by default of a viewer at 203.0.113.7 whose nonce agrees with the item. */
function redemptionFor(link: Link, options: TryOptions): Redemption {
  const { homeRegion = link.homeRegion, bound = link.network !== undefined, receipt, scope } = options
  const { binds = bindsWithoutClient } = options
  const viewer = parseAddress(options.viewer ?? '203.0.113.7')
  const who = { bound, viewer, binds, ...(receipt && { receipt }) }
  return { id: link.id, homeRegion, ...who, ...(scope && { scope: scopeCondition(scope) }) }
}

function attemptOf(link: Link, { homeRegion = link.homeRegion, now = noon }: TryOptions) {
  return { region: homeRegion, now, timeoutMs: 5000 }
}

function reserve({ table }: SweptStore, link: Link, options: TryOptions): Promise<ReserveAttemptResult> {
  return table.tryReserve(redemptionFor(link, options), attemptOf(link, options))
}

/** Consumes the link if the hash is right, which it is by default. Doesn't reserve a try. */
function redeem({ table }: SweptStore, link: Link, options: TryOptions): Promise<ConsumeAttemptResult> {
  const { passphraseHash = 'right' } = options
  return table.tryConsume({ ...redemptionFor(link, options), passphraseHash }, attemptOf(link, options))
}

/** Repeats a use without a passphrase. */
function repeatUse({ table }: SweptStore, link: Link, options: TryOptions): Promise<ConsumeAttemptResult> {
  return table.tryConsume({ ...redemptionFor(link, options), repeatOnly: true }, attemptOf(link, options))
}

const find = ({ links }: SweptStore, { id, homeRegion }: Link) => links.find(id, homeRegion)

/** Asserts that no try is reserved, and that the store returns the link as it found it and keeps it. */
async function expectNoTry(store: SweptStore, link: Link, options: TryOptions): Promise<void> {
  assert.deepEqual(await reserve(store, link, options), { kind: 'condition-failed', found: link })
  assert.deepEqual(await find(store, link), link)
}

/** Asserts that a try is reserved: the link is the same but for the count, and the store returns it. */
async function expectTry(store: SweptStore, link: Link, options: TryOptions): Promise<void> {
  const after = { ...link, tries: (link.tries ?? 0) + 1 }
  assert.deepEqual(await reserve(store, link, options), { kind: 'reserved', link: after })
  assert.deepEqual(await find(store, link), after)
}

const ofReservations: Contract = {
  async 'a try is reserved on a live link, and each is counted'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      await expectTry(store, link, options)
      await expectTry(store, { ...link, tries: 1 }, options)
    }
  },
  async 'of fifty reservations at once, as many succeed as there are tries'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      const results = await fifty(() => reserve(store, link, options))
      const counts = results.flatMap(result => (result.kind === 'reserved' ? [result.link.tries] : []))
      assert.deepEqual(new Set(counts), new Set([1, 2, 3]))
      assert.equal(counts.length, 3)
      assert.equal(results.filter(({ kind }) => kind === 'condition-failed').length, 47)
      await expectNoTry(store, { ...link, tries: 3 }, options)
    }
  },
  async 'a link that was never issued gets no try, and the attempt creates no item'(store) {
    for (const options of [{}, { receipt: makeDraft() }]) {
      const { link } = makeLink(passphrase)
      assert.deepEqual(await reserve(store, link, options), { kind: 'condition-failed', found: undefined })
      assert.equal(await find(store, link), undefined)
    }
  },
  async 'a deleted link gets no try: a late reservation does not restore it'(store) {
    const [[link, options] = assert.fail()] = await issuedBothWays(store)
    assert.equal((await redeem(store, link, options)).kind, 'consumed')
    assert.deepEqual(await reserve(store, link, options), { kind: 'condition-failed', found: undefined })
    assert.equal(await find(store, link), undefined)
  },
  async 'a used link gets no try, not even from the client that used it'(store) {
    const [, [link, options] = assert.fail()] = await issuedBothWays(store)
    assert.equal((await redeem(store, link, options)).kind, 'consumed')
    const used = (await find(store, link)) ?? assert.fail()
    assert.equal(used.state, 'used')
    for (const each of [options, { receipt: makeDraft() }, {}]) await expectNoTry(store, used, each)
  },
  async 'a revoked link gets no try'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      await store.links.revoke(link, link.homeRegion)
      await expectNoTry(store, { ...link, state: 'revoked' }, options)
    }
  },
  async 'a link gets no try from the second in which it expires, nor before its start'(store) {
    for (const fields of [{ expiresAt: noon }, { notBefore: secondsFromNoon(1) }]) {
      for (const [link, options] of await issuedBothWays(store, fields)) await expectNoTry(store, link, options)
    }
    for (const fields of [{ expiresAt: secondsFromNoon(1) }, { notBefore: noon }]) {
      for (const [link, options] of await issuedBothWays(store, fields)) await expectTry(store, link, options)
    }
  },
  async 'a bound link gets a try only from its network, and nonce and item must agree that it is bound'(store) {
    const viewer = '198.51.100.9'
    for (const [link, options] of await issuedBothWays(store, { network: network('203.0.113.0/24') })) {
      await expectNoTry(store, link, { ...options, viewer })
      await expectNoTry(store, link, { ...options, bound: false })
      await expectTry(store, link, options)
    }
    for (const [link, options] of await issuedBothWays(store))
      await expectNoTry(store, link, { ...options, bound: true })
  },
  async 'a link gets no try if no capability for this client can be bound as it says'(store) {
    for (const [link, options] of await issuedBothWays(store, { bind: 'client' }))
      await expectNoTry(store, link, options)
    for (const [link, options] of await issuedBothWays(store, { media: 'folder' })) {
      await expectNoTry(store, link, { ...options, viewer: '2001:db8::1' })
      await expectTry(store, link, options)
    }
  },
  async 'a copy in another Region gets no try'(store) {
    for (const [link, options] of await issuedBothWays(store, { homeRegion: 'eu-west-1' })) {
      await store.replicate(link, 'us-east-1')
      const elsewhere = await reserve(store, link, { ...options, homeRegion: 'us-east-1' })
      assert.deepEqual(elsewhere, { kind: 'condition-failed', found: link })
      assert.deepEqual(await store.links.find(link.id, 'us-east-1'), link)
      await expectTry(store, link, options)
    }
  },
  async 'a link gets no try if nonce and item disagree about the receipt'(store) {
    const [[plain] = assert.fail(), [live] = assert.fail()] = await issuedBothWays(store)
    await expectNoTry(store, plain, { receipt: makeDraft() })
    await expectNoTry(store, live, {})
  },
  async 'a link without a passphrase gets no try'(store) {
    const without = [
      [{ tries: 0, maxTries: 3 }, {}],
      [{ tries: 0, maxTries: 3, state: 'live' as const }, { receipt: makeDraft() }],
    ] as const
    for (const [fields, options] of without) {
      const { link } = makeLink(fields)
      await store.links.put(link, link.homeRegion)
      await expectNoTry(store, link, options)
    }
  },
  async 'a caller that may use some links only gets no try of others'(store) {
    for (const [link, options] of await issuedBothWays(store, { issuer: 'reports' })) {
      await expectNoTry(store, link, { ...options, scope: { issuer: 'audits', prefixes: [''] } })
      await expectTry(store, link, { ...options, scope: { issuer: 'reports', prefixes: [''] } })
    }
  },
}

const ofHashes: Contract = {
  async 'a link is consumed with the right hash only, and another changes nothing'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      for (const passphraseHash of ['wrong', 'Right', 'righ', 'right '])
        assert.deepEqual(await redeem(store, link, { ...options, passphraseHash }), {
          kind: 'condition-failed',
          found: link,
        })
      assert.deepEqual(await find(store, link), link)
      assert.equal((await redeem(store, link, options)).kind, 'consumed')
    }
  },
  async 'the last try of a link still consumes it'(store) {
    for (const [link, options] of await issuedBothWays(store, { tries: 3 }))
      assert.equal((await redeem(store, link, options)).kind, 'consumed')
  },
  async 'a link without a passphrase is not consumed with one'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      const { passphraseHash: _, ...plain } = { ...link, id: makeLink().link.id }
      await store.links.put(plain, plain.homeRegion)
      assert.deepEqual(await redeem(store, plain, options), { kind: 'condition-failed', found: plain })
    }
  },
  async 'the client that used the link repeats with the right hash only'(store) {
    const [, [link, options] = assert.fail()] = await issuedBothWays(store)
    const first = await redeem(store, link, options)
    assert.equal(first.kind, 'consumed')
    assert.deepEqual(await redeem(store, link, options), first)
    const used = await find(store, link)
    const wrong = await redeem(store, link, { ...options, passphraseHash: 'wrong' })
    assert.deepEqual(wrong, { kind: 'condition-failed', found: used })
    assert.deepEqual(await find(store, link), used)
  },
  async 'of fifty passphrases at once, none is compared without a try of its own and one wins'(store) {
    for (const [link, options] of await issuedBothWays(store, { maxTries: 10 })) {
      const results = await fifty(async () => {
        const receipt = options.receipt && makeDraft()
        const own = receipt ? { receipt } : {}
        const reserved = await reserve(store, link, own)
        return reserved.kind === 'reserved' ? redeem(store, link, own) : undefined
      })
      assert.equal(results.filter(result => result?.kind === 'consumed').length, 1)
      const compared = results.filter(result => result !== undefined)
      assert.ok(compared.length <= 10, `${compared.length} hashes were compared`)
    }
  },
}

const ofRepeats: Contract = {
  async 'the client that used the link comes back without a passphrase, and nobody else does'(store) {
    const [, [link, options] = assert.fail()] = await issuedBothWays(store)
    const repeat = (own: TryOptions) => repeatUse(store, link, own)
    assert.deepEqual(await repeat(options), { kind: 'condition-failed', found: link })
    await expectTry(store, link, options)
    const first = await redeem(store, link, options)
    assert.equal(first.kind, 'consumed')
    assert.deepEqual(await repeat(options), first)
    const used = await find(store, link)
    assert.deepEqual(await repeat({ receipt: makeDraft() }), { kind: 'condition-failed', found: used })
    await store.links.revoke(link, link.homeRegion)
    assert.equal((await repeat(options)).kind, 'condition-failed')
  },
  async 'a client comes back only where and while it could use the link'(store) {
    const fields = { network: network('203.0.113.0/24'), notBefore: noon, expiresAt: secondsFromNoon(60) }
    const [, [link, options] = assert.fail()] = await issuedBothWays(store, { ...fields, homeRegion: 'eu-west-1' })
    await redeem(store, link, options)
    const used = (await find(store, link)) ?? assert.fail()
    await store.replicate(used, 'us-east-1')
    for (const change of [
      { now: secondsFromNoon(60) },
      { now: secondsFromNoon(-1) },
      { viewer: '198.51.100.9' },
      { homeRegion: 'us-east-1' as const },
      { binds: ['client'] as const },
    ])
      assert.deepEqual(await repeatUse(store, link, { ...options, ...change }), {
        kind: 'condition-failed',
        found: used,
      })
    assert.equal((await repeatUse(store, link, options)).kind, 'consumed')
  },
  async 'a client comes back to a folder from an address that its cookies can name'(store) {
    const [, [link, options] = assert.fail()] = await issuedBothWays(store, { media: 'folder' })
    await redeem(store, link, options)
    assert.equal((await repeatUse(store, link, { ...options, viewer: '2001:db8::1' })).kind, 'condition-failed')
    assert.equal((await repeatUse(store, link, options)).kind, 'consumed')
  },
}

/** What a store promises of links with a passphrase. */
export const ofTries: Contract = { ...ofReservations, ...ofHashes, ...ofRepeats }
