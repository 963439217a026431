import { UsageError } from './command.ts'

const secondsIn = { s: 1, m: 60, h: 3600, d: 24 * 3600 } as const

/** Seconds in `90`, `90s`, `15m`, `12h` or `2d`; throws a `UsageError` that names the option. */
export function parseDuration(text: string, option: string): number {
  const [, digits = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? []
  if (digits !== '') return Number(digits) * secondsIn[(unit || 's') as keyof typeof secondsIn]
  throw new UsageError(`${option}: got ${JSON.stringify(text)}, allowed: seconds, or as in 15m, 12h, 2d`)
}
