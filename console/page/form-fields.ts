import type { IssueLink } from '../../client/client.ts'
import { presets } from '../../client/presets.ts'
import { byId } from './element.ts'

const input = (id: string) => byId(id, HTMLInputElement)
const select = (id: string) => byId(id, HTMLSelectElement)

/** Shows the fields that others call for, chooses a preset's fields, and keeps the box of the receipt at the api's default. */
export function followFields(): void {
  const receipt = input('receipt')
  let isDecided = false
  receipt.addEventListener('change', () => void (isDecided = true))
  for (const cause of [input('confirm'), select('media'), select('bind')]) {
    cause.addEventListener('change', () => {
      if (!isDecided) receipt.checked = receiptByDefault()
    })
  }
  select('for').addEventListener('change', () => applyPreset(select('for').value))
  for (const each of [select('expiresIn'), select('passphrase')]) each.addEventListener('change', showDependents)
  select('expiresIn').value = '86400'
  applyPreset(select('for').value)
}

/** Returns the api's default: who confirms, plays or goes on with a download requests a link twice, which needs a receipt. */
function receiptByDefault(): boolean {
  return input('confirm').checked || select('media').value !== '' || select('bind').value.startsWith('client')
}

/** The api's own defaults. */
const plain = { confirm: false, receipt: false, bind: '', expiresIn: 86_400, urlSeconds: '' }

/** Fills in the fields of the client's preset, where the user sees them and can change them. */
function applyPreset(name: string): void {
  const preset = Object.entries(presets).find(([each]) => each === name)?.[1] ?? plain
  input('confirm').checked = preset.confirm
  input('receipt').checked = preset.receipt
  select('bind').value = preset.bind
  select('expiresIn').value = String(preset.expiresIn)
  input('urlSeconds').value = String(preset.urlSeconds)
  showDependents()
}

function showDependents(): void {
  byId('expiresAt-field', HTMLElement).hidden = select('expiresIn').value !== 'at'
  input('passphrase-own').hidden = select('passphrase').value !== 'own'
  byId('maxTries-field', HTMLElement).hidden = select('passphrase').value === ''
}

/** Returns what the player may fetch, if the link is for one. */
export function chosenMedia(): { readonly media?: 'object' | 'folder' } {
  const { value } = select('media')
  return value === 'object' || value === 'folder' ? { media: value } : {}
}

/** Returns the request body of a link to the key, without the fields that have the api's defaults, or are hidden. */
export function bodyOf(key: string): IssueLink {
  const controls = [...document.querySelectorAll<HTMLElement>('[data-option]')].filter(
    each => !each.closest('[hidden]'),
  )
  const fields = controls.map(control => [control.id, valueOf(control)] as const)
  const receipt = input('receipt').checked
  return {
    key,
    // An empty time is refused by its name.
    ...(select('expiresIn').value === 'at' && { expiresAt: '' }),
    ...Object.fromEntries(fields.filter(([, value]) => value !== undefined)),
    receipt: receipt === receiptByDefault() ? undefined : receipt,
  } as IssueLink
}

/** Returns the value of a field, undefined if it is empty. */
function valueOf(control: HTMLElement): boolean | number | string | undefined {
  if (control instanceof HTMLSelectElement) return choiceOf(control)
  if (control instanceof HTMLTextAreaElement) return control.value || undefined
  if (!(control instanceof HTMLInputElement)) return undefined
  if (control.type === 'checkbox') return control.checked || undefined
  if (control.value === '') return undefined
  if (control.type === 'number') return Number(control.value)
  return control.type === 'datetime-local' ? timeOf(control.value) : control.value
}

/** Reads a choice: none, a number, `true`, or a word. The value of `at` and `own` is in another field. */
function choiceOf({ id, value }: HTMLSelectElement): boolean | number | string | undefined {
  if (value === '' || value === 'at') return undefined
  if (value === 'own') return input(`${id}-own`).value
  return value === 'true' || (/^\d+$/.test(value) ? Number(value) : value)
}

/** Returns a time of this browser's zone as the api wants it: in UTC, with whole seconds. */
function timeOf(value: string): string {
  return new Date(value).toISOString().replace(/\.\d+/, '')
}
