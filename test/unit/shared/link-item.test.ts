import { describe, expect, test } from 'vitest'
import { itemOfLink, linkOfItem, receiptFields, ttlAttribute } from '../../../shared/link-item.ts'
import { type Link, parseLinkId } from '../../../shared/link.ts'
import { makeDraft, makeLink, secondsFromNoon } from '../../support/links.ts'

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

  test('has its own attribute for TTL, later than its expiry', () => {
    expect(itemOfLink(link)[ttlAttribute]).toEqual({ N: String(link.purgeAt) })
    expect(link.purgeAt).toBeGreaterThan(link.expiresAt)
  })

  test('shows whether it keeps a receipt', () => {
    const live = { ...link, state: 'live' } as const
    expect(itemOfLink(live)['state']).toEqual({ S: 'live' })
    expect(linkOfItem(itemOfLink(live))).toEqual(live)
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

test('a link id has 22 characters of base64url and nothing around them', () => {
  const { id } = makeLink().link
  expect(parseLinkId(id)).toBe(id)
  for (const text of ['', id.slice(1), `${id}A`, `A${id}`, `${id}\n`, `${id.slice(1)}+`]) {
    expect(parseLinkId(text)).toBeUndefined()
  }
})
