import assert from 'node:assert/strict'
import type { TakeAnswer } from '../../edge/ports.ts'
import type { Link } from '../../shared/link.ts'
import { parseIpv4, parseNetwork } from '../../shared/network.ts'
import { makeLink, secondsFromNoon } from '../support/links.ts'
import type { Store } from '../support/memory-store.ts'

const timeoutMs = 5000

/** Asks for a link as a viewer at 203.0.113.7 would at noon, unless told otherwise. */
function take(
  store: Store,
  link: Link,
  more: { bound?: boolean; homeRegion?: Link['homeRegion'] } = {},
): Promise<TakeAnswer> {
  const viewer = parseIpv4('203.0.113.7')
  assert(viewer !== undefined)
  const { bound = link.network !== undefined, homeRegion = link.homeRegion } = more
  return store.table.take({ id: link.id, homeRegion, bound, viewer, now: secondsFromNoon(0) }, timeoutMs)
}

/** A link that was put into `store`. */
async function issued(store: Store, fields: Partial<Link> = {}): Promise<Link> {
  const { link } = makeLink(fields)
  assert.equal(await store.links.put(link), 'put')
  return link
}

/** The link is refused, the store says what it found, and it is still there afterwards. */
async function staysUntaken(store: Store, link: Link, more: Parameters<typeof take>[2] = {}): Promise<void> {
  assert.deepEqual(await take(store, link, more), { kind: 'not-taken', found: link })
  assert.deepEqual(await store.links.find(link.id, link.homeRegion), link)
}

const network = (text: string) => {
  const parsed = parseNetwork(text)
  assert(parsed !== undefined)
  return parsed
}

/**
 * What edge and api rely on, whatever holds the links. Each case is a sentence and a check that throws.
 * Every store runs all of them; every broken store must fail at least one.
 */
export const contract: Readonly<Record<string, (store: Store) => Promise<void>>> = {
  async 'a link is taken once, whole, and nothing of it stays'(store) {
    const link = await issued(store, {
      key: 'a b/ü+%😀.pdf' as Link['key'],
      network: network('203.0.113.0/24'),
      notBefore: secondsFromNoon(-5),
      filename: 'naïve "plan".pdf',
      reference: 'case 17',
      bind: 'prefix',
    })
    assert.deepEqual(await take(store, link), { kind: 'taken', link })
    assert.equal(await store.links.find(link.id, link.homeRegion), undefined)
    assert.deepEqual(await take(store, link), { kind: 'not-taken', found: undefined })
  },
  async 'of fifty at once, one wins'(store) {
    const link = await issued(store)
    const answers = await Promise.all(Array.from({ length: 50 }, () => take(store, link)))
    assert.equal(answers.filter(({ kind }) => kind === 'taken').length, 1)
    assert.equal(answers.filter(({ kind }) => kind === 'not-taken').length, 49)
  },
  async 'a link that was never issued is not taken'(store) {
    assert.deepEqual(await take(store, makeLink().link), { kind: 'not-taken', found: undefined })
  },
  async 'a link is dead in the second it expires, though the item is still there'(store) {
    await staysUntaken(store, await issued(store, { expiresAt: secondsFromNoon(0) }))
    const link = await issued(store, { expiresAt: secondsFromNoon(1) })
    assert.equal((await take(store, link)).kind, 'taken')
  },
  async 'a link is not taken before its start, and is in its first second'(store) {
    await staysUntaken(store, await issued(store, { notBefore: secondsFromNoon(1) }))
    const link = await issued(store, { notBefore: secondsFromNoon(0) })
    assert.equal((await take(store, link)).kind, 'taken')
  },
  async 'a bound link is taken from its network alone'(store) {
    await staysUntaken(store, await issued(store, { network: network('203.0.112.0/24') }))
    for (const text of ['203.0.113.7/32', '203.0.113.0/24', '203.0.112.0/20', '203.0.0.0/8']) {
      const link = await issued(store, { network: network(text) })
      assert.equal((await take(store, link)).kind, 'taken', text)
    }
  },
  async 'nonce and item must agree on whether the link is bound'(store) {
    await staysUntaken(store, await issued(store, { network: network('203.0.113.0/24') }), { bound: false })
    await staysUntaken(store, await issued(store), { bound: true })
  },
  async 'a copy in another Region is not the link'(store) {
    const link = await issued(store, { homeRegion: 'eu-west-1' })
    await store.replicate(link, 'us-east-1')
    assert.deepEqual(await take(store, link, { homeRegion: 'us-east-1' }), { kind: 'not-taken', found: link })
    assert.equal((await take(store, link)).kind, 'taken')
  },
  async 'the one read after a lost answer tells whether the link is there'(store) {
    const link = await issued(store)
    const redemption = {
      id: link.id,
      homeRegion: link.homeRegion,
      bound: false,
      viewer: parseIpv4('10.0.0.1')!,
      now: secondsFromNoon(0),
    }
    assert.equal(await store.table.holds(redemption, timeoutMs), true)
    await take(store, link)
    assert.equal(await store.table.holds(redemption, timeoutMs), false)
  },
  async 'a link is written once: a second write of the same id changes nothing'(store) {
    const link = await issued(store)
    assert.equal(await store.links.put({ ...link, urlSeconds: 3600 }), 'unsure')
    assert.deepEqual(await store.links.find(link.id, link.homeRegion), link)
  },
  async 'a revoked link is not taken, and is revoked once'(store) {
    const link = await issued(store)
    assert.equal(await store.links.revoke(link.id, link.homeRegion), 'revoked')
    assert.deepEqual(await take(store, link), { kind: 'not-taken', found: undefined })
    assert.equal(await store.links.revoke(link.id, link.homeRegion), 'gone')
  },
  async 'of a redemption and a revocation at once, one wins'(store) {
    for (let round = 0; round < 10; round += 1) {
      const link = await issued(store)
      const [taken, revoked] = await Promise.all([take(store, link), store.links.revoke(link.id, link.homeRegion)])
      assert.notEqual(taken.kind === 'taken', revoked === 'revoked')
    }
  },
}
