import { describe, expect, test } from 'vitest'
import { describeWhen } from '../../../edge/pages/when.ts'
import type { EpochMs, EpochSeconds } from '../../../shared/time.ts'
import { languages } from '../../../shared/texts/brand.ts'
import { texts } from '../../../edge/pages/texts/languages.ts'

const at = (text: string) => (Date.parse(text) / 1000) as EpochSeconds
const ms = (text: string) => Date.parse(text) as EpochMs
const when = (end: string, now: string) => describeWhen(at(end), ms(now), texts.en.pages.dates)

test('a time is said in words, to the minute and never too late', () => {
  expect(when('2026-11-26T15:11:59Z', '2026-11-25T16:00:00Z')).toEqual({
    datetime: '2026-11-26T15:11Z',
    time: 'Thursday, 26 November, 15:11 UTC',
    left: 'in 23 hours',
  })
})

test('a time in less than two minutes is said to the second, one in another year with its year', () => {
  expect(when('2026-11-26T15:11:59Z', '2026-11-26T15:11:29.500Z')).toEqual({
    datetime: '2026-11-26T15:11:59Z',
    time: 'Thursday, 26 November, 15:11:59 UTC',
    left: 'in 29 seconds',
  })
  expect(when('2027-01-01T00:00:00Z', '2026-12-31T23:00:00Z').time).toBe('Friday, 1 January 2027, 00:00 UTC')
})

test.each([
  [0, 'in 0 seconds'],
  [1, 'in 1 second'],
  [119, 'in 119 seconds'],
  [120, 'in 2 minutes'],
  [3599, 'in 60 minutes'],
  [7200, 'in 2 hours'],
  [86_399, 'in 24 hours'],
  [172_800, 'in 2 days'],
  [259_199, 'in 3 days'],
  [31_622_400, 'in 366 days'],
])('%i seconds before a time it is %s', (seconds, left) => {
  const now = ms('2026-11-26T00:00:00Z')
  expect(describeWhen((now / 1000 + seconds) as EpochSeconds, now, texts.en.pages.dates).left).toBe(left)
  expect(describeWhen((now / 1000 + seconds + 0.9) as EpochSeconds, now, texts.en.pages.dates).left).toBe(left)
})

describe.each(languages)('in %s, as Unicode’s data has it', language => {
  const { dates } = texts[language].pages
  // English of Europe: Unicode's plain English is American.
  const locale = language === 'en' ? 'en-150' : language
  const comma = { ja: '', ar: '،' }[language as string] ?? ','
  const spaces = (text: string) => text.replace(/\s/gu, ' ')

  test('is every date of a year', () => {
    const options = { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' } as const
    const thisYear = new Intl.DateTimeFormat(locale, options)
    const otherYear = new Intl.DateTimeFormat(locale, { ...options, year: 'numeric' })
    for (let day = 0; day < 366; day += 1) {
      const date = Date.UTC(2028, 0, 1 + day, 12)
      for (const [format, now] of [
        [thisYear, date - 12 * 3_600_000],
        [otherYear, Date.UTC(2027, 11)],
      ] as const) {
        const { time } = describeWhen((date / 1000) as EpochSeconds, now as EpochMs, dates)
        expect(time).toBe(`${spaces(format.format(date))}${comma} 12:00 UTC`)
      }
    }
  })

  test('is what is left', () => {
    const format = new Intl.RelativeTimeFormat(locale)
    const now = ms('2026-11-26T00:00:00Z')
    for (const [unit, seconds, first, last] of [
      ['second', 1, 1, 119],
      ['minute', 60, 2, 119],
      ['hour', 3600, 2, 47],
      ['day', 86_400, 2, 366],
    ] as const)
      for (let count = first; count <= last; count += 1) {
        const { left } = describeWhen((now / 1000 + count * seconds) as EpochSeconds, now, dates)
        expect(left).toBe(spaces(format.format(count, unit)))
      }
  })
})
