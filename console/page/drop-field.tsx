import { useState } from 'preact/hooks'
import { formatSize, siSizes, visible } from '../../edge/pages/file.ts'
import { droppedIn, type Picked, pickedIn } from './files.ts'

/** Props of `DropField`. */
interface DropProps {
  readonly picked: readonly Picked[]
  readonly change: (picked: readonly Picked[]) => void
}

/** The field for files: several, or a folder, become one zip. */
export function DropField({ picked, change }: DropProps) {
  const [isOver, setOver] = useState(false)
  const [problem, setProblem] = useState('')
  const take = async (dropped: DataTransfer) => {
    const files = await droppedIn(dropped).catch(() => [])
    setProblem(files.length === 0 ? 'What was dropped has no file that can be read.' : '')
    if (files.length > 0) change(files)
  }
  const drag = (event: DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop' && event.dataTransfer) void take(event.dataTransfer)
  }
  const choose = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    change(pickedIn(currentTarget))
    // So that the same file can be chosen for the next link, too.
    currentTarget.value = ''
  }
  return (
    <div class={isOver ? 'drop over' : 'drop'} onDragOver={drag} onDragLeave={drag} onDrop={drag}>
      <p class="file-name" role="status">
        {picked.length === 0 ? 'Drop a file or a folder here, or' : <bdi>{nameOf(picked)}</bdi>}
      </p>
      <p class="actions">
        <Pick label={picked.length === 0 ? 'Choose a file' : 'Choose another'} choose={choose} />
        {picked.length === 0 && <Pick label="Choose a folder" choose={choose} webkitdirectory />}
      </p>
      {picked.length > 1 && <p class="quiet">They are sent as one zip.</p>}
      <p class="error" role="alert">
        {problem}
      </p>
    </div>
  )
}

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

function nameOf(picked: readonly Picked[]): string {
  const size = formatSize(
    picked.reduce((sum, { file }) => sum + file.size, 0),
    siSizes,
  )
  const [first] = picked
  const [folder = '', ...rest] = first?.path.split('/') ?? []
  const isFolder = rest.length > 0 && picked.every(({ path }) => path.startsWith(`${folder}/`))
  if (picked.length === 1 && !isFolder) return `${visible(folder)}, ${size}`
  return `${isFolder ? `${visible(folder)}: ` : ''}${picked.length} files, ${size}`
}
