import { describe, expect, test } from 'vitest'
import { itemOfLink, linkOfItem, ttlAttribute } from '../../shared/link-item.ts'
import { parseLinkId } from '../../shared/link.ts'
import { nearestFirst } from '../../shared/regions.ts'
import { makeLink, secondsFromNoon } from '../support/links.ts'

describe('a link as an item', () => {
  const { link } = makeLink({ filename: 'f', notBefore: secondsFromNoon(5) })

  test('has texts as S, numbers as N, and nothing for what it lacks', () => {
    expect(itemOfLink({ ...link, reference: undefined as never })).toEqual({
      id: { S: link.id },
      key: { S: 'report.pdf' },
      homeRegion: { S: 'us-east-1' },
      issuedAt: { N: '1795521600' },
      expiresAt: { N: '1795525200' },
      notBefore: { N: '1795521605' },
      urlSeconds: { N: '30' },
      bind: { S: 'exact' },
      filename: { S: 'f' },
    })
  })

  test('comes back as it was', () => {
    expect(linkOfItem(itemOfLink(link))).toEqual(link)
  })

  test('expires by the attribute that TTL reads', () => {
    expect(itemOfLink(link)[ttlAttribute]).toEqual({ N: String(link.expiresAt) })
  })

  test.each(['id', 'key', 'homeRegion', 'expiresAt', 'urlSeconds'])('without %s is our bug', name => {
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

test('what is nearest is asked first, the others in their order', () => {
  const all = ['us-east-1', 'eu-west-1', 'ap-south-1'] as const
  expect(nearestFirst(all, 'ap-south-1')).toEqual(['ap-south-1', 'us-east-1', 'eu-west-1'])
  expect(nearestFirst(all, 'us-east-1')).toEqual(all)
  expect(nearestFirst(all, 'sa-east-1')).toEqual(all)
  expect(nearestFirst(all, undefined)).toEqual(all)
})
