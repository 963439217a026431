import { expect } from 'vitest'
import type { ExchangePorts } from '../../../api/exchange/ports.ts'
import { type Link, linkIdOf } from '../../../shared/link.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { NonceFlags } from '../../../shared/nonce.ts'
import { resourcePath } from '../../../shared/object-key.ts'
import type { LinkTable } from '../../../shared/redemption/link-table.ts'
import type { ApiAnswer } from '../../support/api/api.ts'
import { testEdge } from '../../support/edge/edge.ts'
import {
  type CreateExchange,
  type ExchangeParts,
  type Exchanging,
  type TestExchange,
  testExchange,
  testPresigner,
} from '../../support/api/exchange.ts'
import { asRole, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { futureNonce, makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

/** An issued link with an exchange of its own. */
interface Issued extends TestExchange {
  readonly nonce: string
  readonly link: Link
  /** Exchanges the link; returns the URL, or the reason of the refusal. */
  get(exchanging?: Exchanging): Promise<string>
  stored(): Promise<Link | undefined>
}

/** Returns the URL in a response, or the reason of its refusal. */
export function resultOf({ status, body }: ApiAnswer): string {
  return status === 200 ? String(body.url) : String(body.reason)
}

/** Issues a link in the store of an exchange. */
export async function issued(
  fields: Partial<Link>,
  parts: ExchangeParts,
  flags: Partial<NonceFlags> = {},
): Promise<Issued> {
  const { nonce, link } = makeLink(fields, flags)
  const exchange = testExchange(parts)
  await exchange.store.links.put(link, link.homeRegion)
  return {
    ...exchange,
    nonce,
    link,
    get: async exchanging => resultOf(await exchange.exchange(nonce, exchanging)),
    stored: () => exchange.store.links.find(link.id, link.homeRegion),
  }
}

/** Makes headers with an Idempotency-Key. */
export function withKey(key: string): Exchanging & { headers: Record<string, string> } {
  return { headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key } }
}

const isUrl = /^https:\/\/content\.s3\.us-east-1\.amazonaws\.com\/report\.pdf\?X-Amz-Algorithm=/
const live = { state: 'live' } as const
const parametersOf = (url: string) => Object.fromEntries(new URL(url).searchParams)

/** Makes a presigner whose `ready` rejects while `isDown()` is true. */
function failing(isDown: () => boolean): ExchangePorts['presigner'] {
  const presigner = testPresigner()
  return { ...presigner, ready: async () => (isDown() ? Promise.reject(new Error('down')) : presigner.ready()) }
}

/** Makes a table that takes `ms` of the clock to respond. */
function slow(ms: number, { store, clock }: TestExchange): LinkTable {
  return { ...store.table, tryConsume: (...args) => (clock.advance(ms), store.table.tryConsume(...args)) }
}

/** Makes a table whose first `lost` responses are lost after the write. */
function losing(lost: number, { table }: TestExchange['store']): LinkTable {
  let left = lost
  return {
    ...table,
    async tryConsume(...args) {
      const result = await table.tryConsume(...args)
      return (left -= 1) >= 0 ? { kind: 'unknown-effect' } : result
    },
  }
}

/** What an exchange promises: checked for the shipped one, and for copies that lack a guard. */
export const promises: Readonly<Record<string, (create: CreateExchange) => Promise<void>>> = {
  async 'a nonce gets a URL once, and 403 from then on'(create) {
    const { exchange, nonce, get, stored } = await issued({}, { create })
    const { status, body } = await exchange(nonce)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['url', 'expiresAt'])
    expect(body.url).toMatch(isUrl)
    expect(body['expiresAt']).toBe('2026-11-24T12:00:30Z')
    expect(await stored()).toBeUndefined()
    expect((await exchange(nonce)).status).toBe(403)
    expect(await get(withKey('any'))).toBe('spent')
  },

  async 'the URL lives as long as the link allows, from the second of the write'(create) {
    const { get, clock } = await issued({ urlSeconds: 5 }, { create })
    clock.advance(61_999)
    expect(parametersOf(await get())).toMatchObject({ 'X-Amz-Date': '20261124T120101Z', 'X-Amz-Expires': '5' })
  },

  async 'the file has the name that the issuer gave, as from CloudFront'(create) {
    const filename = 'Résumé "1".pdf'
    const { get, link } = await issued({ filename }, { create })
    const [, query] = resourcePath({ key: link.key, filename }).split('?')
    const disposition = new URLSearchParams(query).get('response-content-disposition')
    expect(parametersOf(await get())['response-content-disposition']).toBe(disposition)
  },

  async 'the URL names the version that the link is for; without one it names none'(create) {
    const versionId = '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as NonNullable<Link['versionId']>
    const { get } = await issued({ versionId, ...live }, { create })
    const url = await get(withKey('k'))
    expect(parametersOf(url)).toMatchObject({ versionId })
    expect(await get(withKey('k'))).toBe(url)
    expect(parametersOf(await (await issued({}, { create })).get())).not.toHaveProperty('versionId')
  },

  async 'a link that requires a confirmation is exchanged: a signed request is no accident'(create) {
    const { get } = await issued({ confirm: 'required', ...live }, { create }, { confirm: true })
    expect(await get()).toMatch(isUrl)
    expect(await get()).toBe('spent')
  },

  async 'a malformed, forged, expired or unsupported nonce takes no call to the store and uses no link'(create) {
    const { exchange, calls, link } = await issued({}, { create })
    const nonces: [string, string][] = [
      ['malformed', 'x'],
      ['malformed', `${makeLink().nonce}A`],
      ['forged', Buffer.alloc(32, 0x10).toString('base64url')],
      ['expired', makeLink({ expiresAt: secondsFromNoon(0) }).nonce],
      ['unsupported', makeLink({}, { media: true }).nonce],
      ['unsupported', futureNonce({ flags: 0x40 })],
    ]
    for (const [reason, nonce] of nonces) expect(resultOf(await exchange(nonce))).toBe(reason)
    expect(calls()).toBe(0)
    expect(link.state).toBeUndefined()
  },

  async 'a link that is revoked, not yet valid or for another network is refused with that reason and not used'(
    create,
  ) {
    const later = await issued({ notBefore: secondsFromNoon(60) }, { create })
    const elsewhere = await issued({ network: parseNetwork('198.51.100.0/24')! }, { create })
    const revoked = await issued({}, { create })
    await revoked.store.links.revoke(revoked.link, 'us-east-1')
    expect(await later.get()).toBe('not-yet-valid')
    expect(await elsewhere.get()).toBe('wrong-network')
    expect(await revoked.get()).toBe('revoked')
    later.clock.advance(60_000)
    expect(await later.get()).toMatch(isUrl)
    expect(await elsewhere.get({ address: '198.51.100.7' })).toMatch(isUrl)
  },

  async 'without credentials no link is used'(create) {
    let isDown = true
    const ports = { presigner: failing(() => isDown) }
    for (const fields of [{}, live]) {
      isDown = true
      const { get, calls, stored, link } = await issued(fields, { create, ports })
      expect(await get(withKey('k'))).toBe('failed')
      expect(calls()).toBe(0)
      expect(await stored()).toEqual(link)
      isDown = false
      expect(await get()).toMatch(isUrl)
    }
  },

  async 'without keys no link is used'(create) {
    const keyring = { current: () => Promise.reject(new Error('no secret')) }
    const { get, calls } = await issued({}, { create, ports: { keyring } })
    expect(await get()).toBe('failed')
    expect(calls()).toBe(0)
  },

  async 'without an address, a link bound to a network is refused, and any other is exchanged'(create) {
    for (const address of ['test-invoke-source-ip', '203.0.113', '']) {
      const bound = await issued({ network: parseNetwork('198.51.100.0/24')! }, { create })
      expect(await bound.get({ address })).toBe('address-unsupported')
      expect(bound.calls()).toBe(0)
      expect(await (await issued({}, { create })).get({ address })).toMatch(isUrl)
      expect(await (await issued(live, { create })).get({ address })).toMatch(isUrl)
    }
  },

  async 'with a receipt, a repeat by the same caller gets the same URL, and no other caller gets one'(create) {
    const { get, clock } = await issued(live, { create })
    const first = await get(withKey('order 17'))
    clock.advance(29_999)
    expect(first).toMatch(isUrl)
    expect(await get(withKey('order 17'))).toBe(first)
    expect(await get(withKey('order 18'))).toBe('spent')
    expect(await get({ ...withKey('order 17'), user: 'AROAOTHER:session' })).toBe('spent')
    expect(await get()).toBe('spent')
    expect(await get({ ...withKey('order 17'), user: 'AROAEXAMPLE:other session' })).toBe(first)
    clock.advance(1)
    expect(await get(withKey('order 17'))).toBe('spent')
  },

  async 'with a receipt, the refused use of a used link is counted, except that of its own caller'(create) {
    const { get, clock, stored } = await issued(live, { create })
    await get(withKey('order 17'))
    for (const fields of [{}, withKey('order 18')]) expect(await get(fields)).toBe('spent')
    clock.advance(30_000)
    expect(await get(withKey('order 17'))).toBe('spent')
    expect((await stored())?.unredeemed?.refusedAfterUse).toBe(2)
  },

  async 'with a receipt, a repeat after the revocation is refused, also at an edge'(create) {
    const { get, store, link, nonce } = await issued(live, { create })
    expect(await get(withKey('order 17'))).toMatch(isUrl)
    await store.links.revoke(link, link.homeRegion)
    expect(await get(withKey('order 17'))).toBe('revoked')
    expect(await get(withKey('order 18'))).toBe('revoked')
    const { status } = await testEdge({ table: store.table }).open(viewerRequest({ uri: `/d/${nonce}` }))
    expect(status).toBe('403')
  },

  async 'without an Idempotency-Key, a repeat is refused'(create) {
    const { get } = await issued(live, { create })
    expect(await get()).toMatch(isUrl)
    expect(await get()).toBe('spent')
  },

  async 'the receipt shows when and from where the link was used'(create) {
    const { get, stored } = await issued(live, { create, region: 'eu-west-1' })
    await get()
    expect(await stored()).toMatchObject({
      state: 'used',
      receipt: {
        edgeRegion: 'eu-west-1',
        viewer: '203.0.113.0/24',
        userAgent: 'program',
        redeemedAt: secondsFromNoon(0),
        urlExpiresAt: secondsFromNoon(30),
      },
    })
  },

  async 'a repeat in another Region gets the same URL; for another bucket it is refused'(create) {
    const here = await issued(live, { create })
    const { store, clock } = here
    const there = testExchange({ create, store, clock, region: 'eu-west-1' })
    const elsewhere = testExchange({ create, store, clock, ports: { presigner: testPresigner('other') } })
    const first = await here.get(withKey('k'))
    clock.advance(1000)
    expect(resultOf(await there.exchange(here.nonce, withKey('k')))).toBe(first)
    expect(resultOf(await elsewhere.exchange(here.nonce, withKey('k')))).toBe('spent')
  },

  async 'with the same key, an exchanged link does not open at an edge, and an opened link is not exchanged'(create) {
    for (const fields of [{}, live]) {
      for (const isFirst of [true, false]) {
        const { get, nonce, store, clock } = await issued(fields, { create })
        const edge = testEdge({ table: store.table, clock })
        // A caller and a viewer with the same Idempotency-Key.
        const headers = { 'Idempotency-Key': 'k' }
        const open = async () => (await edge.open(viewerRequest({ uri: `/d/${nonce}`, headers }))).status
        if (isFirst) {
          expect(await get(withKey('k'))).toMatch(isUrl)
          expect(await open()).toBe('403')
        } else {
          expect(await open()).toBe('302')
          expect(await get(withKey('k'))).toBe('spent')
        }
      }
    }
  },

  async 'a repeat from another address is refused if the link binds its capability to the first'(create) {
    for (const [bind, address, isSame] of [
      ['exact', '203.0.113.8', false],
      ['prefix', '203.0.113.8', true],
      ['prefix', '203.0.112.7', false],
      ['none', '198.51.100.7', true],
    ] as const) {
      const { get } = await issued({ ...live, bind }, { create })
      const first = await get(withKey('k'))
      expect(await get({ ...withKey('k'), address })).toBe(isSame ? first : 'spent')
    }
  },

  async 'if the link or the first URL has expired when the store responds, no URL is returned'(create) {
    const plain = await issued({}, { create })
    const { store, clock } = plain
    const late = testExchange({ create, store, clock, ports: { table: slow(1000, plain) } })
    const nearlyOver = makeLink({ expiresAt: secondsFromNoon(1) })
    await store.links.put(nearlyOver.link, 'us-east-1')
    expect(resultOf(await late.exchange(nearlyOver.nonce))).toBe('expired')
    const repeated = makeLink({ ...live, urlSeconds: 5, expiresAt: secondsFromNoon(600) })
    await store.links.put(repeated.link, 'us-east-1')
    const first = testExchange({ create, store, clock })
    expect(resultOf(await first.exchange(repeated.nonce, withKey('k')))).toMatch(isUrl)
    clock.advance(4000)
    expect(resultOf(await late.exchange(repeated.nonce, withKey('k')))).toBe('spent')
  },

  async 'if the response for a link without a receipt is lost, the caller gets outcome-unknown, never 200'(create) {
    const exchange = testExchange({ create })
    const { nonce, link } = makeLink()
    await exchange.store.links.put(link, 'us-east-1')
    const lossy = testExchange({ ...exchange, create, ports: { table: losing(1, exchange.store) } })
    const response = await lossy.exchange(nonce)
    expect(response).toMatchObject({
      status: 503,
      body: { reason: 'outcome-unknown' },
      headers: { 'retry-after': '5' },
    })
    expect(resultOf(await lossy.exchange(nonce))).toBe('spent')
  },

  async 'with a receipt, lost responses cost nothing'(create) {
    const exchange = testExchange({ create })
    const { nonce, link } = makeLink(live)
    await exchange.store.links.put(link, 'us-east-1')
    const lossy = testExchange({ ...exchange, create, ports: { table: losing(2, exchange.store) } })
    expect(resultOf(await lossy.exchange(nonce))).toMatch(isUrl)
  },

  async 'every request gets a response within 4 seconds, whatever the store does'(create) {
    const ports = { table: { ...testExchange().store.table, tryConsume: async () => ({ kind: 'no-effect' as const }) } }
    const { get, clock } = await issued({}, { create, ports })
    const startedAt = clock.now()
    expect(await get()).toBe('unavailable')
    expect(clock.now() - startedAt).toBeLessThanOrEqual(4000)
  },

  async 'in mode home, a link is consumed in its home Region only'(create) {
    const { get, store, link } = await issued({ homeRegion: 'eu-west-1' }, { create })
    await store.replicate(link, 'us-east-1')
    expect(await get()).toMatch(isUrl)
    expect(await store.links.find(link.id, 'us-east-1')).toEqual(link)
  },

  async 'in a private network, a link of another Region is refused as unsupported and not used'(create) {
    const { get, calls } = await issued({ homeRegion: 'eu-west-1' }, { create, deployment: { network: 'private' } })
    expect(await get()).toBe('unsupported')
    expect(calls()).toBe(0)
  },

  async 'to an issuer, a link of another one that is refused before the write differs in no byte from a forged one'(
    create,
  ) {
    const issuers = issuersOf({ id: 'own', principal: roleArn('own'), prefixes: ['own/'], verbs: ['exchange'] })
    const future = futureNonce({ flags: 0x40 })
    const passphraseHash = 'hash'
    const network = parseNetwork('198.51.100.0/24')!
    const links: [reason: string, Partial<Link>, Exchanging?, Partial<ExchangeParts['deployment']>?][] = [
      ['unsupported', { media: 'object' }],
      ['unsupported', { bind: 'client' }],
      ['unsupported', { id: linkIdOf(future) }],
      ['unsupported', { homeRegion: 'eu-west-1' }, {}, { network: 'private' }],
      ['expired', { expiresAt: secondsFromNoon(0) }],
      ['address-unsupported', { network }, { address: '' }],
      ['passphrase-required', { passphraseHash, maxTries: 5, tries: 0 }],
      ['passphrase-invalid', { passphraseHash, maxTries: 5, tries: 0 }, { body: { passphrase: 'short' } }],
    ]
    const forged = Buffer.alloc(32, 0x10).toString('base64url')
    for (const [reason, fields, exchanging, more] of links) {
      for (const whose of ['own/1 own', 'own/1 other', 'other/1 own']) {
        const [key, issuer = ''] = whose.split(' ')
        const parts = { create, deployment: { issuers, ...more } }
        const { exchange, nonce, link, stored, store } = await issued(
          { ...fields, key: key as Link['key'], issuer },
          parts,
        )
        await store.replicate(link, 'us-east-1')
        const ask = (text: string) =>
          exchange(text, { ...asRole('own'), ...exchanging, body: { nonce: text, ...(exchanging?.body as object) } })
        const answer = await ask(fields.id ? future : nonce)
        if (whose === 'own/1 own') expect(answer.body.reason).toBe(reason)
        else expect(answer).toEqual(await ask(forged))
        expect(await ask(forged)).toMatchObject({ status: 404, body: { reason: 'no-such-link' } })
        expect(await stored()).toEqual(link)
      }
    }
  },

  async 'an invalid Idempotency-Key is refused, and the link is not used'(create) {
    const { exchange, nonce, calls } = await issued(live, { create })
    for (const key of ['', 'ä', 'x'.repeat(256)]) {
      const response = await exchange(nonce, withKey(key))
      expect(response).toMatchObject({ status: 400, body: { reason: 'idempotency-key-invalid' } })
    }
    const twice = { 'Idempotency-Key': 'a', 'idempotency-key': 'b' }
    expect(resultOf(await exchange(nonce, { headers: twice }))).toBe('idempotency-key-invalid')
    expect(calls()).toBe(0)
  },

  async 'uniform refusals are the same for every nonce, and the log still has the reason'(create) {
    const deployment = { uniformRefusals: true }
    const { exchange, nonce, lines } = await issued({}, { create, deployment })
    await exchange(nonce)
    const dead = makeLink({ expiresAt: secondsFromNoon(0) }).nonce
    const forged = Buffer.alloc(32, 0x10).toString('base64url')
    const responses = await Promise.all([nonce, dead, forged, 'x'].map(each => exchange(each)))
    expect(new Set(responses.map(response => JSON.stringify(response))).size).toBe(1)
    expect(responses[0]).toMatchObject({ status: 403, body: { reason: 'not-redeemable' } })
    expect(new Set(lines.map(({ reason }) => reason))).toEqual(
      new Set([undefined, 'expired', 'forged', 'malformed', 'spent']),
    )
  },
}
