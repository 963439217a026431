import { useRef, useState } from 'preact/hooks'
import type { UploadProgress } from '../../client/client.ts'
import { formatSize, siSizes } from '../../edge/pages/file.ts'
import { durationText } from '../../shared/texts/capability-text.ts'
import { useRepeat } from './effects.ts'

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
      <progress max="1" value={size === 0 ? 1 : arrived / size} aria-label="Upload" />
      <p class="quiet">
        <span>{textOf(arrived, size, marks.current)}</span>
        <button type="button" onClick={cancel}>
          Cancel
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
  const [first] = marks
  const last = marks.at(-1)
  const done = `${formatSize(bytes, siSizes)} of ${formatSize(total, siSizes)}`
  if (first === undefined || last === undefined || last.at - first.at < 1000) return done
  if (performance.now() - last.at > windowMs) return `${done}. No response: it is tried again`
  const rate = Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at))
  const left = rate === 0 ? '' : `, ${durationText(Math.ceil((total - bytes) / rate))} left`
  return `${done}, ${formatSize(Math.round(rate), siSizes)}/s${left}`
}
