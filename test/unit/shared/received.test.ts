import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyedHash } from '../../../shared/hmac.ts'
import type { LinkId, RedemptionId } from '../../../shared/link.ts'
import { type MacKeys, macKeyOf } from '../../../shared/nonce.ts'
import { parseObjectKey } from '../../../shared/object-key.ts'
import {
  folderBelow,
  isReceived,
  metadataOf,
  parseMetadata,
  parseUploadToken,
  prefixOf,
  receivedKey,
  type UploadRight,
  uploadTokenOf,
} from '../../../shared/received.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

const { mac } = testKeys
const linkId = 'FA25XG7ISXgrUwpeXOL5UT' as LinkId
const redemptionId = 'r-_4567890123456789012' as RedemptionId
const right: UploadRight = { linkId, redemptionId, maxBytes: 25_000_000, expiresAt: secondsFromNoon(14_400) }
const token = uploadTokenOf(right, 1, mac)
const read = (text: string, keys: MacKeys = mac) => parseUploadToken(text, keys)

describe('the key of a link that takes a file', () => {
  test.each([
    ['', 'received'],
    ['in/', 'in/received'],
    ['a b/ü/', 'a b/ü/received'],
  ])('is a folder below its prefix %j, which it says again', (prefix, key) => {
    expect(folderBelow(prefix)).toBe(key)
    expect(prefixOf({ key: parseObjectKey(key)! })).toBe(prefix)
  })

  test.each(['../', '/a/', 'a//', 'a/\n/', `${'a'.repeat(1024)}/`])('is none below %j', prefix => {
    expect(folderBelow(prefix)).toBeUndefined()
  })

  test('leaves room for the names of its file: 970 bytes of a prefix, fewer if they are escaped in the path', () => {
    const below = (text: string, bytes: number) => folderBelow(`${text.repeat((bytes - 1) / text.length)}/`)
    expect([below('a', 970) === undefined, below('a', 971) === undefined]).toEqual([false, true])
    expect(receivedKey({ key: below('a', 970)! }, right)).toHaveLength(1024)
    expect([below('%', 900) === undefined, below('%', 970) === undefined]).toEqual([false, true])
  })
})

test('the file of each redemption has a key of its own, which says that a link took it', () => {
  const key = receivedKey({ key: folderBelow('in/')! }, right)
  expect(key).toBe(`in/received/${linkId}/${redemptionId}`)
  expect(
    receivedKey({ key: folderBelow('in/')! }, { ...right, redemptionId: linkId as string as RedemptionId }),
  ).not.toBe(key)
  expect([key, key.slice('in/'.length)].map(isReceived)).toEqual([true, true])
})

test.each([
  'in/received',
  `received/${linkId}`,
  `received/${linkId}/${redemptionId}/a`,
  `received/${linkId}/${redemptionId}x`,
  `received/${linkId}/${redemptionId}\n`,
  `not-received/${linkId}/${redemptionId}`,
  `received/x/${linkId}/${redemptionId}`,
])('%j is not the key of a file that a link took', key => {
  expect(isReceived(key)).toBe(false)
})

describe('the token of an upload', () => {
  test('says its right, and the same right has the same token', () => {
    const base64url = fc.stringMatching(/^[\w-]{22}$/)
    const rights = fc.record({
      linkId: base64url as fc.Arbitrary<string & LinkId>,
      redemptionId: base64url as fc.Arbitrary<string & RedemptionId>,
      maxBytes: fc.integer({ min: 1, max: 50 * 10 ** 12 }),
      expiresAt: fc.integer({ min: 1, max: 2 ** 32 }) as fc.Arbitrary<number & EpochSeconds>,
    })
    const cases = fc.property(rights, fc.constantFrom(...mac.bySlot.keys()), (each, slot) => {
      const made = uploadTokenOf(each, slot, mac)
      expect(read(made)).toEqual(each)
      expect(uploadTokenOf(each, slot, mac)).toBe(made)
      // It goes into a fragment and a header as it is.
      expect(made).toMatch(/^[\w.-]{70,120}$/)
    })
    fc.assert(cases, { numRuns: 500 })
  })

  test('is refused with any one character replaced by any other, or anything before, behind or missing', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/=%~ \n'
    for (let index = 0; index < token.length; index += 1) {
      expect(read(token.slice(0, index) + token.slice(index + 1))).toBeUndefined()
      for (const character of alphabet) {
        if (character === token[index]) continue
        const changed = token.slice(0, index) + character + token.slice(index + 1)
        expect(read(changed), changed).toBeUndefined()
      }
    }
    for (const text of ['', `${token}\n`, ` ${token}`, `${token}A`, `${token}.`, `0${token}`, token.repeat(2)])
      expect(read(text), text).toBeUndefined()
  })

  test.each<[string, Partial<UploadRight>]>([
    ['link', { linkId: 'B'.repeat(22) as LinkId }],
    ['redemption', { redemptionId: 'B'.repeat(22) as RedemptionId }],
    ['larger size', { maxBytes: 25_000_001 }],
    ['later end', { expiresAt: secondsFromNoon(14_401) }],
  ])('is not the token of another %s', (_, change) => {
    const other = uploadTokenOf({ ...right, ...change }, 1, mac)
    const swapped = [...other.split('.').slice(0, -1), token.split('.').at(-1)].join('.')
    expect(read(other)).toEqual({ ...right, ...change })
    expect(read(swapped)).toBeUndefined()
  })

  test('has one spelling of each number', () => {
    for (const [, number] of token.matchAll(/(?:^|(?<=\.))(\d+)(?=\.)/g))
      for (const spelled of [
        `0${number}`,
        `+${number}`,
        `${number}.0`,
        `${number}e0`,
        `0x${Number(number).toString(16)}`,
      ])
        expect(read(token.replace(number ?? '', spelled)), spelled).toBeUndefined()
  })

  test('needs the key of its slot: another key, a slot that is gone and another slot with the same key refuse it', () => {
    const key = mac.bySlot.get(1)!
    const keysWith = (entries: readonly (readonly [number, typeof key])[]): MacKeys => ({
      current: 1,
      bySlot: new Map(entries),
    })
    expect(read(token, keysWith([[1, key]]))).toEqual(right)
    expect(read(token, keysWith([[1, macKeyOf(Buffer.alloc(32, 7))]]))).toBeUndefined()
    expect(read(token, keysWith([[2, key]]))).toBeUndefined()
    expect(() => uploadTokenOf(right, 7, mac)).toThrow('no MAC key in slot 7')
  })

  test('is no other use of the MAC key: a hash with another label or for another purpose is refused', () => {
    const { secret } = mac.bySlot.get(1)!
    const values = [linkId, redemptionId, '25000000', String(right.expiresAt)]
    const withHash = (hash: string) => [...token.split('.').slice(0, -1), hash].join('.')
    expect(withHash(keyedHash(secret, ['once-at-edge upload', ...values]))).toBe(token)
    for (const label of ['once-at-edge viewer', 'once-at-edge passphrase of a request', 'upload', ''])
      expect(read(withHash(keyedHash(secret, [label, ...values])))).toBeUndefined()
    expect(read(withHash(keyedHash(secret, values)))).toBeUndefined()
    expect(read(withHash(keyedHash(secret, ['once-at-edge upload', values.join('.')])))).toBeUndefined()
  })
})

describe('the name of a file in the metadata of its object', () => {
  test('is ASCII that S3 takes, and is read as it was', () => {
    const names = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter(name => parseMetadata(encodeURIComponent(name)) === name)
    fc.assert(
      fc.property(names, name => {
        expect(metadataOf(name)).toMatch(/^[!-~]{1,1800}$/)
        expect(parseMetadata(metadataOf(name))).toBe(name)
      }),
    )
  })

  test('keeps its ending if it is too long, and no half of a character', () => {
    const name = `${'😀'.repeat(251)}.pdf`
    const kept = parseMetadata(metadataOf(name)) ?? ''
    expect(metadataOf(name).length).toBeLessThanOrEqual(1800)
    expect(kept).toMatch(/^(😀){140,250}\.pdf$/u)
  })

  test.each(['', '%', '%E4', 'a%2Fb', 'a%0Ab', 'x'.repeat(256)])('is none in %j', text => {
    expect(parseMetadata(text)).toBeUndefined()
  })
})
