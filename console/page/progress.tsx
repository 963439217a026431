import { useRef, useState } from 'preact/hooks'
import type { ObjectCheck, UploadProgress } from '../../client/client.ts'
import { useRepeat } from './effects.ts'
import { durationText, sizeText } from './formats.ts'
import { say, texts } from './language.ts'

/** How far an attempt is; without an upload, it is being prepared, or its links are created. */
export interface Progress {
  readonly upload?: UploadProgress
  /** The file has arrived, and is being checked for malware. */
  readonly check?: ObjectCheck
}

/** How many bytes had arrived, and when. */
interface Mark {
  readonly at: number
  readonly bytes: number
}

/** Milliseconds of the past by which the rate is measured. */
const windowMs = 10_000

/** Says what an attempt waits for. It is on the page before that: screen readers read only what appears in it. */
export function CheckLines({ progress }: { progress: Progress | undefined }) {
  const { check, leave } = texts().progress
  return (
    <p class="check-lines" role="status">
      {progress?.check !== undefined && (
        <>
          <span>{check}</span>
          <span class="quiet">{leave}</span>
        </>
      )}
    </p>
  )
}

/**
 * How many bytes have arrived, how fast, and how long the rest takes, or how long the file has been checked, with a button that cancels.
 */
export function ProgressBar({ progress: { upload, check }, cancel }: { progress: Progress; cancel: () => void }) {
  const marks = useRef<readonly Mark[]>([])
  const checkedFrom = useRef<number>(undefined)
  const [, redraw] = useState({})
  // From the start of the check, so that no second is left out.
  useRepeat(async () => redraw({}), 1000, check === undefined)
  const { progress } = texts()
  const now = performance.now()
  if (check !== undefined) {
    checkedFrom.current ??= now - check.waitedMs
    const time = durationText(Math.round((now - checkedFrom.current) / 1000))
    return <Bar label={progress.check} text={say(progress.waited, { time })} cancel={cancel} />
  }
  if (upload === undefined) return null
  const { arrived, size = 0 } = upload
  if (marks.current.at(-1)?.bytes !== arrived)
    marks.current = [...marks.current.filter(({ at }) => now - at < windowMs), { at: now, bytes: arrived }]
  const text = textOf(arrived, size, marks.current)
  return <Bar label={progress.upload} value={size === 0 ? 1 : arrived / size} {...{ text, cancel }} />
}

interface BarProps {
  readonly label: string
  /** From 0 to 1. @default not known */
  readonly value?: number
  readonly text: string
  readonly cancel: () => void
}

function Bar({ label, value, text, cancel }: BarProps) {
  return (
    <div class="progress">
      {/* Preact can't take the value from a bar that has one. */}
      <progress key={label} max="1" value={value} aria-label={label} />
      <p class="quiet">
        <span>{text}</span>
        <button type="button" onClick={cancel}>
          {texts().form.cancel}
        </button>
      </p>
    </div>
  )
}

function textOf(
  bytes: number,
  total: number,
  marks: readonly { readonly at: number; readonly bytes: number }[],
): string {
  const { progress } = texts()
  const [first] = marks
  const last = marks.at(-1)
  const sizes = { done: sizeText(bytes), size: sizeText(total) }
  if (first === undefined || last === undefined || last.at - first.at < 1000) return say(progress.done, sizes)
  if (performance.now() - last.at > windowMs) return say(progress.stalled, sizes)
  const rate = Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at))
  // In a window without a byte, the rest would take for ever.
  if (rate === 0) return say(progress.done, sizes)
  const left = durationText(Math.ceil((total - bytes) / rate))
  return say(progress.left, { ...sizes, rate: sizeText(Math.round(rate)), left })
}
