import { checkFields } from '../../client/check-fields.ts'
import {
  type Client,
  type IssuedLink,
  type NewLink,
  type NewUploadLink,
  type ObjectCheck,
  type ProblemDocument,
  ProblemError,
  type UploadedFile,
} from '../../client/client.ts'
import { withPreset, withPresetExpiry } from '../../client/presets.ts'
import { nameOf } from '../../edge/pages/file.ts'
import { hashOf, type Parcel, parcelOf, type Picked } from './files.ts'
import type { Created } from './links.ts'
import { fieldsOf, type Values, type Way } from './options.tsx'
import { say, texts } from './language.ts'
import { PageError, sentencesOf } from './problems.ts'
import type { Progress } from './progress.tsx'
import { linesIn } from './recipients.tsx'

/** What the sender has filled in. */
export interface Draft {
  /** Whether it asks for a file, and sends none. */
  readonly asks: boolean
  readonly picked: readonly Picked[]
  readonly way: Way
  /** A name, or a list of them: a line each. */
  readonly recipients: string
  readonly values: Values
  /** Key of a file that is in the bucket, or that the upload gets. @default '' */
  readonly key: string
  readonly replace: boolean
  /** Of a file that is asked for: its largest size, in bytes, and media types, with commas between; '' for any. */
  readonly maxBytes: number
  readonly types: string
}

/** A form in which nothing is filled in. */
export const emptyDraft: Draft = {
  asks: false,
  picked: [],
  way: 'mail',
  recipients: '',
  values: {},
  key: '',
  replace: false,
  maxBytes: 100_000_000,
  types: '',
}

/** What a form remembers between two attempts, so that the second one goes on. */
export interface Memory {
  /** The last upload: a second link to the same file needs no second one. */
  uploaded?: { readonly parcel: string; readonly file: UploadedFile } | undefined
  /** A version that was deleted since it was uploaded. */
  lost?: string | undefined
  /** Renewed with each result: a repeat of the same attempt creates the same links. */
  round: string
}

/** The links of a draft, and the recipients without one, each with the reason. */
export interface Sent {
  readonly created: readonly Created[]
  readonly refused: readonly { readonly recipient: string; readonly why: () => string }[]
}

/** Most links of one list. */
const maxRecipients = 1000

/** How to send a draft. */
interface Attempt {
  readonly api: Client
  readonly memory: Memory
  /** Cancels it: then the upload ends. */
  readonly signal: AbortSignal
  /** Called as the upload and the check of its file go on. */
  readonly onProgress: (progress: Progress) => void
}

/**
 * Uploads what the draft has, unless it asks for a file, and issues a link for each recipient. Rejects with a `ProblemError` of the API, or
 * a `PageError`; then the same draft goes on where it was.
 */
export async function send(draft: Draft, attempt: Attempt): Promise<Sent> {
  const { memory } = attempt
  const recipients = linesIn(draft.recipients)
  if (recipients.length > maxRecipients) {
    const values = { count: recipients.length, max: maxRecipients }
    throw new PageError(() => say(texts().problems.manyNames, values))
  }
  // In a list, each name is checked with its own link: if one is refused, the other links are created.
  const only = recipients.length === 1 ? recipients[0] : undefined
  const linkFor = draft.asks ? asking(draft) : await sending(draft, attempt, only)
  const links = recipients.length < 2 ? [linkFor(only)] : recipients.map(each => linkFor(each))
  try {
    const sent = await issue(links, attempt)
    memory.round = crypto.randomUUID()
    return sent
  } catch (error) {
    if (error instanceof ProblemError && error.errors.some(({ field }) => field === 'versionId')) {
      // The next attempt sends the file again.
      Object.assign(memory, { uploaded: undefined, lost: memory.uploaded?.file.versionId })
    }
    throw error
  }
}

/** How a link is made for a recipient, if one is named. */
type LinkFor = (reference: string | undefined) => NewLink | NewUploadLink

/** Returns how links are made that ask for a file. */
function asking({ way, values, maxBytes, types }: Draft): LinkFor {
  const upload = { maxBytes, ...(types !== '' && { types: types.split(',') }) }
  return reference =>
    withPresetExpiry({ for: way, ...fieldsOf(values, true), ...(reference !== undefined && { reference }), upload })
}

/** Uploads what the draft has, and returns how links to it are made. `only` is the recipient, if there is one. */
async function sending(draft: Draft, attempt: Attempt, only: string | undefined): Promise<LinkFor> {
  const parcel = parcelOf(draft.picked)
  if (parcel === undefined && draft.key === '') throw new PageError(() => texts().problems.noFile)
  const linkTo = (file: UploadedFile, reference = only): NewLink => {
    const fields = fieldsOf(draft.values)
    // A folder has neither.
    const { versionId, filename } = fields['media'] === 'folder' ? {} : file
    const own = { ...(reference !== undefined && { reference }), ...(versionId !== undefined && { versionId }) }
    const name = filename !== undefined && { filename }
    return withPreset({ for: draft.way, ...name, ...fields, ...own, key: file.key }, parcel?.bytes)
  }
  const file = parcel === undefined ? { key: draft.key } : await upload(parcel, { draft, attempt, linkTo })
  return reference => linkTo(file, reference)
}

interface Uploading {
  readonly draft: Draft
  readonly attempt: Attempt
  readonly linkTo: (file: UploadedFile) => NewLink
}

async function upload(parcel: Parcel, { draft, attempt, linkTo }: Uploading): Promise<UploadedFile> {
  const { api, memory, signal, onProgress } = attempt
  const key = draft.key === '' ? undefined : draft.key
  // A name that is not allowed gets another one.
  const name = String(draft.values['filename'] || parcel.name)
  const identity = await hashOf([name, parcel.identity, key, memory.lost])
  if (memory.uploaded?.parcel === identity) return memory.uploaded.file
  onProgress({ upload: { arrived: 0, size: parcel.bytes } })
  const file = await api.upload(parcel.source, {
    ...(key === undefined ? { filename: name } : { key, ...(draft.replace && { replace: true }) }),
    ...(parcel.type !== '' && { type: parcel.type }),
    bytes: parcel.bytes,
    idempotencyKey: identity,
    signal,
    endOnAbort: true,
    onBegin: drawn => checkFields(api, linkTo({ key: drawn }), { signal }),
    onProgress: progress => onProgress({ upload: progress }),
  })
  memory.uploaded = { parcel: identity, file }
  return file
}

/** Rejects if no link was issued. */
async function issue(
  links: readonly (NewLink | NewUploadLink)[],
  { api, memory, signal, onProgress }: Attempt,
): Promise<Sent> {
  let isChecking = false
  const onCheck = (check: ObjectCheck) => {
    isChecking = true
    onProgress({ check })
  }
  const options = { idempotencyKey: await hashOf([memory.round, links]), signal, onCheck }
  const [only] = links
  if (only !== undefined && links.length === 1) {
    const issued = 'upload' in only ? api.ask(only, options) : api.issue(only, options)
    return { created: [createdOf(only, await issued)], refused: [] }
  }
  const waiting = links.values()
  const created: Created[] = []
  const refused: Sent['refused'][number][] = []
  let first: ProblemDocument | undefined
  // One result for each link, in their order.
  for await (const result of api.issueMany(links, options)) {
    const { value: link } = waiting.next()
    if (link === undefined) break
    // The rest of a long list is created now.
    if (isChecking) onProgress({})
    isChecking = false
    if ('link' in result) created.push(createdOf(link, result.link))
    else {
      const { problem } = result
      first ??= problem
      refused.push({ recipient: (link.reference ?? '').slice(0, 60), why: () => sentencesOf(problem).join(' ') })
    }
  }
  if (created.length === 0 && first !== undefined) throw new ProblemError({ ...first, attempts: 1 })
  return { created, refused }
}

function createdOf(link: NewLink | NewUploadLink, issued: IssuedLink): Created {
  const own = typeof link.passphrase === 'string' ? link.passphrase : undefined
  const { id, url, expiresAt, homeRegion, advice, passphrase = own } = issued
  const created = { id, url, expiresAt, homeRegion, passphrase, advice, recipient: link.reference }
  if ('upload' in link) return { ...created, name: undefined, confirm: true }
  const media = link.media === true ? 'object' : link.media || undefined
  const name = nameOf({ key: link.key, filename: link.filename, media })
  return { ...created, name, confirm: link.confirm === true, uses: link.uses }
}
