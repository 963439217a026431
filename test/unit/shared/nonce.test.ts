import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { takesFile } from '../../../client/arguments.ts'
import { linkIdOf } from '../../../shared/link.ts'
import { type MacKeys, mintNonce, type NonceClaims, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { regions } from '../../../shared/regions.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { futureNonce, makeLink, plain } from '../../support/table/links.ts'

const { mac } = testKeys
const verdict = (text: string, keys: MacKeys = mac) => {
  const parsed = parseNonce(text)
  return parsed === undefined ? 'malformed' : verifyNonce(parsed, keys)
}

describe('a nonce', () => {
  const claims: fc.Arbitrary<NonceClaims> = fc.record({
    flags: fc.record({
      confirm: fc.boolean(),
      receipt: fc.boolean(),
      bound: fc.boolean(),
      media: fc.boolean(),
      client: fc.boolean(),
      passphrase: fc.boolean(),
      extended: fc.boolean(),
      upload: fc.boolean(),
    }),
    homeRegion: fc.constantFrom(...regions),
    expiresAt: fc.integer({ min: 0, max: 2 ** 32 - 1 }) as fc.Arbitrary<EpochSeconds & number>,
  })

  test('carries its claims in 43 characters, of which clients read one without a key', () => {
    fc.assert(
      fc.property(claims, fc.uint8Array({ minLength: 16, maxLength: 16 }), (made, random) => {
        const nonce = mintNonce(made, random, mac)
        expect(nonce).toMatch(/^[A-Za-z0-9_-]{43}$/)
        expect(verdict(nonce)).toEqual(made)
        expect(takesFile(nonce)).toBe(made.flags.upload)
      }),
      { numRuns: 2000 },
    )
  })

  test('with any one of its 256 bits flipped is refused', () => {
    const { nonce } = makeLink()
    const bytes = Buffer.from(nonce, 'base64url')
    for (let bit = 0; bit < 256; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(['malformed', 'forged']).toContain(verdict(flipped.toString('base64url')))
    }
  })

  test('has one spelling: with any one character replaced by any other it is refused', () => {
    const { nonce } = makeLink()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=%. '
    for (let index = 0; index < nonce.length; index += 1) {
      for (const character of alphabet) {
        if (character === nonce[index]) continue
        const changed = nonce.slice(0, index) + character + nonce.slice(index + 1)
        expect(['malformed', 'forged']).toContain(verdict(changed))
      }
    }
  })

  test('is refused with anything before, behind or missing', () => {
    const { nonce } = makeLink()
    for (const text of ['', nonce.slice(1), nonce.slice(0, -1), `${nonce}A`, `${nonce}=`, `${nonce}\n`, ` ${nonce}`]) {
      expect(verdict(text)).toBe('malformed')
    }
  })

  test('never repeats in 100,000', () => {
    const made = Array.from({ length: 100_000 }, () => makeLink().nonce)
    expect(new Set(made).size).toBe(made.length)
  })
})

describe('key slots', () => {
  const claims = {
    flags: plain,
    homeRegion: 'eu-west-1',
    expiresAt: 9 as EpochSeconds,
  } as const

  test('nonces of both slots are genuine', () => {
    for (const current of mac.bySlot.keys()) {
      expect(verdict(mintNonce(claims, randomBytes(16), { ...mac, current }))).toEqual(claims)
    }
  })

  test('once a slot is removed its nonces are forged, even if the other slot has the same key', () => {
    const old = mintNonce(claims, randomBytes(16), { ...mac, current: 1 })
    const only = { current: 2, bySlot: new Map([[2, mac.bySlot.get(1)!]]) }
    expect(verdict(old, only)).toBe('forged')
  })

  test('making a nonce with a slot without a key is an error that names the slots', () => {
    expect(() => mintNonce(claims, randomBytes(16), { ...mac, current: 7 })).toThrow('slot 7; slots with a key: 1, 2')
  })

  test('too little randomness is an error', () => {
    expect(() => mintNonce(claims, randomBytes(15), mac)).toThrow('got 15 bytes, allowed: 16')
  })
})

test('a genuine nonce with a Region of a newer version is unsupported, not forged; all flags are known', () => {
  expect(verdict(futureNonce({ flags: 255 }))).toMatchObject({ flags: { confirm: true, extended: true, upload: true } })
  expect(verdict(futureNonce({ region: 200 }))).toBe('unsupported')
})

describe('the committed vectors', () => {
  const vectors = JSON.parse(readFileSync(new URL('../../vectors/nonces.json', import.meta.url), 'utf8')) as {
    keySlot: number
    claims: NonceClaims
    random: string
    nonce: string
    linkId: string
  }[]
  test.each(vectors.map(vector => [vector.nonce, vector] as const))(
    '%s',
    (text, { keySlot, claims, random, linkId }) => {
      const nonce = mintNonce(claims, Buffer.from(random, 'hex'), { ...mac, current: keySlot })
      expect(nonce).toBe(text)
      expect(linkIdOf(nonce)).toBe(linkId)
      expect(verdict(text)).toEqual(claims)
    },
  )
})
