import { useRef, useState } from 'preact/hooks'
import { visible } from '../../edge/pages/file.ts'
import { droppedIn, type Picked, pickedIn, withPicked } from './files.ts'
import { sizeText } from './formats.ts'
import { say, texts } from './language.ts'

/** Props of `DropField`. */
interface DropProps {
  readonly picked: readonly Picked[]
  readonly change: (picked: readonly Picked[]) => void
}

/** The field for files: several, or a folder, become one zip. What is chosen or dropped is added, and can be taken out. */
export function DropField({ picked, change }: DropProps) {
  const [isOver, setOver] = useState(false)
  const [isProblem, setProblem] = useState(false)
  const field = useRef<HTMLDivElement>(null)
  const { form } = texts()
  const add = (added: readonly Picked[]) => change(withPicked(picked, added))
  const take = async (dropped: DataTransfer) => {
    const files = await droppedIn(dropped).catch(() => [])
    setProblem(files.length === 0)
    add(files)
  }
  const drag = (event: DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop' && event.dataTransfer) void take(event.dataTransfer)
  }
  const choose = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    add(pickedIn(currentTarget))
    // So that the same file can be chosen for the next link, too.
    currentTarget.value = ''
  }
  const remove = (files: readonly Picked[]) => {
    change(picked.filter(each => !files.includes(each)))
    // The button that was pressed goes away.
    field.current?.querySelector('input')?.focus()
  }
  return (
    <div ref={field} class={isOver ? 'drop over' : 'drop'} onDragOver={drag} onDragLeave={drag} onDrop={drag}>
      <div role="status">
        {picked.length === 0 ? <p class="file-name">{form.drop}</p> : <Chosen {...{ picked, remove }} />}
      </div>
      <p class="actions">
        <Pick label={picked.length === 0 ? form.choose : form.add} choose={choose} />
        {picked.length === 0 && canChooseFolder && <Pick label={form.chooseFolder} choose={choose} webkitdirectory />}
      </p>
      {picked.length > 1 && <p class="quiet">{form.oneZip}</p>}
      <p class="error" role="alert">
        {isProblem && form.nothingDropped}
      </p>
    </div>
  )
}

/** Whether this browser lets people choose a folder. Chrome on Android claims it since ever, and does it since it has this function. */
const canChooseFolder =
  'webkitdirectory' in HTMLInputElement.prototype &&
  (!/Android.*Chrome\//.test(navigator.userAgent) || 'showDirectoryPicker' in window)

function Pick({
  label,
  choose,
  ...attributes
}: {
  readonly label: string
  readonly choose: (event: { readonly currentTarget: HTMLInputElement }) => void
  readonly webkitdirectory?: boolean
}) {
  return (
    <label class="button">
      {label}
      <input type="file" multiple onChange={choose} {...attributes} />
    </label>
  )
}

interface ChosenProps {
  readonly picked: readonly Picked[]
  readonly remove: (files: readonly Picked[]) => void
}

/** What is chosen: a row for each file, and for each folder with all that is in it. */
function Chosen({ picked, remove }: ChosenProps) {
  const { form } = texts()
  const rows = Map.groupBy(picked, ({ path }) => path.split('/')[0] ?? '')
  return (
    <ul class="chosen">
      {[...rows].map(([name, files]) => (
        <li key={name}>
          <span class="file-name">
            <bdi>{visible(name)}</bdi> <span class="quiet">{contentOf(files)}</span>
          </span>
          <button type="button" onClick={() => remove(files)}>
            {form.remove} <span class="hidden-text">{visible(name)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Says how large a file is, or how many are in a folder. */
function contentOf(files: readonly Picked[]): string {
  const size = sizeText(files.reduce((sum, { file }) => sum + file.size, 0))
  const isFile = files.every(({ path }) => !path.includes('/'))
  return isFile ? size : `${say(texts().form.files, { count: files.length })} · ${size}`
}
