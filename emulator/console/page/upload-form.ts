import { element, announce, byId } from './element.ts'
import { ask, type Told, upload } from './requests.ts'
import { type KnownLink, learn, type State } from './state.ts'

const input = (id: string) => byId(id, HTMLInputElement)
const select = (id: string) => byId(id, HTMLSelectElement)

/** What `POST /links` answers. */
interface Issued {
  readonly id: string
  readonly url: string
  readonly expiresAt: string
  readonly homeRegion: string
}

/** What was put into the bucket last, so that a second link to it needs no second upload; and of which emulator. */
interface Uploaded {
  file: File | undefined
  key: string
  run: string
}

/** Makes the form offer a file and issue a link to it. `issued` hears of each one that this page now knows. */
export function startUploadForm(state: State, issued: (link: KnownLink) => void): void {
  const { homeRegions, sampleKey = '' } = state.setup
  select('homeRegion').append(...homeRegions.map(region => element('option', {}, region)))
  input('key').value = sampleKey
  const uploaded: Uploaded = { file: undefined, key: '', run: '' }
  takeFiles()
  followDefault()
  byId('offer', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    void submit(state, uploaded).then(link => link && issued(link))
  })
}

/** A file that is chosen or dropped gives the key its name. */
function takeFiles(): void {
  const [file, drop] = [input('file'), byId('drop', HTMLElement)]
  file.addEventListener('change', () => {
    const chosen = file.files?.[0]
    byId('file-name', HTMLElement).textContent = chosen?.name ?? 'Choose a file, or drop one here'
    byId('file-note', HTMLElement).textContent = chosen ? sizeOf(chosen) : 'or link to what is in the bucket'
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

/** The api's default: who presses a button or watches a film may ask twice, so a receipt is kept. */
function receiptByDefault(): boolean {
  return input('confirm').checked || select('media').value !== ''
}

/** The box is as the default, until somebody decides otherwise. */
function followDefault(): void {
  const receipt = input('receipt')
  let isDecided = false
  receipt.addEventListener('change', () => void (isDecided = true))
  for (const cause of [input('confirm'), select('media')]) {
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
      if (!put.ok) return failed(put.told)
      Object.assign(uploaded, { file, key, run })
    }
    const answer = await ask<Issued>('POST', '/links', bodyOf(key))
    if (!answer.ok) return failed(answer.told)
    const { id, url, expiresAt, homeRegion } = answer.value
    const link = { id, url, key, homeRegion, expiresAt: Date.parse(expiresAt), confirm: input('confirm').checked }
    learn(state, link)
    return link
  } finally {
    button.disabled = false
    progress.hidden = true
  }
}

function failed(told: Told): undefined {
  showErrors(told)
}

/** Only what differs from the api's defaults. */
function bodyOf(key: string): object {
  const [confirm, receipt] = [input('confirm').checked, input('receipt').checked]
  const [bind, media, reference] = [select('bind').value, select('media').value, input('reference').value]
  return {
    key,
    expiresIn: Number(select('expiresIn').value),
    homeRegion: select('homeRegion').value,
    ...(bind !== 'exact' && { bind }),
    ...(media !== '' && { media }),
    ...(confirm && { confirm }),
    ...(receipt !== receiptByDefault() && { receipt }),
    ...(reference !== '' && { reference }),
  }
}

/** Says what is wrong, marks the fields it is about, and goes to the first of them. */
function showErrors(told: Told | undefined): void {
  const form = byId('offer', HTMLFormElement)
  for (const marked of form.querySelectorAll('[aria-invalid]')) marked.removeAttribute('aria-invalid')
  const error = byId('offer-error', HTMLElement)
  error.textContent = ''
  if (told === undefined) return
  const lines = told.errors.map(({ field, got, allowed }) => `${field}: got ${got}, allowed: ${allowed}`)
  error.append(...(lines.length === 0 ? [told.detail] : lines.map(line => element('span', {}, line))))
  const wrong = told.errors.flatMap(({ field }) => document.getElementById(field) ?? [])
  for (const field of wrong) {
    field.setAttribute('aria-invalid', 'true')
    field.setAttribute('aria-describedby', 'offer-error')
  }
  wrong[0]?.focus()
  announce('')
}

function sizeOf({ size }: File): string {
  const units = ['bytes', 'kB', 'MB', 'GB']
  const step = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), units.length - 1)
  return `${step === 0 ? size : (size / 1000 ** step).toFixed(1)} ${units[step]}`
}
