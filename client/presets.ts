import type { IssueLink } from '../shared/schemas/types.ts'

/** How a link reaches its recipient: in a mail, in a chat, on a phone, in an app that lets its system download, or in a program. */
export type PresetName = 'mail' | 'chat' | 'phone' | 'offline' | 'program'

/** A link to issue: the fields of the API, and `for`, which chooses fields for one way to the recipient. */
export type NewLink = Omit<IssueLink, 'key' | 'upload'> & {
  /** The key of the object. */
  readonly key: string
  /**
   * How the link reaches its recipient. It becomes fields of the request (docs/clients.md has the table); a field that is given
   * has precedence over the preset's. The API doesn't know it. @default the API's own defaults
   */
  readonly for?: PresetName | undefined
}

/** Fields that such a link can't have, or always has. A test compares them with the API's. */
type ExcludedByUpload =
  | 'uses'
  | 'media'
  | 'filename'
  | 'versionId'
  | 'allowMissing'
  | 'deleteFile'
  | 'confirm'
  | 'receipt'
  | 'bind'

/** A link to issue that takes one file: its fields, and `for`, which chooses when it expires for the way to the recipient. */
export type NewUploadLink = Omit<IssueLink, 'key' | 'upload' | ExcludedByUpload> & {
  /** Below what the file is stored, how large it may be, and of which media types. */
  readonly upload: NonNullable<IssueLink['upload']>
  /** How the link reaches the person who has the file. `expiresIn` and `expiresAt` have precedence. @default the API's own default */
  readonly for?: Exclude<PresetName, 'offline'> | undefined
}

/** A field that a preset sets, each of the API's. */
type PresetFields = Required<Pick<IssueLink, 'confirm' | 'receipt' | 'bind' | 'expiresIn' | 'urlSeconds'>>

/** A slow line, over which the API's own `urlSeconds` is enough for the whole object. */
const slowBitsPerSecond = 2_000_000

const hour = 3600
const day = 24 * hour

/** Robots open links of mails and chats, so a person confirms; people change networks, so the download is bound to the client. */
const forPeople = { confirm: true, receipt: true, bind: 'client' } as const

/** The fields of each preset; docs/clients.md says why. A test compares them with its table. */
export const presets: Readonly<Record<PresetName, PresetFields>> = {
  // Three days: a mail of Friday evening works on Monday. An hour: people look for the file, lose it, and press again.
  mail: { ...forPeople, expiresIn: 3 * day, urlSeconds: hour },
  chat: { ...forPeople, expiresIn: day, urlSeconds: hour },
  // Four hours: the way from one network to the next may be a train's, and the line slow.
  phone: { ...forPeople, expiresIn: day, urlSeconds: 4 * hour },
  // An app confirms nothing, and keeps a secret. A week: it may not run before. A day, the longest: a system downloads when it likes.
  offline: { confirm: false, receipt: true, bind: 'client-only', expiresIn: 7 * day, urlSeconds: day },
  // Two days: a job that fails in one night can run again in the next. A quarter of an hour: it goes on after a break.
  program: { confirm: false, receipt: true, bind: 'exact', expiresIn: 2 * day, urlSeconds: hour / 4 },
}

/** The names of all presets. */
export const presetNames = Object.keys(presets) as readonly PresetName[]

/** The names of those for links that take a file: a person or program opens them, and no system downloads later. */
export const uploadPresetNames = presetNames.filter(name => name !== 'offline')

/**
 * Returns the request for a link: its preset's fields, and its own instead of them. If the size of the object is known, in bytes, and
 * a person may need longer for it, the API chooses `urlSeconds`. Throws a `TypeError` for an unknown preset.
 */
export function withPreset({ for: name, ...link }: NewLink, size = 0): Omit<NewLink, 'for'> {
  if (name === undefined) return link
  requireOneOf(presetNames, name)
  const { expiresIn, urlSeconds, ...others } = presets[name]
  const isEnough = others.bind !== 'client' || size * 8 <= urlSeconds * slowBitsPerSecond
  const fields = { ...others, ...(isEnough && { urlSeconds }) }
  // The API refuses expiresIn beside expiresAt.
  return { ...fields, ...(link.expiresAt === undefined && { expiresIn }), ...givenOf(link), key: link.key }
}

/**
 * Returns the request for a link that takes a file: its own fields and, of its preset, when it expires. The others do not apply: the API
 * fixes them for such links, or leaves four hours for the upload. Throws a `TypeError` for an unknown preset.
 */
export function withPresetExpiry({ for: name, ...link }: NewUploadLink): Omit<NewUploadLink, 'for'> {
  if (name === undefined) return link
  requireOneOf(uploadPresetNames, name)
  const { expiresIn } = presets[name]
  return { ...(link.expiresAt === undefined && { expiresIn }), ...givenOf(link), upload: link.upload }
}

function requireOneOf(names: readonly string[], name: string): void {
  if (!names.includes(name)) throw new TypeError(`for: got ${JSON.stringify(name)}, allowed: ${names.join(', ')}`)
}

/** Returns the fields that a link has, without those that are undefined. */
function givenOf(link: object): object {
  return Object.fromEntries(Object.entries(link).filter(([, value]) => value !== undefined))
}
