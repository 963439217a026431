import { parse as parseDisposition } from 'content-disposition'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isSafeName,
  nameInKey,
  parseFilename,
  parseObjectKey,
  parseVersionId,
  resourcePath,
} from '../../../shared/object-key.ts'

const grapheme = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })

describe('an object key', () => {
  test.each([
    'report.pdf',
    'a b+c%d&e#f"g\'h.txt',
    '100%.pdf',
    '😀/日本.png',
    '..a/b..',
    'x'.repeat(1024),
    'd',
    'e/d/x',
  ])('%s is allowed', key => {
    expect(parseObjectKey(key)).toBe(key)
  })

  test.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    'a*',
    'a?b',
    'a\\b',
    'a\0b',
    'a\u007fb',
    'a\u0085b',
    '\ud800',
    'd/x',
    'd/',
    'x'.repeat(1025),
    'ü'.repeat(513),
  ])('%j is not allowed', key => {
    expect(parseObjectKey(key)).toBeUndefined()
  })

  test('is served under a path that decodes to it, once, and to no other key', () => {
    fc.assert(
      fc.property(grapheme, grapheme, (one, other) => {
        const [key, another] = [parseObjectKey(one), parseObjectKey(other)]
        fc.pre(key !== undefined && another !== undefined)
        expect(decodeURIComponent(resourcePath({ key }).slice(1))).toBe(key)
        expect(resourcePath({ key })).toMatch(/^(\/([A-Za-z0-9._~-]|%[0-9A-F]{2})+)+$/)
        expect(resourcePath({ key }) === resourcePath({ key: another })).toBe(key === another)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the id of a version', () => {
  test.each(['3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH', '1795639845.55038', 'a~b-c_d', 'x'.repeat(1024), 'nulls'])(
    '%s is allowed',
    id => {
      expect(parseVersionId(id)).toBe(id)
    },
  )

  test.each(['', 'null', 'a b', 'a+b', 'a&b', 'a*', 'a%20', 'ü', 'a\n', 'x'.repeat(1025)])('%j is not allowed', id => {
    expect(parseVersionId(id)).toBeUndefined()
  })
})

test.each([
  ['a/b.pdf', 'b.pdf'],
  ['b.pdf', 'b.pdf'],
])('the name of the key %s is %s', (key, name) => {
  expect(nameInKey(parseObjectKey(key)!)).toBe(name)
})

describe('a file name', () => {
  test.each(['a\u202eb', 'a\u2066b', 'a\u061cb', 'a\u2028b', 'a\u2029b'])(
    '%j is refused, and is no safe name',
    name => {
      expect(parseFilename(name)).toBeUndefined()
      expect(isSafeName(name)).toBe(false)
      expect(isSafeName(`${'x'.repeat(300)}.pdf`)).toBe(true)
    },
  )

  test.each(['', 'a/b', 'a\\b', 'a\rb', '\ud800', 'x'.repeat(256)])('%j is refused', name => {
    expect(parseFilename(name)).toBeUndefined()
  })

  test('reaches the client complete, whatever its characters', () => {
    const key = parseObjectKey('k')!
    fc.assert(
      fc.property(grapheme, text => {
        const name = parseFilename(text)
        fc.pre(name !== undefined)
        const query = new URLSearchParams(resourcePath({ key, filename: name }).split('?')[1])
        const header = query.get('response-content-disposition') ?? ''
        expect(header).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\x21-\x7e]*$/)
        expect(parseDisposition(header)).toMatchObject({ type: 'attachment', parameters: { filename: name } })
      }),
      { numRuns: 5000 },
    )
  })
})
