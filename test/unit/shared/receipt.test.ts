import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Link } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import {
  capabilityEndFor,
  draftReceipt,
  type ReceiptContext,
  type ReceiptSubject,
} from '../../../shared/redemption/receipt.ts'
import { testKeys } from '../../support/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/links.ts'

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

  test('is the same for the same client and viewer', () => {
    expect(draftReceipt(subject, nonce, context)).toEqual(draft)
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
  ] as const)('bound %s, case %#', (bind, subject, seconds) => {
    expect(endFor(bind, subject)).toBe(seconds === undefined ? undefined : secondsFromNoon(seconds))
  })

  test.each(['exact', 'prefix', 'none'] as const)('is undefined without a receipt, bound %s', bind => {
    expect(capabilityEndFor(makeLink({ bind, state: 'live' }).link, draft)).toBeUndefined()
  })
})

test('two redemptions differ even if their parts are equal when joined', () => {
  const one = { ...subject, client: { kind: 'cookie', id: 'ab' }, origin: 'c' } as const
  const other = { ...subject, client: { kind: 'cookie', id: 'a' }, origin: 'bc' } as const
  const key = randomBytes(32).toString('base64url') as typeof nonce
  expect(draftReceipt(one, key, context).redemptionId).not.toBe(draftReceipt(other, key, context).redemptionId)
})
