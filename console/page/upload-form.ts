import { checkFields } from '../../client/check-fields.ts'
import type { IssuedLink, IssueLink } from '../../client/client.ts'
import { formatSize, siSizes, visible } from '../../edge/pages/file.ts'
import { durationText } from '../../shared/capability-text.ts'
import { announce, byId, element } from './element.ts'
import { bodyOf, chosenMedia, followFields } from './form-fields.ts'
import { fileIdOf, uploadInParts } from './part-upload.ts'
import { api, type Failure, type Outcome, outcomeOf, put, type Uploaded } from './requests.ts'
import { emulatorNow, type KnownLink, learn, type State } from './state.ts'

const input = (id: string) => byId(id, HTMLInputElement)

/** The last upload, and the run of its server: a second link to the same file needs no second upload. */
interface LastUpload extends Uploaded {
  file: File | undefined
  key: string
  run: string
}

/** Attaches the handlers of the form, which uploads a file and issues a link to it. `issued` gets each new link. */
export function startUploadForm(state: State, issued: (link: KnownLink) => void): void {
  const { homeRegions, sampleKey = '', uploads } = state.setup
  byId('homeRegion', HTMLSelectElement).append(...homeRegions.map(region => element('option', {}, region)))
  input('key').value = sampleKey
  byId('drop', HTMLElement).hidden = uploads === 'none'
  byId('replace-field', HTMLElement).hidden = uploads !== 'parts'
  const uploaded: LastUpload = { file: undefined, key: '', run: '' }
  handleFiles(state)
  followFields()
  byId('offer', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    if (!state.isIssuing) void submit(state, uploaded).then(link => link && issued(link))
  })
}

/** Handles a chosen or dropped file: its name becomes the key, in a deployment below a folder that names the file. */
function handleFiles({ setup }: State): void {
  const file = input('file')
  const drop = byId('drop', HTMLElement)
  file.addEventListener('change', () => {
    const chosen = file.files?.[0]
    byId('file-name', HTMLElement).textContent = visible(chosen?.name ?? 'Choose a file, or drop one here')
    byId('file-note', HTMLElement).textContent = chosen
      ? formatSize(chosen.size, siSizes)
      : 'or link to a file in the bucket'
    if (chosen === undefined) return
    if (setup.uploads !== 'parts') input('key').value = chosen.name
    else void fileIdOf(chosen).then(id => void (input('key').value = `${id}/${chosen.name}`))
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
  const key = input('key').value
  const { run } = state
  showErrors(undefined)
  button.ariaDisabled = 'true'
  state.isIssuing = true
  try {
    if (file !== undefined && (uploaded.file !== file || uploaded.key !== key || uploaded.run !== run)) {
      const result = await upload(file, key, state)
      if (!result.ok) return showErrors(result)
      Object.assign(uploaded, { file, key, run, versionId: result.value.versionId })
    }
    const isOne = file !== undefined && chosenMedia().media !== 'folder' && uploaded.versionId !== undefined
    const body = bodyOf(key)
    const issued = await outcomeOf(api().issue({ ...body, ...(isOne && { versionId: uploaded.versionId }) }))
    return issued.ok ? issuedLink(issued.value, body, state) : showErrors(issued)
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

async function upload(file: File, key: string, { setup }: State): Promise<Outcome<Uploaded>> {
  const cancelling = new AbortController()
  startProgress(file.size, () => cancelling.abort())
  const { signal } = cancelling
  if (setup.uploads === 'parts') {
    const checked = await outcomeOf(checkFields(api(), bodyOf(key)))
    if (!checked.ok) return checked
    const isOwnKey = key.split('/').includes(await fileIdOf(file))
    return uploadInParts({ file, key, replace: isOwnKey || input('replace').checked, progress: showProgress, signal })
  }
  const path = `/files/${key.split('/').map(encodeURIComponent).join('/')}`
  return put(path, { body: file, signal, progress: part => showProgress(part * file.size) })
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
