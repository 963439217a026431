import type { DateFormat, LeftFormat } from './texts/texts.ts'
import type { EpochMs, EpochSeconds } from '../../shared/time.ts'

/** A time as people read it. */
export interface When {
  /** For computers: `2026-11-26T15:11Z`. */
  readonly datetime: string
  /** `Thursday, 26 November, 15:11 UTC`. */
  readonly time: string
  /** `in 23 hours`; undefined of a time that has passed. */
  readonly left?: string
}

/** Returns the whole seconds from `now` until `at`, 0 if it has passed. */
export function secondsUntil(at: EpochSeconds, now: EpochMs): number {
  return Math.max(0, Math.floor(at - now / 1000))
}

const minute = 60
const hour = 3600
const day = 86_400

/**
 * Describes a time that is to come. The time itself is rounded down, to minutes or, if fewer than two are left, to seconds: so a page
 * never promises too much. In UTC, because the function does not know where its reader is.
 */
export function describeWhen(at: EpochSeconds, now: EpochMs, format: DateFormat): When {
  const left = secondsUntil(at, now)
  const datetime = new Date(at * 1000).toISOString().slice(0, left < 2 * minute ? 19 : 16)
  return { datetime: `${datetime}Z`, time: timeOf(datetime, now, format), left: leftOf(left, format) }
}

/** Describes a time that has passed, to the minute, in UTC. */
export function describePast(at: EpochSeconds, now: EpochMs, format: DateFormat): When {
  const datetime = new Date(at * 1000).toISOString().slice(0, 16)
  return { datetime: `${datetime}Z`, time: timeOf(datetime, now, format) }
}

function timeOf(datetime: string, now: EpochMs, { weekdays, months, dates }: DateFormat): string {
  const date = new Date(`${datetime}Z`)
  const year = date.getUTCFullYear()
  const [thisYear, otherYear] = dates
  const parts: Readonly<Record<string, string | undefined>> = {
    w: weekdays.split(' ')[date.getUTCDay()],
    d: String(date.getUTCDate()),
    m: months.split(' ')[date.getUTCMonth()],
    y: String(year),
    t: datetime.slice(11),
  }
  const pattern = new Date(now).getUTCFullYear() === year ? thisYear : otherYear
  return pattern.replace(/\{(\w)\}/g, (_, name: string) => parts[name] ?? '')
}

/** Two of a unit at least, so that only seconds need a singular. Seconds are rounded down; the rest to the nearest, as people do. */
function leftOf(seconds: number, { left }: DateFormat): string {
  const [oneSecond, manySeconds, minutes, hours, days] = left
  if (seconds === 1) return oneSecond
  const [pattern, unit] =
    seconds < 2 * minute
      ? [manySeconds, 1]
      : seconds < 2 * hour
        ? [minutes, minute]
        : seconds < 2 * day
          ? [hours, hour]
          : [days, day]
  const count = unit === 1 ? seconds : Math.round(seconds / unit)
  return formOf(pattern, count).replace('#', String(count))
}

function formOf(format: LeftFormat, count: number): string {
  if (typeof format === 'string') return format
  const [two, few, many, other] = format
  const last = count % 100
  if (count === 2) return two
  return last < 3 ? other : last < 11 ? few : many
}
