import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import {
  capabilityEndFor,
  clientSecret,
  draftReceipt,
  isFirstAddress,
  type ReceiptContext,
  type ReceiptSubject,
} from '../../../shared/redemption/receipt.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'

const { nonce } = makeLink()
const context: ReceiptContext = { edgeRegion: 'eu-west-1', receiptAddress: 'prefix', mac: testKeys.mac }
const address = (text: string) => parseAddress(text)!
const subject: ReceiptSubject = {
  client: { kind: 'idempotency-key', id: 'order 17' },
  viewer: address('203.0.113.7'),
  userAgent: 'curl/8.5.0',
  origin: 'https://files.example.com',
}
const draft = draftReceipt(subject, nonce, context)
const nextDoor = { ...subject, viewer: address('203.0.113.8') }
const ofIpv6 = (viewer: string) => ({ ...subject, viewer: address(viewer) })
const farAway = { ...subject, viewer: address('198.51.100.7') }

describe('a receipt', () => {
  test('has the Region, and of the viewer only the network and the family of its program', () => {
    expect(draft).toEqual({
      redemptionId: expect.stringMatching(/^[\w-]{22}$/),
      edgeRegion: 'eu-west-1',
      viewer: '203.0.113.0/24',
      userAgent: 'curl',
      addressHash: expect.stringMatching(/^[\w-]{22}$/),
      prefixHash: expect.stringMatching(/^[\w-]{22}$/),
    })
  })

  test('has the same hashes in every version', () => {
    const fixed = 'EgABawV8fAAAAAAAAAAAAAAAAAAAAAACtDmtF7lx4D4Y' as typeof nonce
    // Receipts are compared across versions, so the derivation may not change.
    expect(draftReceipt(subject, fixed, context)).toMatchObject({
      redemptionId: 'kr-bP5-8n4Dzjf_fiixli1',
      addressHash: '4KDo-sD6Zbz3BUau4ts3hL',
      prefixHash: '8RPVBQqEgEMGuO2H-EpCCk',
    })
  })

  test.each<[string, Partial<ReceiptSubject>]>([
    ['another id', { client: { kind: 'idempotency-key', id: 'order 18' } }],
    ['the same id as a cookie', { client: { kind: 'cookie', id: 'order 17' } }],
    ['the same id, random', { client: { kind: 'fresh', id: 'order 17' } }],
    ['another host', { origin: 'https://other.example.com' }],
    ['another scheme', { origin: 'http://files.example.com' }],
  ])('with %s belongs to another redemption', (_, other) => {
    expect(draftReceipt({ ...subject, ...other }, nonce, context).redemptionId).not.toBe(draft.redemptionId)
  })

  test('of another link has only readable fields in common', () => {
    const other = draftReceipt(subject, makeLink().nonce, context)
    const hashes = ({ redemptionId, addressHash, prefixHash }: typeof draft) => [redemptionId, addressHash, prefixHash]
    expect(new Set([...hashes(draft), ...hashes(other)]).size).toBe(6)
  })

  test('has a redemption id that does not depend on the address, which neighbours share', () => {
    expect(draftReceipt(nextDoor, nonce, context).redemptionId).toBe(draft.redemptionId)
    expect(draftReceipt({ ...subject, userAgent: 'x' }, nonce, context).redemptionId).toBe(draft.redemptionId)
  })

  test('does not reveal the nonce, id, address, host or User-Agent', () => {
    for (const receiptAddress of ['prefix', 'hash'] as const) {
      const text = JSON.stringify(draftReceipt(subject, nonce, { ...context, receiptAddress }))
      for (const secret of [nonce, 'order', '203.0.113.7', 'files.example.com', '8.5.0', String(subject.viewer)])
        expect(text).not.toContain(secret)
    }
  })
})

describe('what a receipt keeps of the address', () => {
  const viewerOf = (subject: ReceiptSubject, more: Partial<ReceiptContext> = {}, ofNonce = nonce) =>
    draftReceipt(subject, ofNonce, { ...context, ...more }).viewer

  test('is the network around it, by default', () => {
    expect(viewerOf(nextDoor)).toBe('203.0.113.0/24')
    expect(viewerOf(farAway)).toBe('198.51.100.0/24')
  })

  test.each([
    ['2001:db8:a0b:12f0:1::9', '2001:db8:a0b::/48'],
    ['2001:db8:0:ffff::9', '2001:db8::/48'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ])('is the /48 of an IPv6 address: %s is kept as %s', (viewer, kept) => {
    expect(viewerOf({ ...subject, viewer: address(viewer) })).toBe(kept)
  })

  test('is unknown for what is no address', () => {
    expect(viewerOf({ ...subject, viewer: undefined })).toBe('unknown')
  })

  test('is the same hash for all addresses of one /64, which devices change', () => {
    const hashOf = (viewer: string) => viewerOf({ ...subject, viewer: address(viewer) }, { receiptAddress: 'hash' })
    expect(hashOf('2001:db8:1:2:aaaa::1')).toBe(hashOf('2001:db8:1:2:bbbb::2'))
    expect(hashOf('2001:db8:1:2::1')).not.toBe(hashOf('2001:db8:1:3::1'))
  })

  test('is a hash if configured: the same for one address on all links, another for each address', () => {
    const hash = { receiptAddress: 'hash' } as const
    expect(viewerOf(subject, hash)).toMatch(/^[\w-]{22}$/)
    expect(viewerOf(subject, hash, makeLink().nonce)).toBe(viewerOf(subject, hash))
    expect(viewerOf(nextDoor, hash)).not.toBe(viewerOf(subject, hash))
  })

  test('is a hash that only this deployment can compute, with the current key', () => {
    const other = { ...testKeys.mac, current: 1 }
    expect(viewerOf(subject, { receiptAddress: 'hash', mac: other })).not.toBe(
      viewerOf(subject, { receiptAddress: 'hash' }),
    )
    expect(() => viewerOf(subject, { receiptAddress: 'hash', mac: { ...other, current: 9 } })).toThrow(
      'no MAC key in slot 9',
    )
  })
})

describe('the end of a capability that was handed out earlier', () => {
  const receipt = { ...draft, redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) }
  const used = (bind: Link['bind']) => makeLink({ bind, state: 'used', receipt }).link
  const endFor = (bind: Link['bind'], subject: ReceiptSubject) =>
    capabilityEndFor(used(bind), draftReceipt(subject, nonce, context))

  test.each([
    ['exact', subject, 30],
    ['exact', nextDoor, undefined],
    ['exact', farAway, undefined],
    ['prefix', subject, 30],
    ['prefix', nextDoor, 30],
    ['prefix', farAway, undefined],
    ['none', subject, 30],
    ['none', farAway, 30],
    ['client', subject, 30],
    ['client', farAway, 30],
    ['client-only', farAway, 30],
    ['exact', ofIpv6('2001:db8:1:2::9'), undefined],
  ] as const)('bound %s, case %#', (bind, subject, seconds) => {
    expect(endFor(bind, subject)).toBe(seconds === undefined ? undefined : secondsFromNoon(seconds))
  })

  test.each(['exact', 'prefix', 'none'] as const)('is undefined without a receipt, bound %s', bind => {
    expect(capabilityEndFor(makeLink({ bind, state: 'live' }).link, draft)).toBeUndefined()
  })
})

describe('a repeat over IPv6', () => {
  const first = draftReceipt(ofIpv6('2001:db8:1:2:aaaa::1'), nonce, context)
  const receipt = { ...first, redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) }
  const draftOf = (viewer: string) => draftReceipt(ofIpv6(viewer), nonce, context)

  test.each([
    ['2001:db8:1:2:aaaa::1', true],
    ['2001:db8:1:2:bbbb::2', true],
    ['2001:db8:1:3::1', false],
    ['203.0.113.7', false],
  ])('from %s is at the first address: %s', (viewer, isFirst) => {
    const used = (bind: Link['bind']) => makeLink({ bind, state: 'used', receipt }).link
    expect(isFirstAddress(used('client'), draftOf(viewer))).toBe(isFirst)
    for (const bind of ['exact', 'prefix'] as const)
      expect(capabilityEndFor(used(bind), draftOf(viewer)) !== undefined).toBe(isFirst)
    expect(capabilityEndFor(used('client'), draftOf(viewer))).toBe(secondsFromNoon(30))
  })
})

describe('the secret of a client', () => {
  const client = { kind: 'cookie', id: 'AAAAAAAAAAAAAAAAAAAAAA' } as const
  const fixed = 'EgABawV8fAAAAAAAAAAAAAAAAAAAAAACtDmtF7lx4D4Y' as typeof nonce

  test('is the one that it brought', () => {
    const secret = 'Zq1wSx2eDc3rFv4tGb5yHn6uJm7iK8oL9pQ0aWsEdRf'
    expect(clientSecret({ kind: 'once-client', id: secret, secret }, nonce)).toBe(secret)
    expect(clientSecret({ kind: 'idempotency-key', id: 'order 17', secret }, nonce)).toBe(secret)
  })

  test('or else is made from its id and the nonce, the same each time and in every version', () => {
    expect(clientSecret(client, fixed)).toBe('c67c7MTy4FCIT-Kaw41QeE')
    expect(clientSecret(client, nonce)).toBe(clientSecret(client, nonce))
  })

  test('is another for another client, kind of client or link', () => {
    const secrets = [
      clientSecret(client, nonce),
      clientSecret({ ...client, id: 'BAAAAAAAAAAAAAAAAAAAAA' }, nonce),
      clientSecret({ ...client, kind: 'idempotency-key' }, nonce),
      clientSecret({ ...client, kind: 'fresh' }, nonce),
      clientSecret(client, makeLink().nonce),
    ]
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{22}$/)
    expect(new Set(secrets).size).toBe(5)
  })

  test('is not in the receipt, nor what the receipt names the client by', () => {
    const draft = draftReceipt({ ...subject, client }, fixed, context)
    expect(Object.values(draft)).not.toContain(clientSecret(client, fixed))
  })
})

test('two redemptions differ even if their parts are equal when joined', () => {
  const one = { ...subject, client: { kind: 'cookie', id: 'ab' }, origin: 'c' } as const
  const other = { ...subject, client: { kind: 'cookie', id: 'a' }, origin: 'bc' } as const
  const key = randomBytes(32).toString('base64url') as typeof nonce
  expect(draftReceipt(one, key, context).redemptionId).not.toBe(draftReceipt(other, key, context).redemptionId)
})
