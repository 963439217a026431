import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { negotiateLanguage } from '../../../edge/pages/language.ts'
import { languages } from '../../../shared/texts/brand.ts'

describe('the language of a page', () => {
  test.each([
    ['de-AT', 'de'],
    ['JA-jp', 'ja'],
    ['zh-Hant-TW, fr;q=0.1', 'fr'],
    ['  es ;q=0.5 ,de; q=0.6', 'de'],
    ['es;Q=0.5', 'es'],
    ['en;q=1.000, de;q=1', 'en'],
    ['es,de', 'es'],
  ])('for %j is %s', (header, language) => {
    expect(negotiateLanguage(header)).toBe(language)
  })

  test.each([
    ['nothing', ''],
    ['other languages only', 'xx, yy;q=0.9'],
    ['any', '*'],
    ['no language', 'de;q=0, es;q=0.0'],
    ['any language with weight 0', '*;q=0'],
  ])('is English for a viewer who accepts %s', (_, header) => {
    expect(negotiateLanguage(header)).toBe('en')
  })

  test('is another for a viewer who accepts any except English', () => {
    expect(negotiateLanguage('en;q=0, *')).toBe('de')
    expect(negotiateLanguage('en;q=0, de;q=0, *;q=0.5')).toBe('es')
    expect(negotiateLanguage('*;q=0.5, ja;q=0.4, en;q=0.1')).toBe('de')
  })

  test.each(['de;q=2', 'de;q=0.1234', 'de;q=', 'de;level=1', 'de_DE', 'de;q=1;q=1'])(
    'does not come from %j, which is malformed',
    entry => {
      expect(negotiateLanguage(`${entry}, fr;q=0.1`)).toBe('fr')
    },
  )

  test('is found in the first fifty entries only', () => {
    const many = Array.from({ length: 1000 }, () => 'xx').join(',')
    expect(negotiateLanguage(`${'xx,'.repeat(49)}de,${many}`)).toBe('de')
    expect(negotiateLanguage(`${many},de`)).toBe('en')
  })

  test('is one that pages have, whatever the header', () => {
    const piece = fc.constantFrom(
      ...languages,
      'xx',
      '*',
      '-',
      ',',
      ';',
      'q=',
      '0.5',
      '1',
      ' ',
      '\t',
      '__proto__',
      'constructor',
    )
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join('')),
    )
    fc.assert(
      fc.property(header, text => languages.includes(negotiateLanguage(text))),
      { numRuns: 5000 },
    )
  })

  test('is never one with q=0, nor one with less weight than another', () => {
    const weights = fc.uniqueArray(fc.tuple(fc.constantFrom(...languages), fc.integer({ min: 0, max: 1000 })), {
      minLength: 1,
      selector: ([language]) => language,
    })
    const property = fc.property(weights, list => {
      const chosen = negotiateLanguage(list.map(([language, weight]) => `${language};q=${weight / 1000}`).join(', '))
      const heaviest = Math.max(...list.map(([, weight]) => weight))
      const preferred = list.filter(([, weight]) => weight === heaviest).map(([language]) => language)
      expect(chosen).toBe(heaviest === 0 ? 'en' : preferred[0])
    })
    fc.assert(property, { numRuns: 2000 })
  })
})
