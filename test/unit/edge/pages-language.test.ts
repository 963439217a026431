import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { negotiateLanguage } from '../../../edge/pages/language.ts'
import { languages } from '../../../shared/brand.ts'

describe('the language of a page', () => {
  test.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['JA-jp', 'ja'],
    ['es-419,es;q=0.9', 'es'],
    ['zh-Hant-TW, fr;q=0.1', 'fr'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
    ['en;q=0.2, ja;q=0.9, de;q=0.899', 'ja'],
    ['da, en-gb;q=0.8, en;q=0.7', 'en'],
    ['  es ;q=0.5 ,de; q=0.6', 'de'],
    ['es;Q=0.5', 'es'],
    ['de-CH;q=0.2, en;q=0.3, de;q=0.9', 'de'],
    ['en;q=1.000, de;q=1', 'en'],
    ['es,de', 'es'],
    ['de,es', 'de'],
  ])('for %j is %s', (header, language) => {
    expect(negotiateLanguage(header)).toBe(language)
  })

  test.each([
    ['nothing', ''],
    ['other languages only', 'nl, it;q=0.9'],
    ['any', '*'],
    ['any, with a preference for others', 'nl, *;q=0.1'],
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

  test.each([
    'de;q=2',
    'de;q=0.1234',
    'de;q=-1',
    'de;q=',
    'de;level=1',
    'd e',
    'de_DE',
    'deutsch1',
    '<de>',
    'de;q=1;q=1',
  ])('does not come from %j, which is malformed', entry => {
    expect(negotiateLanguage(`${entry}, fr;q=0.1`)).toBe('fr')
  })

  test('is found in the first fifty entries only', () => {
    const many = Array.from({ length: 1000 }, () => 'nl').join(',')
    expect(negotiateLanguage(`${'nl,'.repeat(49)}de,${many}`)).toBe('de')
    expect(negotiateLanguage(`${many},de`)).toBe('en')
  })

  test('is one that pages have, whatever the header', () => {
    const piece = fc.constantFrom(
      ...languages,
      'nl',
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
