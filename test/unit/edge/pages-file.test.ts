import { describe, expect, test } from 'vitest'
import { type DisplayedFile, formatSize, nameOf } from '../../../edge/pages/file.ts'
import { createPages } from '../../../edge/pages/pages.ts'
import { manualClock } from '../../support/machine/clock.ts'
import type { EpochSeconds } from '../../../shared/time.ts'
import { languages } from '../../../shared/texts/brand.ts'
import { texts } from '../../../edge/pages/texts/languages.ts'

const pages = createPages(undefined, manualClock())
const token = `mibq1x2y.${'x'.repeat(22)}`
const expiresAt = 1_795_618_800 as EpochSeconds

const confirmation = (file: DisplayedFile | undefined, media = false, language = 'en') =>
  pages.confirmation({ form: token, expiresAt, again: false, media, file }, language).html
const player = (file: DisplayedFile) => pages.player({ location: '/a.mp4', expiresAt, file }, 'en').html

/** The line with the name and size, as it is read; undefined if there is none. */
const lineOf = (html: string) => /<p class="file">(.*)<\/p>/.exec(html)?.[1]?.replace(/<[^>]*>/g, '')

describe('a page shows the name under which the file is saved, and its size', () => {
  test.each<[string, DisplayedFile]>([
    ['report.pdf, 4.2 MB', { key: 'a/b/report.pdf', size: 4_200_000 }],
    ['Bericht.pdf, 4.2 MB', { key: 'a/b/report.pdf', filename: 'Bericht.pdf', size: 4_200_000 }],
    ['report.pdf', { key: 'report.pdf' }],
    ['empty, 0 B', { key: 'empty', size: 0 }],
    ['film.mp4, 1.5 GB', { key: 'films/film.mp4', size: 1_500_000_000, media: 'object' }],
    ['the film', { key: 'films/the film/index.m3u8', size: 1200, media: 'folder' }],
  ])('%s', (line, file) => {
    expect(lineOf(confirmation(file, file.media !== undefined))).toBe(line)
    expect(lineOf(player(file))).toBe(line)
  })

  test('and neither if the store did not respond', () => {
    expect(lineOf(confirmation(undefined))).toBeUndefined()
  })
})

describe('a name can’t', () => {
  test.each([
    ['a\u202egpj.dat', 'a\\u202egpj.dat'],
    ['a.pdf\u2028b\u2029.dat', 'a.pdf\\u2028b\\u2029.dat'],
    ['a\n\u0085\0b', 'a\\u000a\\u0085\\u0000b'],
  ])('hide its end or begin a line: %j', (key, shown) => {
    for (const html of [confirmation({ key }), player({ key })]) {
      expect(lineOf(html)).toBe(shown)
      expect(html).not.toMatch(/[\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
    }
  })

  test('reorder what is around it, or be translated', () => {
    expect(confirmation({ key: 'דוח.pdf', size: 1000 })).toContain(
      '<p class="file"><bdi translate="no">דוח.pdf</bdi>, <span>1 kB</span></p>',
    )
  })

  test('lose the characters that writing needs: emoji with joiners, Persian with non-joiners, accents', () => {
    for (const key of ['👩‍⚕️.pdf', 'می‌خواهم.pdf', 'e\u0301.pdf', '日本.pdf']) expect(nameOf({ key })).toBe(key)
  })
})

describe('a size', () => {
  test.each(languages)('is written in %s as Unicode’s data has it', language => {
    const units = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
    for (const [step, unit] of units.entries()) {
      for (const value of [1, 4.2, 12.3, 999.9]) {
        const options = { style: 'unit', unit, maximumFractionDigits: 1 } as const
        const expected = new Intl.NumberFormat(language, options).format(value).replace(/\s/u, ' ')
        const size = Math.round(value * 1000 ** (step + 1))
        expect(formatSize(size, texts[language].pages.sizes)).toBe(expected)
      }
    }
  })

  test('is on the page in the language of the viewer', () => {
    const size = 4_200_000
    for (const language of languages) {
      const comma = language === 'ar' ? '،' : ','
      const expected = `a${comma} ${formatSize(size, texts[language].pages.sizes)}`
      expect(lineOf(confirmation({ key: 'a', size }, false, language))).toBe(expected)
    }
    expect(lineOf(confirmation({ key: 'a', size }, false, 'fr'))).toBe('a, 4,2 Mo')
  })
})
