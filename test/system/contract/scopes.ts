import assert from 'node:assert/strict'
import { bindsWithoutClient, type Link, type ReceiptDraft } from '../../../shared/link.ts'
import { type LinkScope, scopeCondition } from '../../../api/link-scope.ts'
import { parseAddress } from '../../../shared/address.ts'
import type { ObjectKey } from '../../../shared/object-key.ts'
import type { ConsumeAttemptResult, Redemption } from '../../../shared/redemption/link-table.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import type { SweptStore } from '../../support/table/memory-store.ts'
import type { Contract } from './cases.ts'

/** A key that has every character of a pattern, and of DynamoDB's language, in it. */
const reportKey = 'reports/ü/#a:b_(c) OR %.pdf' as ObjectKey

/** Scopes that have a link of issuer `reports` and caller `caller` under `reportKey`. */
const own: readonly LinkScope[] = [
  { issuer: 'reports', prefixes: [''] },
  { issuer: 'reports', prefixes: ['reports/'] },
  { issuer: 'reports', prefixes: ['audits/', 'reports/ü/'] },
  { issuer: 'reports', callers: ['after', 'caller'], prefixes: ['reports/'] },
  { prefixes: ['reports/'] },
  { prefixes: [''] },
]

/** Scopes that don't. */
const foreign: readonly LinkScope[] = [
  { issuer: 'report', prefixes: [''] },
  { issuer: 'reports2', prefixes: ['reports/'] },
  { issuer: 'reports', prefixes: ['audits/'] },
  { issuer: 'reports', callers: ['after', 'Caller', 'call'], prefixes: [''] },
  { issuer: 'reports', prefixes: ['Reports/', 'reports/u/', 'ports/'] },
  { issuer: 'reports', prefixes: ['reports/%/', 'report_/', '*/'] },
  { prefixes: ['audits/'] },
]

function redeem(
  { table }: SweptStore,
  link: Link,
  { scope, receipt }: { readonly scope: LinkScope; readonly receipt: ReceiptDraft | undefined },
): Promise<ConsumeAttemptResult> {
  const { id, homeRegion } = link
  const viewer = parseAddress('203.0.113.7')
  const limits = { scope: scopeCondition(scope), ...(receipt && { receipt }) }
  const redemption: Redemption = { id, homeRegion, bound: false, viewer, binds: bindsWithoutClient, ...limits }
  return table.tryConsume(redemption, { region: homeRegion, now: secondsFromNoon(0), timeoutMs: 5000 })
}

/** Puts a link of issuer `reports` and caller `caller`, with a receipt or without; returns it with what redeems it. */
async function issued(store: SweptStore, fields: Partial<Link> = {}) {
  const links: [Link, ReceiptDraft | undefined][] = [
    [makeLink({ key: reportKey, issuer: 'reports', caller: 'caller', ...fields }).link, undefined],
    [makeLink({ key: reportKey, issuer: 'reports', caller: 'caller', state: 'live', ...fields }).link, makeDraft()],
  ]
  for (const [link] of links) assert.equal(await store.links.put(link, link.homeRegion), 'put')
  return links
}

const find = ({ links }: SweptStore, { id, homeRegion }: Link) => links.find(id, homeRegion)

/** What a store promises of callers that may use some links only. */
export const ofScopes: Contract = {
  async 'a link keeps its issuer'(store) {
    for (const [link] of await issued(store)) assert.deepEqual(await find(store, link), link)
  },
  async 'a caller uses and revokes links in its scope'(store) {
    for (const scope of own) {
      for (const [link, receipt] of await issued(store)) {
        assert.equal((await redeem(store, link, { scope, receipt })).kind, 'consumed', JSON.stringify(scope))
      }
      for (const [link] of await issued(store)) {
        assert.deepEqual(await store.links.revoke(link, link.homeRegion, scope), { ...link, state: 'revoked' })
      }
    }
  },
  async 'a caller neither uses nor revokes any other, and changes nothing of it'(store) {
    for (const scope of foreign) {
      for (const [link, receipt] of await issued(store)) {
        const found = { kind: 'condition-failed', found: link }
        assert.deepEqual(await redeem(store, link, { scope, receipt }), found, JSON.stringify(scope))
        assert.equal(await store.links.revoke(link, link.homeRegion, scope), undefined)
        assert.deepEqual(await find(store, link), link)
      }
    }
  },
  async 'a link without an issuer is in no scope of one issuer'(store) {
    for (const { issuer, ...others } of [...own, ...foreign].filter(scope => scope.issuer !== undefined)) {
      const { link } = makeLink({ key: reportKey })
      await store.links.put(link, link.homeRegion)
      const scope = { ...others, issuer: issuer! }
      assert.equal((await redeem(store, link, { scope, receipt: undefined })).kind, 'condition-failed')
      assert.equal(await store.links.revoke(link, link.homeRegion, scope), undefined)
      assert.deepEqual(await find(store, link), link)
    }
  },
  async 'a link that does not exist is in no scope, and no attempt creates it'(store) {
    for (const scope of [...own, ...foreign]) {
      const { link } = makeLink({ key: reportKey, issuer: 'reports' })
      for (const receipt of [undefined, makeDraft()]) {
        const none = { kind: 'condition-failed', found: undefined }
        assert.deepEqual(await redeem(store, link, { scope, receipt }), none)
      }
      assert.equal(await store.links.revoke(link, link.homeRegion, scope), undefined)
      assert.equal(await find(store, link), undefined)
    }
  },
  async 'with a receipt, a repeat is in the same scope as the first use'(store) {
    const [, [link, receipt] = assert.fail()] = await issued(store)
    const [scope] = own
    assert.equal((await redeem(store, link, { scope: scope!, receipt })).kind, 'consumed')
    const used = await find(store, link)
    for (const other of foreign) {
      assert.deepEqual(await redeem(store, link, { scope: other, receipt }), { kind: 'condition-failed', found: used })
    }
    assert.equal((await redeem(store, link, { scope: scope!, receipt })).kind, 'consumed')
  },
  async 'the most prefixes that an issuer may have fit into one write'(store) {
    const callers = [...Array.from({ length: 15 }, (_, slot) => String(slot).padStart(22, 'x')), 'caller']
    const many = Array.from({ length: 19 }, (_, index) => `${'x'.repeat(60)}${index}/`)
    for (const [link, receipt] of await issued(store)) {
      const scope = { issuer: 'reports', callers, prefixes: [...many, 'reports/'] }
      assert.equal((await redeem(store, link, { scope, receipt })).kind, 'consumed')
    }
    for (const [link] of await issued(store)) {
      const scope = { issuer: 'reports', callers, prefixes: [...many, 'reports/'] }
      assert.notEqual(await store.links.revoke(link, link.homeRegion, scope), undefined)
    }
  },
}
