import { formatSize, siSizes, visible } from '../../../edge/pages/file.ts'
import type { CapabilityTerms } from '../../../shared/capability-text.ts'
import { element, announce, byId } from './element.ts'
import { ask, type ProblemFields, upload } from './requests.ts'
import { type KnownLink, type KnownObject, learn, type State } from './state.ts'

const input = (id: string) => byId(id, HTMLInputElement)
const select = (id: string) => byId(id, HTMLSelectElement)

/** The response of `POST /links`. */
interface Issued extends KnownObject, CapabilityTerms {
  readonly id: string
  readonly url: string
  readonly expiresAt: string
  readonly homeRegion: string
  readonly advice?: string
}

/** The last upload, and the run of its emulator: a second link to the same file needs no second upload. */
interface Uploaded {
  file: File | undefined
  key: string
  run: string
  versionId: string
}

/** Attaches the handlers of the form, which uploads a file and issues a link to it. `issued` gets each new link. */
export function startUploadForm(state: State, issued: (link: KnownLink) => void): void {
  const { homeRegions, sampleKey = '' } = state.setup
  select('homeRegion').append(...homeRegions.map(region => element('option', {}, region)))
  input('key').value = sampleKey
  const uploaded: Uploaded = { file: undefined, key: '', run: '', versionId: '' }
  handleFiles()
  followReceiptDefault()
  byId('offer', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    void submit(state, uploaded).then(link => link && issued(link))
  })
}

/** Handles a chosen or dropped file: its name becomes the key. */
function handleFiles(): void {
  const [file, drop] = [input('file'), byId('drop', HTMLElement)]
  file.addEventListener('change', () => {
    const chosen = file.files?.[0]
    byId('file-name', HTMLElement).textContent = visible(chosen?.name ?? 'Choose a file, or drop one here')
    byId('file-note', HTMLElement).textContent = chosen
      ? formatSize(chosen.size, siSizes)
      : 'or link to a file in the bucket'
    if (chosen) input('key').value = chosen.name
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

/** Returns the api's default: who confirms, plays or goes on with a download requests a link twice, which needs a receipt. */
function receiptByDefault(): boolean {
  return input('confirm').checked || select('media').value !== '' || select('bind').value.startsWith('client')
}

/** Keeps the box at the default until the user changes it. */
function followReceiptDefault(): void {
  const receipt = input('receipt')
  let isDecided = false
  receipt.addEventListener('change', () => void (isDecided = true))
  for (const cause of [input('confirm'), select('media'), select('bind')]) {
    cause.addEventListener('change', () => {
      if (!isDecided) receipt.checked = receiptByDefault()
    })
  }
}

async function submit(state: State, uploaded: Uploaded): Promise<KnownLink | undefined> {
  const [button, progress] = [byId('issue', HTMLButtonElement), byId('progress', HTMLProgressElement)]
  const [file, key, { run }] = [input('file').files?.[0], input('key').value, state]
  showErrors(undefined)
  button.disabled = true
  try {
    if (file !== undefined && (uploaded.file !== file || uploaded.key !== key || uploaded.run !== run)) {
      progress.hidden = false
      const put = await upload(file, key, part => void (progress.value = part))
      if (!put.ok) return failed(put.problem)
      Object.assign(uploaded, { file, key, run, ...(put.value as { versionId: string }) })
    }
    const isOne = file !== undefined && select('media').value !== 'folder'
    const body = { ...bodyOf(key), ...(isOne && { versionId: uploaded.versionId }) }
    const response = await ask<Issued>('POST', '/links', body)
    if (!response.ok) return failed(response.problem)
    const { expiresAt, ...issued } = response.value
    const link = {
      ...issued,
      ...chosenMedia(),
      key,
      expiresAt: Date.parse(expiresAt),
      confirm: input('confirm').checked,
    }
    learn(state, link)
    return link
  } finally {
    button.disabled = false
    progress.hidden = true
  }
}

function failed(problem: ProblemFields): undefined {
  showErrors(problem)
}

/** Returns what the player may fetch, if the link is for one. */
function chosenMedia(): Pick<KnownObject, 'media'> {
  const { value } = select('media')
  return value === 'object' || value === 'folder' ? { media: value } : {}
}

/** Returns the request body, without the fields that have the api's defaults. */
function bodyOf(key: string): object {
  const [confirm, receipt] = [input('confirm').checked, input('receipt').checked]
  const [bind, reference] = [select('bind').value, input('reference').value]
  return {
    key,
    expiresIn: Number(select('expiresIn').value),
    homeRegion: select('homeRegion').value,
    ...(bind !== '' && { bind }),
    ...chosenMedia(),
    ...(confirm && { confirm }),
    ...(receipt !== receiptByDefault() && { receipt }),
    ...(reference !== '' && { reference }),
  }
}

/** Shows a problem, marks its fields, and moves the focus to the first of them. */
function showErrors(problem: ProblemFields | undefined): void {
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
  }
  wrong[0]?.focus()
  announce('')
}
