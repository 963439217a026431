import assert from 'node:assert/strict'
import {
  type Bind,
  binds,
  bindsWithoutClient,
  isClientBound,
  type Link,
  maxUnredeemedCount,
  type ReceiptDraft,
} from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import type { LinkScope } from '../../../api/link-scope.ts'
import type { ConsumeAttemptResult, Redemption, UnredeemedKind } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { type EpochSeconds, plusSeconds } from '../../../shared/time.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import type { Store, SweptStore } from '../../support/table/memory-store.ts'
import { type Contract, fifty, network } from './cases.ts'
import { ofTries } from './tries.ts'
import { ofScopes } from './scopes.ts'

const timeoutMs = 5000
const noon = secondsFromNoon(0)

/** How `redeem` differs from a plain request; see there for the defaults. */
interface RedeemOptions {
  readonly bound?: boolean
  readonly viewer?: string
  readonly binds?: readonly Bind[]
  readonly homeRegion?: Region
  readonly receipt?: ReceiptDraft
  readonly now?: EpochSeconds
}

/** Tries to consume a link, by default as a viewer at 203.0.113.7 at noon whose nonce agrees with the item. */
function redeem({ table }: Store, link: Link, options: RedeemOptions = {}): Promise<ConsumeAttemptResult> {
  const { bound = link.network !== undefined, homeRegion = link.homeRegion, receipt, now = noon } = options
  const { binds = isClientBound(link.bind) ? ['client', 'client-only'] : bindsWithoutClient } = options
  const viewer = parseAddress(options.viewer ?? '203.0.113.7')
  assert(viewer !== undefined)
  const redemption: Redemption = { id: link.id, homeRegion, bound, viewer, binds, ...(receipt && { receipt }) }
  return table.tryConsume(redemption, { region: homeRegion, now, timeoutMs })
}

/** Puts a link into `store` and returns it. */
async function issued(store: Store, fields: Partial<Link> = {}): Promise<Link> {
  const { link } = makeLink(fields)
  assert.equal(await store.links.put(link, link.homeRegion), 'put')
  return link
}

/** Issues a link that is deleted when consumed, and one that keeps a receipt; returns each with how to redeem it. */
async function issuedBothWays(store: Store, fields: Partial<Link> = {}): Promise<[Link, RedeemOptions][]> {
  return [
    [await issued(store, fields), {}],
    [await issued(store, { ...fields, state: 'live' }), { receipt: makeDraft() }],
  ]
}

const find = ({ links }: Store, { id, homeRegion }: Link) => links.find(id, homeRegion)

/** Asserts that the store refuses, returns the link that it found, and keeps it unchanged. */
async function expectRefused(store: Store, link: Link, options: RedeemOptions): Promise<void> {
  assert.deepEqual(await redeem(store, link, options), { kind: 'condition-failed', found: link })
  assert.deepEqual(await find(store, link), link)
}

/** Asserts that the link is consumed. */
async function expectConsumed(store: Store, link: Link, options: RedeemOptions): Promise<void> {
  assert.equal((await redeem(store, link, options)).kind, 'consumed', link.network)
}

const ofEveryLink: Contract = {
  async 'a link that was never issued is not consumed, and the attempt creates no item'(store) {
    for (const options of [{}, { receipt: makeDraft() }]) {
      const { link } = makeLink()
      assert.deepEqual(await redeem(store, link, options), { kind: 'condition-failed', found: undefined })
      assert.equal(await find(store, link), undefined)
    }
  },
  async 'a link is refused from the second in which it expires, though its item still exists'(store) {
    for (const [link, options] of await issuedBothWays(store, { expiresAt: noon }))
      await expectRefused(store, link, options)
    for (const [link, options] of await issuedBothWays(store, { expiresAt: secondsFromNoon(1) }))
      await expectConsumed(store, link, options)
  },
  async 'a link is refused before its start, and consumed in its first second'(store) {
    for (const [link, options] of await issuedBothWays(store, { notBefore: secondsFromNoon(1) }))
      await expectRefused(store, link, options)
    for (const [link, options] of await issuedBothWays(store, { notBefore: noon }))
      await expectConsumed(store, link, options)
  },
  async 'a bound link is consumed only from its network'(store) {
    for (const [link, options] of await issuedBothWays(store, { network: network('203.0.112.0/24') }))
      await expectRefused(store, link, options)
    for (const text of ['203.0.113.7/32', '203.0.113.0/24', '203.0.112.0/20', '203.0.0.0/8']) {
      for (const [link, options] of await issuedBothWays(store, { network: network(text) }))
        await expectConsumed(store, link, options)
    }
  },
  async 'a link that is bound to an IPv6 network is consumed only from there'(store) {
    const viewer = '2001:db8:1234:5678:9abc::1'
    for (const text of ['2001:db8:1234:5678::/64', '2001:db8:1234:5670::/60', '2001:db8::/32', '2001::/20']) {
      for (const [link, options] of await issuedBothWays(store, { network: network(text) })) {
        await expectRefused(store, link, { ...options, viewer: '2002:db8:1234:5678:9abc::1' })
        await expectRefused(store, link, options)
        await expectConsumed(store, link, { ...options, viewer })
      }
    }
    for (const text of ['2001:db8:1234:5679::/64', '2001:db8:1234:5660::/60', '32.1.13.0/24']) {
      for (const [link, options] of await issuedBothWays(store, { network: network(text) }))
        await expectRefused(store, link, { ...options, viewer })
    }
  },
  async 'a link is consumed only if a capability for this client can be bound as it says'(store) {
    const lists = [bindsWithoutClient, ['client', 'client-only'], ['client']] as const
    for (const bind of [...binds, 'newer' as Bind]) {
      for (const list of lists) {
        for (const viewer of ['203.0.113.7', '2001:db8::1']) {
          for (const [link, options] of await issuedBothWays(store, { bind })) {
            const accepts = (list as readonly Bind[]).includes(bind)
            await (accepts ? expectConsumed : expectRefused)(store, link, { ...options, viewer, binds: list })
          }
        }
      }
    }
  },
  async 'a folder is not consumed over IPv6 if its cookies would have to name the address'(store) {
    const viewer = '2001:db8::1'
    for (const bind of binds) {
      for (const media of ['object', 'folder'] as const) {
        for (const [link, options] of await issuedBothWays(store, { bind, media })) {
          const isRefused = media === 'folder' && (bind === 'exact' || bind === 'prefix')
          await (isRefused ? expectRefused : expectConsumed)(store, link, { ...options, viewer })
        }
      }
    }
  },
  async 'nonce and item must agree on whether the link is bound'(store) {
    for (const [link, options] of await issuedBothWays(store, { network: network('203.0.113.0/24') }))
      await expectRefused(store, link, { ...options, bound: false })
    for (const [link, options] of await issuedBothWays(store))
      await expectRefused(store, link, { ...options, bound: true })
  },
  async 'nonce and item must agree on whether the link keeps a receipt'(store) {
    await expectRefused(store, await issued(store), { receipt: makeDraft() })
    await expectRefused(store, await issued(store, { state: 'live' }), {})
  },
  async 'a copy in another Region is not the link'(store) {
    for (const [link, options] of await issuedBothWays(store, { homeRegion: 'eu-west-1' })) {
      await store.replicate(link, 'us-east-1')
      const elsewhere = await redeem(store, link, { ...options, homeRegion: 'us-east-1' })
      assert.deepEqual(elsewhere, { kind: 'condition-failed', found: link })
      assert.equal(await store.links.revoke({ ...link, homeRegion: 'us-east-1' }, 'us-east-1'), undefined)
      assert.deepEqual(await store.links.find(link.id, 'us-east-1'), link)
      await expectConsumed(store, link, options)
    }
  },
  async 'a link is written once: a second write of the same id changes nothing'(store) {
    for (const [link] of await issuedBothWays(store)) {
      assert.equal(await store.links.put({ ...link, urlSeconds: 3600 }, link.homeRegion), 'unsure')
      assert.deepEqual(await find(store, link), link)
    }
  },
  async 'of a redemption and a revocation at the same time, the revocation returns whether the link was used'(store) {
    for (let round = 0; round < 10; round += 1) {
      for (const [link, options] of await issuedBothWays(store)) {
        const [consumption, revocation] = await Promise.all([
          redeem(store, link, options),
          store.links.revoke(link, link.homeRegion),
        ])
        const isUsed = consumption.kind === 'consumed'
        // A link with a receipt may be revoked after its use, and the revocation then returns its receipt.
        assert.equal(revocation?.receipt !== undefined, isUsed && options.receipt !== undefined)
        assert.equal(revocation === undefined, isUsed && options.receipt === undefined)
        assert.equal((await find(store, link))?.state, revocation?.state)
      }
    }
  },
  async 'of a redemption and a replacement at the same time, one takes place'(store) {
    for (let round = 0; round < 10; round += 1) {
      for (const [link, options] of await issuedBothWays(store)) {
        const by = { replacedBy: makeLink().link.id, replacedIn: 'r' }
        const [consumption, replaced] = await Promise.all([
          redeem(store, link, options),
          store.links.replace(link, link.homeRegion, by),
        ])
        assert.equal(replaced === undefined, consumption.kind === 'consumed')
      }
    }
  },
  async 'a link is replaced if its state and mark are as they were read, and no late write moves the mark back'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      const replace = (read: Link, replacedBy: Link['id'], scope?: LinkScope) =>
        store.links.replace(read, link.homeRegion, { replacedBy, replacedIn: 'r', scope })
      const [one, two] = [makeLink().link.id, makeLink().link.id]
      assert.equal(await replace(link, one, { issuer: 'another', prefixes: [''] }), undefined)
      const replacedState = link.state === 'live' ? { replacedState: link.state } : {}
      const marked: Link = { ...link, state: 'revoked', replacedBy: one, replacedIn: 'r', ...replacedState }
      for (let times = 0; times < 2; times += 1) assert.deepEqual(await replace(link, one), marked)
      assert.equal(await replace(link, two), undefined)
      assert.deepEqual(await replace(marked, two), { ...marked, replacedBy: two })
      assert.equal(await replace(link, one), undefined)
      await expectRefused(store, { ...marked, replacedBy: two }, options)
    }
  },
  async 'the item of a revoked link stays and is marked; it can be revoked again, but not consumed'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      for (let times = 0; times < 2; times += 1) {
        assert.deepEqual(await store.links.revoke(link, link.homeRegion), { ...link, state: 'revoked' })
        assert.deepEqual(await find(store, link), { ...link, state: 'revoked' })
      }
      await expectRefused(store, { ...link, state: 'revoked' }, options)
    }
  },
  async 'a late write of the same link does not restore a revoked link'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      await store.links.revoke(link, link.homeRegion)
      assert.equal(await store.links.put(link, link.homeRegion), 'unsure')
      await expectRefused(store, { ...link, state: 'revoked' }, options)
    }
  },
  async 'the one read after a lost response finds a revoked link, since it was not consumed'(store) {
    for (const [link] of await issuedBothWays(store)) {
      await store.links.revoke(link, link.homeRegion)
      assert.equal(await store.table.exists(link.id, { region: link.homeRegion, now: noon, timeoutMs }), true)
    }
  },
  async 'a link that was never issued is not revoked, and the attempt creates no item'(store) {
    for (const { link } of [makeLink(), makeLink({ state: 'live' })]) {
      assert.equal(await store.links.revoke(link, link.homeRegion), undefined)
      assert.equal(await find(store, link), undefined)
    }
  },
}

const ofPlainLinks: Contract = {
  async 'a link is consumed once, the whole link is returned, and its item is deleted'(store) {
    const link = await issued(store, {
      key: 'a b/ü+%😀.pdf' as Link['key'],
      network: network('203.0.113.0/24'),
      notBefore: secondsFromNoon(-5),
      filename: 'naïve "plan".pdf',
      reference: 'case 17',
      bind: 'prefix',
    })
    assert.deepEqual(await redeem(store, link), { kind: 'consumed', link })
    assert.equal(await find(store, link), undefined)
    assert.deepEqual(await redeem(store, link), { kind: 'condition-failed', found: undefined })
  },
  async 'of fifty viewers at once, one wins'(store) {
    const link = await issued(store)
    const results = await fifty(() => redeem(store, link))
    assert.equal(results.filter(({ kind }) => kind === 'consumed').length, 1)
    assert.equal(results.filter(({ kind }) => kind === 'condition-failed').length, 49)
  },
  async 'the one read after a lost response returns whether the link exists'(store) {
    const link = await issued(store)
    const attempt = { region: link.homeRegion, now: noon, timeoutMs }
    assert.equal(await store.table.exists(link.id, attempt), true)
    await redeem(store, link)
    assert.equal(await store.table.exists(link.id, attempt), false)
  },
  async 'a used link has no item that could be revoked'(store) {
    const link = await issued(store)
    await redeem(store, link)
    assert.equal(await store.links.revoke(link, link.homeRegion), undefined)
    assert.equal(await find(store, link), undefined)
  },
}

const ofLinksWithReceipt: Contract = {
  async 'a link with a receipt is consumed once, and its item stays with the receipt'(store) {
    const link = await issued(store, { state: 'live', urlSeconds: 60 })
    const receipt = makeDraft()
    const used: Link = {
      ...link,
      state: 'used',
      receipt: { ...receipt, redeemedAt: secondsFromNoon(7), urlExpiresAt: secondsFromNoon(67) },
    }
    assert.deepEqual(await redeem(store, link, { receipt, now: secondsFromNoon(7) }), { kind: 'consumed', link: used })
    assert.deepEqual(await find(store, link), used)
  },
  async 'the client that used the link can repeat later and from another network, and gets the identical receipt'(
    store,
  ) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    const first = await redeem(store, link, { receipt })
    const changed = { edgeRegion: 'us-east-2', viewer: '198.51.100.0/24', userAgent: 'Firefox' }
    const later = { ...makeDraft(changed), redemptionId: receipt.redemptionId }
    assert.deepEqual(await redeem(store, link, { receipt: later, now: secondsFromNoon(20) }), first)
    assert.deepEqual({ kind: 'consumed', link: await find(store, link) }, first)
  },
  async 'another client sees that the link is used, and changes nothing'(store) {
    const link = await issued(store, { state: 'live' })
    await redeem(store, link, { receipt: makeDraft() })
    const used = await find(store, link)
    assert.equal(used?.state, 'used')
    await expectRefused(store, used, { receipt: makeDraft() })
    await expectRefused(store, used, {})
  },
  async 'of fifty clients at once, one wins, and all others see its receipt'(store) {
    const link = await issued(store, { state: 'live' })
    const results = await fifty(() => redeem(store, link, { receipt: makeDraft() }))
    const used = await find(store, link)
    assert.deepEqual(
      results.filter(({ kind }) => kind === 'consumed'),
      [{ kind: 'consumed', link: used }],
    )
    const lost = results.filter(({ kind }) => kind === 'condition-failed')
    assert.equal(lost.length, 49)
    for (const result of lost) assert.deepEqual(result, { kind: 'condition-failed', found: used })
  },
  async 'one client with fifty requests at once gets one receipt'(store) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    let seconds = 0
    const results = await fifty(() => redeem(store, link, { receipt, now: secondsFromNoon((seconds += 1)) }))
    const used = await find(store, link)
    assert.equal(used?.receipt?.urlExpiresAt, plusSeconds(used?.receipt?.redeemedAt ?? noon, link.urlSeconds))
    for (const result of results) assert.deepEqual(result, { kind: 'consumed', link: used })
  },
  async 'the client that used the link is refused after the link expires'(store) {
    const link = await issued(store, { state: 'live', expiresAt: secondsFromNoon(10) })
    const receipt = makeDraft()
    await expectConsumed(store, link, { receipt, now: secondsFromNoon(9) })
    const again = await redeem(store, link, { receipt, now: secondsFromNoon(10) })
    assert.deepEqual(again, { kind: 'condition-failed', found: await find(store, link) })
  },
  async 'a used link can be revoked, each time with its receipt, and then not even its own client can repeat'(store) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    const first = await redeem(store, link, { receipt })
    assert.equal(first.kind, 'consumed')
    const revoked: Link = { ...(first.kind === 'consumed' ? first.link : link), state: 'revoked' }
    assert(revoked.receipt)
    for (let times = 0; times < 2; times += 1) {
      assert.deepEqual(await store.links.revoke(link, link.homeRegion), revoked)
      for (const options of [{ receipt }, { receipt: makeDraft() }, {}]) await expectRefused(store, revoked, options)
    }
  },
  async 'of fifty repeats and a revocation at once, each gets the first receipt or is refused, and the link stays revoked'(
    store,
  ) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    const first = await redeem(store, link, { receipt })
    const [revoked, ...results] = await Promise.all([
      store.links.revoke(link, link.homeRegion),
      ...Array.from({ length: 50 }, () => redeem(store, link, { receipt })),
    ])
    for (const result of results) {
      assert.deepEqual(result, result.kind === 'consumed' ? first : { kind: 'condition-failed', found: revoked })
    }
    assert(revoked)
    await expectRefused(store, revoked, { receipt })
  },
  async 'a late write of the same link does not restore a used link'(store) {
    const link = await issued(store, { state: 'live' })
    await redeem(store, link, { receipt: makeDraft() })
    const used = await find(store, link)
    assert.equal(await store.links.put(link, link.homeRegion), 'unsure')
    assert.deepEqual(await find(store, link), used)
  },
}

/** Inspects a link at noon; with `kind`, counts the request. */
function inspect({ table }: Store, { id, homeRegion }: Link, kind?: UnredeemedKind): Promise<Link | undefined> {
  return table.inspect({ id, homeRegion }, kind, { region: homeRegion, now: noon, timeoutMs })
}

const ofInspection: Contract = {
  async 'an inspection returns the present link and does not change it'(store) {
    for (const [link, options] of await issuedBothWays(store)) {
      assert.deepEqual(await inspect(store, link), link)
      await expectConsumed(store, link, options)
      assert.deepEqual(await inspect(store, link), await find(store, link))
    }
    assert.equal(await inspect(store, makeLink().link), undefined)
  },
  async 'on a live link with a receipt, every unredeemed request is counted'(store) {
    const link = await issued(store, { state: 'live' })
    await fifty(() => inspect(store, link, 'automated'))
    await inspect(store, link, 'unconfirmed')
    const unredeemed = { unconfirmed: 1, automated: 50, probed: 1, refusedAfterUse: 0, lastAt: noon }
    assert.deepEqual(await inspect(store, link, 'probed'), { ...link, unredeemed })
    const receipt = makeDraft()
    const result = await redeem(store, link, { receipt })
    assert.deepEqual(result.kind === 'consumed' && result.link.unredeemed, unredeemed)
  },
  async 'each count of unredeemed requests has a maximum, and the other counts continue'(store) {
    const unredeemed = {
      unconfirmed: 0,
      automated: maxUnredeemedCount - 1,
      probed: 0,
      refusedAfterUse: 0,
      lastAt: noon,
    }
    const link = await issued(store, { state: 'live', unredeemed })
    const full = { ...unredeemed, automated: maxUnredeemedCount }
    for (let times = 0; times < 3; times += 1) {
      assert.deepEqual(await inspect(store, link, 'automated'), { ...link, unredeemed: full })
    }
    assert.deepEqual(await inspect(store, link, 'probed'), {
      ...link,
      unredeemed: { ...full, probed: 1, refusedAfterUse: 0 },
    })
  },
  async 'a request that takes another Region for the home of a link is not counted'(store) {
    const [live, used] = [await issued(store, { state: 'live' }), await issued(store, { state: 'live' })]
    await redeem(store, used, { receipt: makeDraft() })
    for (const [link, kind] of [
      [live, 'probed'],
      [used, 'refusedAfterUse'],
    ] as const) {
      const before = await find(store, link)
      const elsewhere = { id: link.id, homeRegion: 'sa-east-1' } as const
      const attempt = { region: link.homeRegion, now: noon, timeoutMs }
      assert.deepEqual(await store.table.inspect(elsewhere, kind, attempt), before)
      assert.deepEqual(await find(store, link), before)
    }
  },
  async 'every refused use of a used link is counted, up to a maximum, and changes nothing else'(store) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    await redeem(store, link, { receipt })
    const used = await find(store, link)
    await fifty(() => inspect(store, link, 'refusedAfterUse'))
    const counts = { unconfirmed: 0, automated: 0, probed: 0, refusedAfterUse: 50, lastAt: noon }
    assert.deepEqual(await find(store, link), { ...used, unredeemed: counts })
    const nearlyFull = { ...counts, refusedAfterUse: maxUnredeemedCount - 48 }
    const often = await issued(store, { state: 'live', unredeemed: nearlyFull })
    await redeem(store, often, { receipt })
    const usedOften = await find(store, often)
    await fifty(() => inspect(store, often, 'refusedAfterUse'))
    const full = { ...usedOften, unredeemed: { ...counts, refusedAfterUse: maxUnredeemedCount } }
    assert.deepEqual(await inspect(store, often, 'refusedAfterUse'), full)
    assert.deepEqual(await find(store, often), full)
    assert.equal((await redeem(store, often, { receipt: makeDraft() })).kind, 'condition-failed')
    const repeated = await redeem(store, often, { receipt })
    assert.deepEqual(repeated.kind === 'consumed' && repeated.link, full)
  },
  async 'a refused use of a link that is not used, or no more, is not counted and makes no item'(store) {
    const [plain, live, revoked, usedAndRevoked] = [
      await issued(store),
      await issued(store, { state: 'live' }),
      await issued(store, { state: 'live' }),
      await issued(store, { state: 'live' }),
    ]
    await redeem(store, usedAndRevoked, { receipt: makeDraft() })
    for (const link of [revoked, usedAndRevoked]) await store.links.revoke(link, link.homeRegion)
    for (const link of [plain, live, revoked, usedAndRevoked, makeLink({ state: 'used' }).link]) {
      const before = await find(store, link)
      assert.deepEqual(await inspect(store, link, 'refusedAfterUse'), before)
      assert.deepEqual(await find(store, link), before)
    }
    await expectConsumed(store, live, { receipt: makeDraft() })
  },
  async 'a request for a link that is used, revoked, gone or without a receipt is not counted, and gets the link if it exists'(
    store,
  ) {
    const [plain, used, revoked, usedAndRevoked] = [
      await issued(store),
      await issued(store, { state: 'live' }),
      await issued(store, { state: 'live' }),
      await issued(store, { state: 'live' }),
    ]
    for (const link of [used, usedAndRevoked]) await redeem(store, link, { receipt: makeDraft() })
    for (const link of [revoked, usedAndRevoked]) await store.links.revoke(link, link.homeRegion)
    for (const link of [plain, used, revoked, usedAndRevoked, makeLink({ state: 'live' }).link]) {
      const before = await find(store, link)
      const seen = await inspect(store, link, 'unconfirmed')
      assert.deepEqual(await find(store, link), before)
      assert.deepEqual(seen, before)
    }
  },
}

/** Returns the ids of all links that are due at noon in us-east-1, a list for each of `parts`. */
async function dueAtNoon({ sweepings }: SweptStore, parts: number): Promise<string[][]> {
  return Promise.all(
    Array.from({ length: parts }, async (_, part) => {
      const ids: string[] = []
      for await (const page of sweepings.find(part, parts, noon)) ids.push(...page)
      return ids
    }),
  )
}

const ofSweeping: Contract = {
  async 'a sweep finds links of every state from the first second in which they are due, and no others'(store) {
    const [justDue, notYet] = [{ purgeAt: noon }, { purgeAt: secondsFromNoon(1) }]
    const due = [
      ...(await issuedBothWays(store, justDue)),
      ...(await issuedBothWays(store, { purgeAt: secondsFromNoon(-86_400) })),
    ]
    const kept = await issuedBothWays(store, notYet)
    const found = (await dueAtNoon(store, 4)).flat()
    for (const [{ id }] of due) assert.equal(found.filter(each => each === id).length, 1, 'each is found in one part')
    for (const [{ id }] of kept) assert(!found.includes(id))
  },
  async 'a sweep finds all due links, on many pages'(store) {
    // A page has 1 MB at most, so these are three.
    const large = { purgeAt: noon, filename: 'x'.repeat(300_000) }
    const due = await Promise.all(Array.from({ length: 8 }, () => issued(store, large)))
    const found = new Set((await dueAtNoon(store, 1)).flat())
    for (const { id } of due) assert(found.has(id))
  },
  async 'a due link is purged, and to purge it again is not an error'(store) {
    const link = await issued(store, { purgeAt: noon })
    await store.sweepings.purge(link.id, noon)
    assert.equal(await find(store, link), undefined)
    await assert.doesNotReject(store.sweepings.purge(link.id, noon))
  },
  async 'a link that is not due is not purged, even if the sweeper tries'(store) {
    const link = await issued(store, { purgeAt: secondsFromNoon(1) })
    await assert.doesNotReject(store.sweepings.purge(link.id, noon))
    assert.deepEqual(await find(store, link), link)
  },
}

/**
 * What edge and api rely on in every store of links. Each case is a sentence and a check that throws. Every store runs
 * all of them; every broken store must fail at least one.
 */
export const contract: Contract = {
  ...ofEveryLink,
  ...ofPlainLinks,
  ...ofLinksWithReceipt,
  ...ofInspection,
  ...ofSweeping,
  ...ofScopes,
  ...ofTries,
}
