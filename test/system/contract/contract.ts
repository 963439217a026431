import assert from 'node:assert/strict'
import { type Link, maxUnredeemedCount, type ReceiptDraft } from '../../../shared/link.ts'
import { parseIpv4, parseNetwork } from '../../../shared/network.ts'
import type { ConsumeAttemptResult, Redemption, UnredeemedKind } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { type EpochSeconds, plusSeconds } from '../../../shared/time.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/links.ts'
import type { Store, SweptStore } from '../../support/memory-store.ts'

const timeoutMs = 5000
const noon = secondsFromNoon(0)

/** Who asks, where and when. */
interface Asking {
  readonly bound?: boolean
  readonly homeRegion?: Region
  readonly receipt?: ReceiptDraft
  readonly now?: EpochSeconds
}

/** Asks for a link as a viewer at 203.0.113.7 would at noon, unless told otherwise. */
function take({ table }: Store, link: Link, asking: Asking = {}): Promise<ConsumeAttemptResult> {
  const viewer = parseIpv4('203.0.113.7')
  assert(viewer !== undefined)
  const { bound = link.network !== undefined, homeRegion = link.homeRegion, receipt, now = noon } = asking
  const redemption: Redemption = { id: link.id, homeRegion, bound, viewer, ...(receipt && { receipt }) }
  return table.tryConsume(redemption, { region: homeRegion, now, timeoutMs })
}

/** A link that was put into `store`. */
async function issued(store: Store, fields: Partial<Link> = {}): Promise<Link> {
  const { link } = makeLink(fields)
  assert.equal(await store.links.put(link, link.homeRegion), 'put')
  return link
}

/** A link that is deleted when it is taken, and one that keeps a receipt; each with how to ask for it. */
async function issuedBothWays(store: Store, fields: Partial<Link> = {}): Promise<[Link, Asking][]> {
  return [
    [await issued(store, fields), {}],
    [await issued(store, { ...fields, state: 'live' }), { receipt: makeDraft() }],
  ]
}

const find = ({ links }: Store, { id, homeRegion }: Link) => links.find(id, homeRegion)

/** The link is refused, the store says what it found, and it is still there, unchanged. */
async function staysUntaken(store: Store, link: Link, asking: Asking): Promise<void> {
  assert.deepEqual(await take(store, link, asking), { kind: 'condition-failed', found: link })
  assert.deepEqual(await find(store, link), link)
}

/** The link is taken. */
async function isTaken(store: Store, link: Link, asking: Asking): Promise<void> {
  assert.equal((await take(store, link, asking)).kind, 'consumed', link.network)
}

const network = (text: string) => {
  const parsed = parseNetwork(text)
  assert(parsed !== undefined)
  return parsed
}

const fifty = <T>(ask: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 50 }, ask))

type Contract = Readonly<Record<string, (store: SweptStore) => Promise<void>>>

const ofEveryLink: Contract = {
  async 'a link that was never issued is not taken, and nothing comes of asking'(store) {
    for (const asking of [{}, { receipt: makeDraft() }]) {
      const { link } = makeLink()
      assert.deepEqual(await take(store, link, asking), { kind: 'condition-failed', found: undefined })
      assert.equal(await find(store, link), undefined)
    }
  },
  async 'a link is dead in the second it expires, though the item is still there'(store) {
    for (const [link, asking] of await issuedBothWays(store, { expiresAt: noon }))
      await staysUntaken(store, link, asking)
    for (const [link, asking] of await issuedBothWays(store, { expiresAt: secondsFromNoon(1) }))
      await isTaken(store, link, asking)
  },
  async 'a link is not taken before its start, and is in its first second'(store) {
    for (const [link, asking] of await issuedBothWays(store, { notBefore: secondsFromNoon(1) }))
      await staysUntaken(store, link, asking)
    for (const [link, asking] of await issuedBothWays(store, { notBefore: noon })) await isTaken(store, link, asking)
  },
  async 'a bound link is taken from its network alone'(store) {
    for (const [link, asking] of await issuedBothWays(store, { network: network('203.0.112.0/24') }))
      await staysUntaken(store, link, asking)
    for (const text of ['203.0.113.7/32', '203.0.113.0/24', '203.0.112.0/20', '203.0.0.0/8']) {
      for (const [link, asking] of await issuedBothWays(store, { network: network(text) }))
        await isTaken(store, link, asking)
    }
  },
  async 'nonce and item must agree on whether the link is bound'(store) {
    for (const [link, asking] of await issuedBothWays(store, { network: network('203.0.113.0/24') }))
      await staysUntaken(store, link, { ...asking, bound: false })
    for (const [link, asking] of await issuedBothWays(store))
      await staysUntaken(store, link, { ...asking, bound: true })
  },
  async 'nonce and item must agree on whether the link keeps a receipt'(store) {
    await staysUntaken(store, await issued(store), { receipt: makeDraft() })
    await staysUntaken(store, await issued(store, { state: 'live' }), {})
  },
  async 'a copy in another Region is not the link'(store) {
    for (const [link, asking] of await issuedBothWays(store, { homeRegion: 'eu-west-1' })) {
      await store.replicate(link, 'us-east-1')
      const elsewhere = await take(store, link, { ...asking, homeRegion: 'us-east-1' })
      assert.deepEqual(elsewhere, { kind: 'condition-failed', found: link })
      assert.equal(await store.links.revoke({ ...link, homeRegion: 'us-east-1' }, 'us-east-1'), 'gone')
      assert.deepEqual(await store.links.find(link.id, 'us-east-1'), link)
      await isTaken(store, link, asking)
    }
  },
  async 'a link is written once: a second write of the same id changes nothing'(store) {
    for (const [link] of await issuedBothWays(store)) {
      assert.equal(await store.links.put({ ...link, urlSeconds: 3600 }, link.homeRegion), 'unsure')
      assert.deepEqual(await find(store, link), link)
    }
  },
  async 'of a redemption and a revocation at once, one wins'(store) {
    for (let round = 0; round < 10; round += 1) {
      for (const [link, asking] of await issuedBothWays(store)) {
        const [taken, revoked] = await Promise.all([
          take(store, link, asking),
          store.links.revoke(link, link.homeRegion),
        ])
        assert.notEqual(taken.kind === 'consumed', revoked === 'revoked')
      }
    }
  },
  async 'a revoked link stays and says so; it may be revoked again, and is not taken'(store) {
    for (const [link, asking] of await issuedBothWays(store)) {
      assert.equal(await store.links.revoke(link, link.homeRegion), 'revoked')
      assert.deepEqual(await find(store, link), { ...link, state: 'revoked' })
      assert.equal(await store.links.revoke(link, link.homeRegion), 'revoked')
      await staysUntaken(store, { ...link, state: 'revoked' }, asking)
    }
  },
  async 'a revoked link is not brought back by a late write of the same link'(store) {
    for (const [link, asking] of await issuedBothWays(store)) {
      await store.links.revoke(link, link.homeRegion)
      assert.equal(await store.links.put(link, link.homeRegion), 'unsure')
      await staysUntaken(store, { ...link, state: 'revoked' }, asking)
    }
  },
  async 'the one read after a lost answer finds a revoked link: it was not taken'(store) {
    for (const [link] of await issuedBothWays(store)) {
      await store.links.revoke(link, link.homeRegion)
      assert.equal(await store.table.exists(link.id, { region: link.homeRegion, now: noon, timeoutMs }), true)
    }
  },
  async 'a link that was never issued is not revoked, and nothing comes of asking'(store) {
    for (const { link } of [makeLink(), makeLink({ state: 'live' })]) {
      assert.equal(await store.links.revoke(link, link.homeRegion), 'gone')
      assert.equal(await find(store, link), undefined)
    }
  },
}

const ofPlainLinks: Contract = {
  async 'a link is taken once, whole, and nothing of it stays'(store) {
    const link = await issued(store, {
      key: 'a b/ü+%😀.pdf' as Link['key'],
      network: network('203.0.113.0/24'),
      notBefore: secondsFromNoon(-5),
      filename: 'naïve "plan".pdf',
      reference: 'case 17',
      bind: 'prefix',
    })
    assert.deepEqual(await take(store, link), { kind: 'consumed', link })
    assert.equal(await find(store, link), undefined)
    assert.deepEqual(await take(store, link), { kind: 'condition-failed', found: undefined })
  },
  async 'of fifty at once, one wins'(store) {
    const link = await issued(store)
    const answers = await fifty(() => take(store, link))
    assert.equal(answers.filter(({ kind }) => kind === 'consumed').length, 1)
    assert.equal(answers.filter(({ kind }) => kind === 'condition-failed').length, 49)
  },
  async 'the one read after a lost answer tells whether the link is there'(store) {
    const link = await issued(store)
    const attempt = { region: link.homeRegion, now: noon, timeoutMs }
    assert.equal(await store.table.exists(link.id, attempt), true)
    await take(store, link)
    assert.equal(await store.table.exists(link.id, attempt), false)
  },
  async 'of a used link nothing is there to be revoked'(store) {
    const link = await issued(store)
    await take(store, link)
    assert.equal(await store.links.revoke(link, link.homeRegion), 'gone')
    assert.equal(await find(store, link), undefined)
  },
}

const ofLinksWithReceipt: Contract = {
  async 'a link with a receipt is taken once and stays, with who and when'(store) {
    const link = await issued(store, { state: 'live', urlSeconds: 60 })
    const receipt = makeDraft()
    const used: Link = {
      ...link,
      state: 'used',
      receipt: { ...receipt, redeemedAt: secondsFromNoon(7), urlExpiresAt: secondsFromNoon(67) },
    }
    assert.deepEqual(await take(store, link, { receipt, now: secondsFromNoon(7) }), { kind: 'consumed', link: used })
    assert.deepEqual(await find(store, link), used)
  },
  async 'whoever took it may ask again, later and from elsewhere, and gets the same receipt to the letter'(store) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    const first = await take(store, link, { receipt })
    const changed = { edgeRegion: 'us-east-2', viewer: '198.51.100.0/24', userAgent: 'Firefox' }
    const later = { ...makeDraft(changed), redemptionId: receipt.redemptionId }
    assert.deepEqual(await take(store, link, { receipt: later, now: secondsFromNoon(20) }), first)
    assert.deepEqual({ kind: 'consumed', link: await find(store, link) }, first)
  },
  async 'anybody else is shown that it is used, and changes nothing'(store) {
    const link = await issued(store, { state: 'live' })
    await take(store, link, { receipt: makeDraft() })
    const used = await find(store, link)
    assert.equal(used?.state, 'used')
    await staysUntaken(store, used, { receipt: makeDraft() })
    await staysUntaken(store, used, {})
  },
  async 'of fifty clients at once, one wins, and all others see its receipt'(store) {
    const link = await issued(store, { state: 'live' })
    const answers = await fifty(() => take(store, link, { receipt: makeDraft() }))
    const used = await find(store, link)
    assert.deepEqual(
      answers.filter(({ kind }) => kind === 'consumed'),
      [{ kind: 'consumed', link: used }],
    )
    const lost = answers.filter(({ kind }) => kind === 'condition-failed')
    assert.equal(lost.length, 49)
    for (const answer of lost) assert.deepEqual(answer, { kind: 'condition-failed', found: used })
  },
  async 'one client that asks fifty times at once gets one receipt'(store) {
    const link = await issued(store, { state: 'live' })
    const receipt = makeDraft()
    let seconds = 0
    const answers = await fifty(() => take(store, link, { receipt, now: secondsFromNoon((seconds += 1)) }))
    const used = await find(store, link)
    assert.equal(used?.receipt?.urlExpiresAt, plusSeconds(used?.receipt?.redeemedAt ?? noon, link.urlSeconds))
    for (const answer of answers) assert.deepEqual(answer, { kind: 'consumed', link: used })
  },
  async 'whoever took it gets nothing more once the link has expired'(store) {
    const link = await issued(store, { state: 'live', expiresAt: secondsFromNoon(10) })
    const receipt = makeDraft()
    await isTaken(store, link, { receipt, now: secondsFromNoon(9) })
    const again = await take(store, link, { receipt, now: secondsFromNoon(10) })
    assert.deepEqual(again, { kind: 'condition-failed', found: await find(store, link) })
  },
  async 'a used link is not revoked, and keeps its receipt'(store) {
    const link = await issued(store, { state: 'live' })
    await take(store, link, { receipt: makeDraft() })
    const used = await find(store, link)
    assert.equal(await store.links.revoke(link, link.homeRegion), 'used')
    assert.deepEqual(await find(store, link), used)
  },
  async 'a used link is not brought back by a late write of the same link'(store) {
    const link = await issued(store, { state: 'live' })
    await take(store, link, { receipt: makeDraft() })
    const used = await find(store, link)
    assert.equal(await store.links.put(link, link.homeRegion), 'unsure')
    assert.deepEqual(await find(store, link), used)
  },
}

/** Looks at a link at noon, counting or not. */
function look({ table }: Store, { id, homeRegion }: Link, hold?: UnredeemedKind): Promise<Link | undefined> {
  return table.inspect(id, hold, { region: homeRegion, now: noon, timeoutMs })
}

const ofLooking: Contract = {
  async 'a link is shown as it stands to whoever looks, and stays'(store) {
    for (const [link, asking] of await issuedBothWays(store)) {
      assert.deepEqual(await look(store, link), link)
      await isTaken(store, link, asking)
      assert.deepEqual(await look(store, link), await find(store, link))
    }
    assert.equal(await look(store, makeLink().link), undefined)
  },
  async 'on a live link with a receipt every look that is to be counted is'(store) {
    const link = await issued(store, { state: 'live' })
    await fifty(() => look(store, link, 'automated'))
    await look(store, link, 'unconfirmed')
    const unredeemed = { unconfirmed: 1, automated: 50, probed: 1, lastAt: noon }
    assert.deepEqual(await look(store, link, 'probed'), { ...link, unredeemed })
    const receipt = makeDraft()
    const answer = await take(store, link, { receipt })
    assert.deepEqual(answer.kind === 'consumed' && answer.link.unredeemed, unredeemed)
  },
  async 'no hold is counted without end, and the others go on'(store) {
    const unredeemed = { unconfirmed: 0, automated: maxUnredeemedCount - 1, probed: 0, lastAt: noon }
    const link = await issued(store, { state: 'live', unredeemed })
    const full = { ...unredeemed, automated: maxUnredeemedCount }
    for (let times = 0; times < 3; times += 1) {
      assert.deepEqual(await look(store, link, 'automated'), { ...link, unredeemed: full })
    }
    assert.deepEqual(await look(store, link, 'probed'), { ...link, unredeemed: { ...full, probed: 1 } })
  },
  async 'a link that is used, revoked, gone or keeps no receipt is not counted, and shown if it is there'(store) {
    const [plain, used, revoked] = [
      await issued(store),
      await issued(store, { state: 'live' }),
      await issued(store, { state: 'live' }),
    ]
    await take(store, used, { receipt: makeDraft() })
    await store.links.revoke(revoked, revoked.homeRegion)
    for (const link of [plain, used, revoked, makeLink({ state: 'live' }).link]) {
      const before = await find(store, link)
      const seen = await look(store, link, 'unconfirmed')
      assert.deepEqual(await find(store, link), before)
      assert.deepEqual(seen, before)
    }
  },
}

/** Everything that is found due at noon in us-east-1, a list of ids for each of `parts`. */
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
  async 'a sweep finds what is due, in its first second, in every state, and nothing else'(store) {
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
  async 'a sweep finds all there is, over many pages'(store) {
    // A page is 1 MB at most, so these are three.
    const large = { purgeAt: noon, filename: 'x'.repeat(300_000) }
    const due = await Promise.all(Array.from({ length: 8 }, () => issued(store, large)))
    const found = new Set((await dueAtNoon(store, 1)).flat())
    for (const { id } of due) assert(found.has(id))
  },
  async 'what is due is purged, and what somebody else has purged is no error'(store) {
    const link = await issued(store, { purgeAt: noon })
    await store.sweepings.purge(link.id, noon)
    assert.equal(await find(store, link), undefined)
    await assert.doesNotReject(store.sweepings.purge(link.id, noon))
  },
  async 'what is to stay longer than the sweeper knew is not purged'(store) {
    const link = await issued(store, { purgeAt: secondsFromNoon(1) })
    await assert.doesNotReject(store.sweepings.purge(link.id, noon))
    assert.deepEqual(await find(store, link), link)
  },
}

/**
 * What edge and api rely on, whatever holds the links. Each case is a sentence and a check that throws.
 * Every store runs all of them; every broken store must fail at least one.
 */
export const contract: Contract = {
  ...ofEveryLink,
  ...ofPlainLinks,
  ...ofLinksWithReceipt,
  ...ofLooking,
  ...ofSweeping,
}
