import { checkFields } from '../../client/check-fields.ts'
import { base64url } from '../../client/arguments.ts'
import { type IssuedLink, type IssueLink, ProblemError, type UploadedFile } from '../../client/client.ts'
import { formatSize, siSizes, visible } from '../../edge/pages/file.ts'
import { durationText } from '../../shared/capability-text.ts'
import { announce, byId, element } from './element.ts'
import { bodyOf, chosenMedia, followFields } from './form-fields.ts'
import { api, type Failure, type Outcome, outcomeOf } from './requests.ts'
import { emulatorNow, type KnownLink, learn, type State } from './state.ts'

const input = (id: string) => byId(id, HTMLInputElement)

/** The last upload, and the run of its server: a second link to the same file needs no second upload. */
interface LastUpload {
  file?: File
  /** What the user typed as its key. */
  typed?: string
  run?: string
  result?: UploadedFile
  /** A version that was deleted since it was uploaded. */
  lost?: string
}

/** Attaches the handlers of the form, which uploads a file and issues a link to it. `issued` gets each new link. */
export function startUploadForm(state: State, issued: (link: KnownLink) => void): void {
  const { homeRegions, sampleKey = '' } = state.setup
  byId('homeRegion', HTMLSelectElement).append(...homeRegions.map(region => element('option', {}, region)))
  input('key').value = sampleKey
  const uploaded: LastUpload = {}
  handleFiles()
  followFields()
  byId('offer', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    if (!state.isIssuing) void submit(state, uploaded).then(link => link && issued(link))
  })
}

/** Handles a chosen or dropped file: its name stands for a key that the API draws. */
function handleFiles(): void {
  const file = input('file')
  const drop = byId('drop', HTMLElement)
  file.addEventListener('change', () => {
    const chosen = file.files?.[0]
    byId('file-name', HTMLElement).textContent = visible(chosen?.name ?? 'Choose a file, or drop one here')
    byId('file-note', HTMLElement).textContent = chosen
      ? formatSize(chosen.size, siSizes)
      : 'or link to a file in the bucket'
    if (chosen !== undefined) input('key').value = chosen.name
  })
  for (const name of ['dragover', 'dragleave', 'drop'] as const) {
    drop.addEventListener(name, event => {
      event.preventDefault()
      drop.classList.toggle('over', name === 'dragover')
      if (name !== 'drop' || !event.dataTransfer?.files.length) return
      file.files = event.dataTransfer.files
      file.dispatchEvent(new Event('change'))
    })
  }
}

/** Uploads the file, if it has not been, and issues the link. The button keeps the focus meanwhile: only a disabled one loses it. */
async function submit(state: State, uploaded: LastUpload): Promise<KnownLink | undefined> {
  const button = byId('issue', HTMLButtonElement)
  const file = input('file').files?.[0]
  const typed = input('key').value
  const { run } = state
  showErrors(undefined)
  button.ariaDisabled = 'true'
  state.isIssuing = true
  try {
    if (file !== undefined && (uploaded.file !== file || uploaded.typed !== typed || uploaded.run !== run)) {
      const result = await upload(file, typed, uploaded.lost)
      if (!result.ok) return showErrors(result)
      Object.assign(uploaded, { file, typed, run, result: result.value })
    }
    const { key = typed, versionId } = (file && uploaded.result) ?? {}
    const isOne = chosenMedia().media !== 'folder' && versionId !== undefined
    const body = bodyOf(key)
    const issued = await outcomeOf(api().issue({ ...body, ...(isOne && { versionId }) }))
    if (issued.ok) return issuedLink(issued.value, body, state)
    // Then the next try sends the file again.
    if (isOne && issued.errors.some(({ field }) => field === 'versionId')) {
      Object.assign(uploaded, { file: undefined, lost: versionId })
    }
    return showErrors(issued)
  } finally {
    button.ariaDisabled = 'false'
    state.isIssuing = false
    byId('progress-field', HTMLElement).hidden = true
  }
}

function issuedLink(issued: IssuedLink, { key, reference, confirm, notBefore }: IssueLink, state: State): KnownLink {
  const link = {
    ...issued,
    ...chosenMedia(),
    key,
    issuedAt: new Date(emulatorNow(state)).toISOString(),
    confirm: confirm === true,
    ...(reference !== undefined && { reference }),
    ...(notBefore !== undefined && { notBefore }),
    ...(input('receipt').checked && { receipt: null }),
  }
  learn(state, link)
  return link
}

/** Uploads a file: to the key that the user has typed, or else to one that the API draws. After a break, the same file goes on. */
async function upload(file: File, key: string, lost?: string): Promise<Outcome<UploadedFile>> {
  const cancelling = new AbortController()
  const { signal } = cancelling
  startProgress(file.size, () => cancelling.abort())
  const { name, size, lastModified, type } = file
  const replace = input('replace').checked
  const named = key === name ? { filename: name } : { key, ...(replace && { replace }) }
  try {
    const idempotencyKey = await hashOf([named, type, size, lastModified, lost])
    const result = await api().upload(file, {
      ...named,
      ...(type !== '' && { type }),
      idempotencyKey,
      endOnAbort: true,
      signal,
      onBegin: drawn => checkFields(api(), bodyOf(drawn), { signal }),
      onProgress: ({ arrived }) => showProgress(arrived),
    })
    return { ok: true, value: result }
  } catch (error) {
    if (error instanceof ProblemError) return outcomeOf(Promise.reject(error))
    const detail = signal.aborted
      ? 'The upload was cancelled.'
      : `The file did not arrive. Try again, to go on. ${String(error)}`
    return { ok: false, status: 0, detail, errors: [] }
  }
}

async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** Shows a problem, marks its fields, and moves the focus to the first of them. */
function showErrors(problem: Failure | undefined): undefined {
  const form = byId('offer', HTMLFormElement)
  for (const marked of form.querySelectorAll('[aria-invalid]')) marked.removeAttribute('aria-invalid')
  const error = byId('offer-error', HTMLElement)
  error.textContent = ''
  if (problem === undefined) return
  const lines = problem.errors.map(({ field, got, allowed }) => `${field}: got ${got}, allowed: ${allowed}`)
  const texts = lines.length === 0 ? [problem.detail] : lines
  error.append(...texts.map(text => element('span', {}, visible(text))))
  const wrong = problem.errors.flatMap(({ field }) => document.getElementById(field) ?? [])
  for (const field of wrong) {
    field.setAttribute('aria-invalid', 'true')
    field.setAttribute('aria-describedby', 'offer-error')
    for (const parent of [field.closest('details')]) if (parent !== null) parent.open = true
  }
  wrong[0]?.focus()
  announce('')
}

/** Milliseconds of the past by which the rate is measured. */
const windowMs = 10_000

let total = 0
let marks: readonly { readonly at: number; readonly bytes: number }[] = []

/** Shows the progress of an upload of this many bytes, and a button that cancels it. */
function startProgress(bytes: number, cancel: () => void): void {
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
function showProgress(bytes: number): void {
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
