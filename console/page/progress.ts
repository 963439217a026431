import { formatSize, siSizes } from '../../edge/pages/file.ts'
import { durationText } from '../../shared/capability-text.ts'
import { byId } from './element.ts'

/** Milliseconds of the past by which the rate is measured. */
const windowMs = 10_000

let total = 0
let marks: readonly { readonly at: number; readonly bytes: number }[] = []

/** Shows the progress of an upload of this many bytes, and a button that cancels it. */
export function startProgress(bytes: number, cancel: () => void): void {
  total = bytes
  marks = []
  const button = byId('cancel', HTMLButtonElement)
  const fresh = button.cloneNode(true)
  fresh.addEventListener('click', cancel, { once: true })
  button.replaceWith(fresh)
  byId('progress-field', HTMLElement).hidden = false
  showProgress(0)
}

/** Shows how many bytes have arrived, how fast, and how long the rest takes. */
export function showProgress(bytes: number): void {
  const now = performance.now()
  marks = [...marks.filter(({ at }) => now - at < windowMs), { at: now, bytes }]
  byId('progress', HTMLProgressElement).value = total === 0 ? 1 : bytes / total
  byId('progress-text', HTMLElement).textContent = textOf(bytes)
}

function textOf(bytes: number): string {
  const first = marks[0]
  const last = marks.at(-1)
  const done = `${formatSize(bytes, siSizes)} of ${formatSize(total, siSizes)}`
  if (first === undefined || last === undefined || last.at - first.at < 1000) return done
  const rate = Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at))
  const left = rate === 0 ? '' : `, ${durationText(Math.ceil((total - bytes) / rate))} left`
  return `${done}, ${formatSize(Math.round(rate), siSizes)}/s${left}`
}
