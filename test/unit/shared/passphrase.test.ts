import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Passphrase, parsePassphrase } from '../../../shared/secrets/passphrase.ts'
import { hashPassphrase } from '../../../shared/secrets/passphrase-hash.ts'
import { makeLink } from '../../support/table/links.ts'

describe('a passphrase', () => {
  test.each([
    ['482109375526', '4821-0937-5526'],
    ['482109375526', ' 4821 0937\u00a05526\n'],
    ['482109375526', '4821\u20110937\u20135526'],
    ['482109375526', '４８２１－０９３７－５５２６'],
    ['482109375526', '4821\u22120937\u00ad55\u200b26\ufeff'],
    ['correcthorse', 'Correct Horse'],
    ['straße', 'STRA\u1e9ee'],
    ['zürich', 'Zu\u0308rich'],
    ['zürich', 'Zu-\u0308rich'],
    ['パスワード一', 'ﾊﾟｽﾜｰﾄﾞ 一'],
    ['a_b+c%/', 'A_b +c%/'],
  ])('%s is %j: case, spaces, hyphens and widths do not count', (plain, typed) => {
    expect(parsePassphrase(typed)).toBe(plain)
  })

  test.each(['', '12345', '1-2-3-4-5', ' '.repeat(50), 'a'.repeat(129), '😀'.repeat(129)])('%j is none', text => {
    expect(parsePassphrase(text)).toBeUndefined()
  })

  test('has 6 to 128 characters', () => {
    for (const text of ['123456', '😀'.repeat(6), 'a'.repeat(128), '😀'.repeat(128)])
      expect(parsePassphrase(text)).toBe(text)
  })

  test('is parsed the same a second time, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), text => {
        const once = parsePassphrase(text)
        if (once !== undefined) expect(parsePassphrase(once)).toBe(once)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('its hash', () => {
  const passphrase = parsePassphrase('correct horse') as Passphrase
  const { nonce } = makeLink()

  test('is 22 characters that only a holder of the nonce can compute', () => {
    expect(hashPassphrase(passphrase, nonce)).toMatch(/^[\w-]{22}$/)
    expect(hashPassphrase(passphrase, nonce)).toBe(hashPassphrase(passphrase, nonce))
    expect(hashPassphrase(passphrase, makeLink().nonce)).not.toBe(hashPassphrase(passphrase, nonce))
  })
})
