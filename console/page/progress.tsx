import { useRef, useState } from 'preact/hooks'
import type { UploadProgress } from '../../client/client.ts'
import { useRepeat } from './effects.ts'
import { durationText, sizeText } from './formats.ts'
import { say, texts } from './language.ts'

/** How far an attempt is; without an upload, it is being prepared, or its links are created. */
export interface Progress {
  readonly upload?: UploadProgress
}

/** How many bytes had arrived, and when. */
interface Mark {
  readonly at: number
  readonly bytes: number
}

/** Milliseconds of the past by which the rate is measured. */
const windowMs = 10_000

/** How many bytes have arrived, how fast, and how long the rest takes, with a button that cancels. */
export function ProgressBar({ progress: { upload }, cancel }: { progress: Progress; cancel: () => void }) {
  const marks = useRef<readonly Mark[]>([])
  const [, redraw] = useState({})
  useRepeat(async () => redraw({}), 1000)
  if (upload === undefined) return null
  const { arrived, size = 0 } = upload
  const now = performance.now()
  if (marks.current.at(-1)?.bytes !== arrived)
    marks.current = [...marks.current.filter(({ at }) => now - at < windowMs), { at: now, bytes: arrived }]
  return (
    <div class="progress">
      <progress max="1" value={size === 0 ? 1 : arrived / size} aria-label={texts().progress.upload} />
      <p class="quiet">
        <span>{textOf(arrived, size, marks.current)}</span>
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
