import type { ObjectCheck } from '../../client/client.ts'
import { durationText } from '../../shared/texts/capability-text.ts'
import { formatShare, formatSize } from '../../shared/texts/size.ts'
import { type EpochMs, plusMs } from '../../shared/time.ts'
import type { CliPorts } from '../ports/ports.ts'
import { shortened, singleLine } from './text.ts'

/** How far a transfer was, and when. */
interface Sample {
  readonly at: EpochMs
  readonly bytes: number
}

/** Time between two lines, in milliseconds: faster than a person reads, and a chunk may arrive every 50 µs. */
const everyMs = 100

/** The rate is that of the last few seconds, and is shown when one has passed: a cache on the way takes the first bytes at once. */
const windowMs = 5000
const firstRateMs = 1000

const maxName = 30

/**
 * Returns a function that shows on a terminal how far a transfer is, its rate and the remaining time; it takes the number of bytes so
 * far, and the size if it is known. Shows nothing if there is no terminal.
 *
 * @param before bytes that an earlier run left, which say nothing of the rate
 */
export function createMeter(
  name: string,
  before: number,
  { progress, clock }: Pick<CliPorts, 'progress' | 'clock'>,
): (bytes: number, total: number | undefined) => void {
  if (progress === undefined) return () => undefined
  let samples: readonly Sample[] = [{ at: clock.now(), bytes: before }]
  let shownAt: EpochMs | undefined
  return (bytes, total) => {
    const at = clock.now()
    if (shownAt !== undefined && at < plusMs(shownAt, everyMs) && bytes !== total) return
    shownAt = at
    // The file comes again from its start.
    if (bytes < (samples.at(-1)?.bytes ?? 0)) samples = []
    samples = [...samples.filter(each => plusMs(each.at, windowMs) >= at), { at, bytes }]
    progress(progressLine(shortened(name, maxName), { bytes, total, rate: rateOf(samples) }))
  }
}

/**
 * Shows while a file is being checked for how long: on a terminal as the progress line, until `clear`; otherwise once, with what an
 * interrupt does.
 *
 * @param name of the file, or what the files are
 * @param goesOn what issues the link after an interrupt
 */
export function createCheckMeter(
  name: string,
  { progress, info }: Pick<CliPorts, 'progress' | 'info'>,
  goesOn = 'the same command goes on',
): { readonly onCheck: (check: ObjectCheck) => void; readonly clear: () => void } {
  let isShown = false
  return {
    onCheck({ waitedMs }) {
      const seconds = Math.floor(waitedMs / 1000)
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
      const shown = singleLine(shortened(name, maxName))
      if (progress !== undefined) progress(`${shown}: being checked, ${time}; Ctrl-C stops waiting`)
      else if (!isShown) info(`${singleLine(name)}: being checked for malware; Ctrl-C stops waiting, and ${goesOn}`)
      isShown = true
    },
    clear() {
      if (isShown) progress?.('')
    },
  }
}

/** Returns bytes a second; undefined if too little time has passed to say it. */
function rateOf(samples: readonly Sample[]): number | undefined {
  const first = samples[0]
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.at - first.at < firstRateMs) return undefined
  return ((last.bytes - first.bytes) * 1000) / (last.at - first.at)
}

/** State of a transfer; `rate` in bytes a second. */
interface Progress {
  readonly bytes: number
  readonly total: number | undefined
  readonly rate: number | undefined
}

const width = 20

/**
 * Formats `report.pdf  [########------------]  40 %  12.3 of 30.8 MB  2.1 MB/s  9 s left`; without what is not known: the size, and so
 * bar and remaining time, and the rate.
 */
export function progressLine(name: string, { bytes, total, rate }: Progress): string {
  const speed = rate === undefined ? '' : `  ${formatSize(rate)}/s`
  if (total === undefined) return `${name}  ${formatSize(bytes)}${speed}`
  const share = total === 0 ? 1 : Math.min(bytes / total, 1)
  const filled = Math.round(share * width)
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}]`
  const left =
    rate === undefined || rate < 1 || bytes >= total ? '' : `  ${durationText(Math.ceil((total - bytes) / rate))} left`
  return `${name}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${formatShare(bytes, total)}${speed}${left}`
}
