import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { parseIpv4 } from '../../../shared/network.ts'
import {
  capabilityEndFor,
  draftReceipt,
  type ReceiptContext,
  type ReceiptSubject,
} from '../../../shared/redemption/receipt.ts'
import { testKeys } from '../../support/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'

const { nonce } = makeLink()
const by: ReceiptContext = { edgeRegion: 'eu-west-1', receiptAddress: 'prefix', mac: testKeys.mac }
const address = (text: string) => parseIpv4(text)!
const visitor: ReceiptSubject = {
  client: { kind: 'idempotency-key', id: 'order 17' },
  viewer: address('203.0.113.7'),
  userAgent: 'curl/8.5.0',
  origin: 'https://files.example.com',
}
const draft = draftReceipt(visitor, nonce, by)
const nextDoor = { ...visitor, viewer: address('203.0.113.8') }
const farAway = { ...visitor, viewer: address('198.51.100.7') }

describe('a receipt', () => {
  test('says where, and of the viewer only the network and the family of its program', () => {
    expect(draft).toEqual({
      redemptionId: expect.stringMatching(/^[\w-]{22}$/),
      edgeRegion: 'eu-west-1',
      viewer: '203.0.113.0/24',
      userAgent: 'curl',
      addressHash: expect.stringMatching(/^[\w-]{22}$/),
      prefixHash: expect.stringMatching(/^[\w-]{22}$/),
    })
  })

  test('is the same for the same visitor', () => {
    expect(draftReceipt(visitor, nonce, by)).toEqual(draft)
  })

  test('holds the same hashes in every version', () => {
    const fixed = 'EgABawV8fAAAAAAAAAAAAAAAAAAAAAACtDmtF7lx4D4Y' as typeof nonce
    // Receipts are compared across versions, so the derivation may not change.
    expect(draftReceipt(visitor, fixed, by)).toMatchObject({
      redemptionId: 'kr-bP5-8n4Dzjf_fiixli1',
      addressHash: '4KDo-sD6Zbz3BUau4ts3hL',
      prefixHash: '8RPVBQqEgEMGuO2H-EpCCk',
    })
  })

  test.each<[string, Partial<ReceiptSubject>]>([
    ['another id', { client: { kind: 'idempotency-key', id: 'order 18' } }],
    ['the same id as a cookie', { client: { kind: 'cookie', id: 'order 17' } }],
    ['the same id, drawn', { client: { kind: 'fresh', id: 'order 17' } }],
    ['another host', { origin: 'https://other.example.com' }],
    ['another scheme', { origin: 'http://files.example.com' }],
  ])('with %s is of another redemption', (_, other) => {
    expect(draftReceipt({ ...visitor, ...other }, nonce, by).redemptionId).not.toBe(draft.redemptionId)
  })

  test('of another link has nothing in common but what all may read', () => {
    const other = draftReceipt(visitor, makeLink().nonce, by)
    const hashes = ({ redemptionId, addressHash, prefixHash }: typeof draft) => [redemptionId, addressHash, prefixHash]
    expect(new Set([...hashes(draft), ...hashes(other)]).size).toBe(6)
  })

  test('never tells its redemption by the address, which neighbours share', () => {
    expect(draftReceipt(nextDoor, nonce, by).redemptionId).toBe(draft.redemptionId)
    expect(draftReceipt({ ...visitor, userAgent: 'x' }, nonce, by).redemptionId).toBe(draft.redemptionId)
  })

  test('holds nonce, id, address, host and User-Agent in no readable form', () => {
    for (const receiptAddress of ['prefix', 'hash'] as const) {
      const text = JSON.stringify(draftReceipt(visitor, nonce, { ...by, receiptAddress }))
      for (const secret of [nonce, 'order', '203.0.113.7', 'files.example.com', '8.5.0', String(visitor.viewer)])
        expect(text).not.toContain(secret)
    }
  })
})

describe('what a receipt keeps of the address', () => {
  const viewerOf = (who: ReceiptSubject, more: Partial<ReceiptContext> = {}, on = nonce) =>
    draftReceipt(who, on, { ...by, ...more }).viewer

  test('is the network around it, by default', () => {
    expect(viewerOf(nextDoor)).toBe('203.0.113.0/24')
    expect(viewerOf(farAway)).toBe('198.51.100.0/24')
  })

  test('is a hash on request: the same for one address on all links, another for each address', () => {
    const hash = { receiptAddress: 'hash' } as const
    expect(viewerOf(visitor, hash)).toMatch(/^[\w-]{22}$/)
    expect(viewerOf(visitor, hash, makeLink().nonce)).toBe(viewerOf(visitor, hash))
    expect(viewerOf(nextDoor, hash)).not.toBe(viewerOf(visitor, hash))
  })

  test('is a hash that only this deployment can make, with the key in force', () => {
    const other = { ...testKeys.mac, current: 1 }
    expect(viewerOf(visitor, { receiptAddress: 'hash', mac: other })).not.toBe(
      viewerOf(visitor, { receiptAddress: 'hash' }),
    )
    expect(() => viewerOf(visitor, { receiptAddress: 'hash', mac: { ...other, current: 9 } })).toThrow(
      'no MAC key in slot 9',
    )
  })
})

describe('the end of a capability that was handed out before', () => {
  const receipt = { ...draft, redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) }
  const used = (bind: Link['bind']) => makeLink({ bind, state: 'used', receipt }).link
  const endFor = (bind: Link['bind'], who: ReceiptSubject) => capabilityEndFor(used(bind), draftReceipt(who, nonce, by))

  test.each([
    ['exact', visitor, 30],
    ['exact', nextDoor, undefined],
    ['exact', farAway, undefined],
    ['prefix', visitor, 30],
    ['prefix', nextDoor, 30],
    ['prefix', farAway, undefined],
    ['none', visitor, 30],
    ['none', farAway, 30],
  ] as const)('bound %s, case %#', (bind, who, seconds) => {
    expect(endFor(bind, who)).toBe(seconds === undefined ? undefined : secondsFromNoon(seconds))
  })

  test.each(['exact', 'prefix', 'none'] as const)('is none where there is no receipt, bound %s', bind => {
    expect(capabilityEndFor(makeLink({ bind, state: 'live' }).link, draft)).toBeUndefined()
  })
})

test('two redemptions whose parts run together differ', () => {
  const one = { ...visitor, client: { kind: 'cookie', id: 'ab' }, origin: 'c' } as const
  const other = { ...visitor, client: { kind: 'cookie', id: 'a' }, origin: 'bc' } as const
  const key = randomBytes(32).toString('base64url') as typeof nonce
  expect(draftReceipt(one, key, by).redemptionId).not.toBe(draftReceipt(other, key, by).redemptionId)
})
