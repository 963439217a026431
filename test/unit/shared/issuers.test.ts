import { describe, expect, test } from 'vitest'
import {
  askPrefixes,
  issuersIn,
  parseIssuers,
  principalKey,
  uploadedWith,
  uploadPrefixes,
} from '../../../shared/callers/issuers.ts'

const role = 'arn:aws:iam::111122223333:role/reports'
const entry = { id: 'reports', principal: role, prefixes: ['reports/'], verbs: ['issue'] }

/** Returns the wrong fields of one entry, `reports` with other fields. */
function wrongIn(fields: object): readonly string[] {
  const parsed = parseIssuers([{ ...entry, ...fields }])
  return parsed.ok ? [] : parsed.invalid.map(({ field }) => field)
}

describe('a list of issuers', () => {
  test('is accepted with every kind of entry', () => {
    const list = [
      entry,
      { ...entry, principal: '111122223333', prefixes: [''], verbs: ['admin', 'exchange'] },
      { id: 'a', subject: 'auth0|alice', prefixes: ['a/b/', 'c/'], verbs: ['read', 'revoke'] },
      {
        id: '0-a',
        group: 'staff',
        prefixes: ['s/'],
        verbs: ['issue'],
        maxLinkSeconds: 3600,
        linkSeconds: 60,
        maxBatch: 5,
        requestsPerMinute: 10,
        own: true,
      },
    ]
    expect(parseIssuers(list)).toEqual({ ok: true, value: list })
  })

  test.each<[string, object, readonly string[]]>([
    ['an empty id', { id: '' }, ['issuers.0.id']],
    ['an id of 17 characters', { id: 'x'.repeat(17) }, ['issuers.0.id']],
    ['an id that starts with -', { id: '-a' }, ['issuers.0.id']],
    ['an id with the separator of references', { id: 'a/b' }, ['issuers.0.id']],
    ['the ARN of a session', { principal: 'arn:aws:sts::111122223333:assumed-role/a/b' }, ['issuers.0.principal']],
    ['the root user of an account', { principal: 'arn:aws:iam::111122223333:root' }, ['issuers.0.principal']],
    ['a principal and a subject', { subject: 'alice' }, ['issuers.0.principal']],
    ['no principal', { principal: undefined }, ['issuers.0.principal']],
    ['an empty subject', { principal: undefined, subject: '' }, ['issuers.0.subject']],
    ['no prefixes', { prefixes: [] }, ['issuers.0.prefixes']],
    ['a prefix without a slash at its end', { prefixes: ['reports'] }, ['issuers.0.prefixes.0']],
    ['a prefix with a slash at its start', { prefixes: ['/reports/'] }, ['issuers.0.prefixes.0']],
    ['a prefix that leaves its folder', { prefixes: ['reports/../'] }, ['issuers.0.prefixes.0']],
    ['the paths of links', { prefixes: ['d/'] }, ['issuers.0.prefixes.0']],
    ['more than 20 prefixes', { prefixes: Array.from({ length: 21 }, (_, at) => `p${at}/`) }, ['issuers.0.prefixes']],
    ['no verb', { verbs: [] }, ['issuers.0.verbs']],
    ['an unknown verb', { verbs: ['delete'] }, ['issuers.0.verbs.0']],
    ['a verb twice', { verbs: ['issue', 'issue'] }, ['issuers.0.verbs']],
    ['a default longer than the longest', { linkSeconds: 61, maxLinkSeconds: 60 }, ['issuers.0.linkSeconds']],
    ['a batch of 101', { maxBatch: 101 }, ['issuers.0.maxBatch']],
    ['a batch larger than the quota', { maxBatch: 20, requestsPerMinute: 10 }, ['issuers.0.maxBatch']],
    ['links of its own and of all', { own: true, verbs: ['issue', 'admin'] }, ['issuers.0.own']],
    ['own as a text', { own: 'yes' }, ['issuers.0.own']],
    ['an unknown field', { prefix: 'a/' }, ['issuers.0.prefix']],
  ])('with %s is refused, and the field is named', (_, fields, wrong) => {
    expect(wrongIn(fields)).toEqual(wrong)
  })

  test('that is none, or has no entry, is refused', () => {
    for (const input of [undefined, {}, 'reports', null, []]) expect(parseIssuers(input).ok).toBe(false)
  })
})

describe('the list in the environment of a function', () => {
  test('is none if it is absent or empty', () => {
    for (const json of [undefined, '']) expect(issuersIn(json)).toBeUndefined()
  })

  test('stops the function if it is wrong: no list means that all may do everything', () => {
    expect(() => issuersIn(JSON.stringify([{ ...entry, prefixes: ['reports'] }]))).toThrow(
      'issuers: issuers.0.prefixes.0: got "reports", allowed: the start of keys up to a /',
    )
    expect(() => issuersIn('{}')).toThrow('issuers: got {}, allowed: a list')
    expect(() => issuersIn('[]')).toThrow('issuers: got [], allowed: a list of at least one issuer')
    expect(() => issuersIn('null')).toThrow(TypeError)
    expect(() => issuersIn('[')).toThrow(SyntaxError)
  })
})

test('a principal is found by account and name, whatever its path and partition', () => {
  expect(principalKey('arn:aws:iam::111122223333:role/a/b/reports')).toBe('111122223333 role reports')
  expect(principalKey('arn:aws-cn:iam::111122223333:user/reports')).toBe('111122223333 user reports')
  expect(principalKey('111122223333')).toBe('111122223333')
  for (const text of ['', '*', '1111222233334', 'arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/'])
    expect(principalKey(text)).toBeUndefined()
})

describe('the starts of keys that policies name', () => {
  const uploader = (prefixes: readonly string[]) => [{ verbs: ['upload', 'ask'] as const, prefixes }]
  const folders = (count: number, start = 'desk-') =>
    Array.from({ length: count }, (_, index) => `${start}${String(index).padStart(3, '0')}/`)

  test('are the prefixes as they are, but for those in others, while there is room', () => {
    expect(uploadPrefixes(uploader(['b/', 'a/', 'b/c/', 'a/']))).toEqual(['b/', 'a/'])
    expect(uploadPrefixes(uploader(folders(26)))).toEqual(folders(26))
  })

  test('are the beginnings that many have in common, and still have the keys of each', () => {
    const prefixes = [...folders(99), 'reports/']
    const cover = uploadPrefixes(uploader(prefixes))
    expect(cover).toEqual(expect.arrayContaining(['desk-00', 'desk-098/', 'reports/']))
    expect(prefixes.filter(prefix => !cover.some(start => prefix.startsWith(start)))).toEqual([])
    expect(askPrefixes(uploader(prefixes)).length).toBeLessThan(cover.length)
  })

  test('also decide which files need a result of the scan, so that a policy refuses no other', () => {
    const issuers = uploader([...folders(99), 'akten/報告/']) as never
    const isUploaded = uploadedWith({ issuers })
    expect(['desk-00-by-hand.pdf', 'akten/by-hand.pdf', 'reports/a.pdf'].map(isUploaded)).toEqual([true, true, false])
  })
})
