import { describe, expect, test } from 'vitest'
import { itemOfLink, type LinkItem, linkOfItem, receiptFields, ttlAttribute } from '../../../shared/table/link-item.ts'
import { type Link, parseLinkId } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import { parseNetwork } from '../../../shared/network.ts'
import type { ObjectKey, VersionId } from '../../../shared/object-key.ts'
import { draftReceipt } from '../../../shared/redemption/receipt.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeDraft, makeLink, makeUse, secondsFromNoon } from '../../support/table/links.ts'

describe('a link as an item', () => {
  const { link } = makeLink({ filename: 'f', notBefore: secondsFromNoon(5) })

  test('has texts as S, numbers as N, and no attribute for an absent field', () => {
    expect(itemOfLink({ ...link, reference: undefined as never })).toEqual({
      id: { S: link.id },
      key: { S: 'report.pdf' },
      homeRegion: { S: 'us-east-1' },
      issuedAt: { N: '1795521600' },
      expiresAt: { N: '1795525200' },
      purgeAt: { N: '1795528805' },
      notBefore: { N: '1795521605' },
      urlSeconds: { N: '30' },
      bind: { S: 'exact' },
      filename: { S: 'f' },
    })
  })

  test('is read back unchanged', () => {
    expect(linkOfItem(itemOfLink(link))).toEqual(link)
  })

  test('with a passphrase has its hash and the count of tries, also 0', () => {
    const { link: guarded } = makeLink({ passphraseHash: 'hash', tries: 0, maxTries: 5 })
    expect(itemOfLink(guarded)).toMatchObject({
      passphraseHash: { S: 'hash' },
      tries: { N: '0' },
      maxTries: { N: '5' },
    })
    expect(linkOfItem(itemOfLink(guarded))).toEqual(guarded)
  })

  test('has its own attribute for TTL, later than its expiry', () => {
    expect(itemOfLink(link)[ttlAttribute]).toEqual({ N: String(link.purgeAt) })
    expect(link.purgeAt).toBeGreaterThan(link.expiresAt)
  })

  test('has the fields of its receipt as attributes, and reads them back', () => {
    const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(1), urlExpiresAt: secondsFromNoon(31) }
    const used: Link = { ...link, state: 'used', receipt }
    const item = itemOfLink(used)
    expect(item).not.toHaveProperty('receipt')
    expect(item).toMatchObject({ redeemedAt: { N: '1795521601' }, viewer: { S: '203.0.113.0/24' } })
    expect(linkOfItem(item)).toEqual(used)
    expect(Object.keys(receipt).toSorted()).toEqual([...receiptFields].toSorted())
  })

  test.each(['id', 'key', 'homeRegion', 'expiresAt', 'urlSeconds'])('without %s is an error', name => {
    const { [name]: _, ...rest } = itemOfLink(link)
    expect(() => linkOfItem(rest)).toThrow('a link item lacks a field')
  })
})

/** Returns the size of an item by DynamoDB's rules, in bytes (AWS, "DynamoDB item sizes and formats"). */
function bytesOf(item: LinkItem): number {
  const sizes = Object.entries(item).map(([name, value]) => {
    if ('M' in value) return Buffer.byteLength(name) + 3 + Object.keys(value.M).length + bytesOf(value.M)
    const digits = 'N' in value ? value.N.length : 0
    return Buffer.byteLength(name) + ('N' in value ? Math.ceil(digits / 2) + 1 : Buffer.byteLength(value.S))
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

describe('a typical used link, with version, receipt, counts and every other field,', () => {
  const draft = () =>
    draftReceipt(
      {
        client: { kind: 'cookie', id: 'x'.repeat(22) },
        viewer: parseAddress('203.0.113.7')!,
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        origin: 'https://files.example.com',
      },
      makeLink().nonce,
      { edgeRegion: 'ap-southeast-1', receiptAddress: 'hash', mac: testKeys.mac },
    )
  const receipt = { ...draft(), redeemedAt: secondsFromNoon(1), urlExpiresAt: secondsFromNoon(31) }
  const { link } = makeLink({
    key: '0198c5d2-7c11-7b3a-9d5e-0c6f7a8b9c0d/Quarterly report 2026-11 for the board.docx' as ObjectKey,
    versionId: '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as VersionId,
    size: 5_368_709_120,
    etag: '"9b2cf535f27731c974343645a3985328-1024"',
    contentType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    filename: 'Quarterly report 2026-11.docx',
    reference: 'case 2026-4711',
    notBefore: secondsFromNoon(5),
    network: parseNetwork('203.0.113.0/24')!,
    homeRegion: 'ap-southeast-1',
    confirm: 'required',
    state: 'used',
    receipt,
    unredeemed: { unconfirmed: 12, automated: 3, probed: 1, refusedAfterUse: 0, lastAt: secondsFromNoon(1) },
  })

  test('is an item of at most 1 KB, so each write costs one unit', () => {
    const size = bytesOf(itemOfLink(link))
    expect(size).toBeGreaterThan(700)
    expect(size).toBeLessThanOrEqual(1024)
  })

  test('is read back unchanged', () => {
    expect(linkOfItem(itemOfLink(link))).toEqual(link)
  })

  test('with uses in place of a receipt costs one to five units for each, as docs/links.md says', () => {
    const { receipt: _, ...live } = link
    const uses = Array.from({ length: 20 }, () => makeUse(1, draft()))
    const bytesWith = (taken: number) =>
      bytesOf(itemOfLink({ ...live, state: 'live', maxUses: 20, uses: uses.slice(0, taken) }))
    expect([0, 1, 2, 3, 10, 20].map(bytesWith)).toEqual([573, 754, 935, 1116, 2383, 4193])
    // A write costs what the longer of the item before and after it does (AWS, "DynamoDB read and write operations").
    const units = Array.from({ length: 20 }, (_, index) => Math.ceil(bytesWith(index + 1) / 1024))
    expect(units.join('')).toBe('11222222333334444445')
    expect(new Set(linkOfItem(itemOfLink({ ...live, uses })).uses)).toEqual(new Set(uses))
  })
})

test('a link id has 22 characters of base64url and nothing around them', () => {
  const { id } = makeLink().link
  expect(parseLinkId(id)).toBe(id)
  for (const text of ['', id.slice(1), `${id}A`, `A${id}`, `${id}\n`, `${id.slice(1)}+`]) {
    expect(parseLinkId(text)).toBeUndefined()
  }
})
