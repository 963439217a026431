/** How people who read one language write a size. */
export interface SizeFormat {
  /** Signs of bytes, 1,000 bytes and so on. */
  readonly units: readonly string[]
  readonly decimalMark: string
}

/** The SI's signs: 1 kB is 1,000 bytes, as file managers show it. */
export const siUnits: SizeFormat['units'] = ['B', 'kB', 'MB', 'GB', 'TB']

/** The same with a decimal point. */
export const siSizes: SizeFormat = { units: siUnits, decimalMark: '.' }

/** Returns a number of bytes with one decimal at most: `4.2 MB`. */
export function formatSize(bytes: number, { units, decimalMark }: SizeFormat = siSizes): string {
  const step = stepOf(bytes, units.length)
  return `${inStep(bytes, step).replace('.', decimalMark)} ${units[step]}`
}

/**
 * Returns how much of a whole there is, in the unit of the whole: `1.3 of 4.2 GB`; if it is less than a tenth of that, in its own. Rounded
 * down, so that what lacks a byte doesn't look whole.
 */
export function formatShare(bytes: number, total: number): string {
  const step = stepOf(total, siUnits.length)
  const tenth = 1000 ** step / 10
  if (bytes > 0 && bytes < Math.min(total, tenth)) return `${formatSize(bytes)} of ${formatSize(total)}`
  const part = Math.floor(Math.min(bytes, total - tenth) / tenth) / 10
  return `${bytes < total ? part : inStep(total, step)} of ${formatSize(total)}`
}

/** Returns the unit, as a power of 1,000, in which the number has at most three digits before its decimal mark. */
function stepOf(bytes: number, count: number): number {
  let value = bytes
  let step = 0
  for (; roundTenth(value) >= 1000 && step < count - 1; step += 1) value /= 1000
  return step
}

function inStep(bytes: number, step: number): string {
  return String(roundTenth(bytes / 1000 ** step))
}

function roundTenth(value: number): number {
  return Math.round(value * 10) / 10
}
