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
  for (const each of [select('expiresIn'), select('passphraseKind')]) each.addEventListener('change', showDependents)
  showDependents()
}

/** Returns the api's default: who confirms, plays or goes on with a download requests a link twice, which needs a receipt. */
function receiptByDefault(): boolean {
  return input('confirm').checked || select('media').value !== '' || select('bind').value.startsWith('client')
}

/** Fills in the fields of the client's preset, where the user sees them and can change them. */
function applyPreset(name: string): void {
  const preset = Object.entries(presets).find(([each]) => each === name)?.[1]
  if (preset === undefined) return
  input('confirm').checked = preset.confirm
  input('receipt').checked = preset.receipt
  select('bind').value = preset.bind
  select('expiresIn').value = String(preset.expiresIn)
  input('urlSeconds').value = preset.urlSeconds === undefined ? '' : String(preset.urlSeconds)
  showDependents()
}

function showDependents(): void {
  byId('expiresAt-field', HTMLElement).hidden = select('expiresIn').value !== 'at'
  byId('passphrase-field', HTMLElement).hidden = select('passphraseKind').value !== 'own'
  byId('maxTries-field', HTMLElement).hidden = select('passphraseKind').value === ''
}

/** Returns what the player may fetch, if the link is for one. */
export function chosenMedia(): { readonly media?: 'object' | 'folder' } {
  const { value } = select('media')
  return value === 'object' || value === 'folder' ? { media: value } : {}
}

/** Returns the request body of a link to the key, without the fields that have the api's defaults. */
export function bodyOf(key: string): IssueLink {
  const confirm = input('confirm').checked
  const receipt = input('receipt').checked
  const { value: bind } = select('bind')
  return {
    key,
    homeRegion: select('homeRegion').value,
    ...expiry(),
    ...(bind !== '' && { bind }),
    ...chosenMedia(),
    ...(confirm && { confirm }),
    ...(receipt !== receiptByDefault() && { receipt }),
    ...(input('allowMissing').checked && { allowMissing: true }),
    ...passphrase(),
    ...texts(['reference', 'filename', 'network', 'versionId', 'sender', 'message', 'notify']),
    ...time('notBefore'),
    ...number('urlSeconds'),
  } as IssueLink
}

function expiry(): object {
  const { value } = select('expiresIn')
  return value === 'at' ? { expiresAt: '', ...time('expiresAt') } : { expiresIn: Number(value) }
}

function passphrase(): object {
  const { value: kind } = select('passphraseKind')
  if (kind === '') return {}
  return { passphrase: kind === 'own' ? input('passphrase').value : true, ...number('maxTries') }
}

/** Returns the fields that are filled in. */
function texts(names: readonly string[]): object {
  return Object.fromEntries(names.flatMap(name => (textIn(name) === '' ? [] : [[name, textIn(name)]])))
}

function textIn(name: string): string {
  const field = byId(name, HTMLElement)
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : ''
}

function number(name: string): object {
  const { value } = input(name)
  return value === '' ? {} : { [name]: Number(value) }
}

/** Returns the time of this browser's zone as the api wants it: in UTC, with whole seconds. */
function time(name: string): object {
  const { value } = input(name)
  return value === '' ? {} : { [name]: new Date(value).toISOString().replace(/\.\d+/, '') }
}
