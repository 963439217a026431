import { durationParts } from '../../shared/texts/capability-text.ts'
import { formatSize } from '../../shared/texts/size.ts'
import { texts } from './language.ts'

// Times in this browser's zone, durations and sizes, as the language of the page writes them.

const dayMs = 24 * 3600 * 1000

/** Returns a time as people say it: `today at 14:02`, `tomorrow at …`, `Thursday 3 December at …`. */
export function timeText(time: string | number): string {
  const moment = new Date(time)
  const days = Math.round((startOf(moment) - startOf(new Date())) / dayMs)
  if (Math.abs(days) > 1) return fullTime(time)
  const day = new Intl.RelativeTimeFormat(texts().locale, { numeric: 'auto' }).format(days, 'day')
  const parts = formatOf(moment).formatToParts(moment)
  // What joins the date and the time stays.
  const clock = parts.slice(parts.findIndex(({ type }) => type === 'hour') - 1)
  return day + clock.map(({ value }) => value).join('')
}

/** Returns a time with its day, on request with the name of its zone: `Tuesday 8 December at 14:47`. */
export function fullTime(time: string | number, timeZoneName?: 'short'): string {
  const moment = new Date(time)
  return formatOf(moment, timeZoneName).format(moment)
}

function formatOf(moment: Date, timeZoneName?: 'short'): Intl.DateTimeFormat {
  const isOtherYear = moment.getFullYear() !== new Date().getFullYear()
  return new Intl.DateTimeFormat(texts().locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isOtherYear && { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    // As on the pages of recipients.
    hourCycle: 'h23',
    ...(timeZoneName && { timeZoneName }),
  })
}

/** Returns midnight of the day of a time. */
function startOf(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime()
}

/** Returns whole seconds in their two largest units: `4 hr 20 min`, or `3 days` with `long` names. */
export function durationText(seconds: number, unitDisplay: 'short' | 'long' = 'short'): string {
  const inUnit = (unit: string) => new Intl.NumberFormat(texts().locale, { style: 'unit', unit, unitDisplay })
  return durationParts(seconds)
    .map(({ count, unit }) => inUnit(unit).format(count))
    .join(' ')
}

/** Names media types as people do: as the kinds of files that a sender chooses, else `PDF`, and of a whole kind that. */
export function kindText(types: readonly string[]): string {
  const chosen = texts().form.types.choices?.[types.join()]
  return chosen ?? types.map(type => type.replace(/\/\*$/, '').replace(/^.*\//, '').toUpperCase()).join(', ')
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']

/** Returns a number of bytes with one decimal at most: `4.2 MB`. */
export function sizeText(bytes: number): string {
  const partOf = (type: Intl.NumberFormatPartTypes, unit: string) =>
    new Intl.NumberFormat(texts().locale, { style: 'unit', unit, unitDisplay: 'narrow' })
      .formatToParts(1.5)
      .find(part => part.type === type)?.value ?? ''
  return formatSize(bytes, { units: units.map(unit => partOf('unit', unit)), decimalMark: partOf('decimal', 'byte') })
}
