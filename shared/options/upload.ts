import type { InvalidField } from '../fields.ts'
import { maxFileBytes } from '../limits.ts'
import type { Bind, Link } from '../link.ts'
import { keyPrefixRule, parseKeyPrefix } from '../object-key.ts'
import { folderBelow, prefixOf } from '../received.ts'
import { objectOf } from '../schema-fields.ts'
import { formatSize } from '../texts/size.ts'
import type { IssueContext, IssueRequest } from './option.ts'

const typePattern = '[a-z0-9][a-z0-9!#$&^_.+-]{0,99}'

const properties = {
  prefix: {
    type: 'string',
    format: 'received-prefix',
    maxLength: 1024,
    description: `Below what the file is stored, in a folder \`received/\` with one of the link's own: ${keyPrefixRule}. By default the caller's first prefix.`,
    'x-allowed': `${keyPrefixRule}, with 975 bytes at most`,
  },
  maxBytes: {
    type: 'integer',
    format: 'int64',
    minimum: 1,
    maximum: maxFileBytes,
    description: 'Size of the largest file, in bytes. A deployment may have a lower limit.',
    'x-allowed': `a whole number of bytes, 1 to ${maxFileBytes}: CloudFront delivers no larger file`,
  },
  types: {
    type: 'array',
    minItems: 1,
    maxItems: 20,
    items: {
      type: 'string',
      pattern: `^${typePattern}/(${typePattern}|\\*)$`,
      'x-allowed': 'a media type in lower case, such as application/pdf or image/*',
    },
    description: 'Media types, one of which the file must be declared as; `image/*` is all pictures. By default any.',
    'x-allowed': 'a list of 1 to 20 media types in lower case, such as application/pdf or image/*',
  },
} as const

type Upload = { readonly prefix?: string; readonly maxBytes: number; readonly types?: readonly string[] }

/** The upload of a request, and the options that it excludes. */
type Input = {
  readonly upload?: Upload
  readonly receipt?: boolean
  readonly bind?: Bind
} & Readonly<Partial<Record<(typeof ofFiles)[number], unknown>>>

/** Options of a file that is there, and `uses`, which would take several files. */
const ofFiles = ['uses', 'media', 'filename', 'versionId', 'allowMissing', 'deleteFile'] as const

/** The options that a link that takes a file can't have, or always has. */
export const withoutUpload = [...ofFiles, 'confirm', 'receipt', 'bind'] as const

/** What the link takes instead of giving: one file. */
export const upload = {
  schema: objectOf({
    description:
      'Instead of `key`: the link takes one file, from the person who opens it. Only with the setting `uploadLinks`, and by issuers with the verb `ask`. Such a link asks for confirmation, keeps a receipt and is bound to nothing, so that an upload goes on from another network.',
    required: ['maxBytes'],
    properties,
    'x-allowed': 'an object with maxBytes, perhaps prefix and types',
  }),
  /** Whoever opens it may lose the connection, so a receipt is what it comes back to; and a page asks first. */
  store({ upload }: Input): Partial<Link> {
    if (upload === undefined) return {}
    const { maxBytes, types } = upload
    return { maxBytes, ...(types && { types: types.join() }), confirm: 'required', state: 'live', bind: 'none' }
  },
  /** Refuses it where no file is taken, and options that are for a file that is there. */
  check(input: Input, _request: IssueRequest, { deployment }: IssueContext): InvalidField[] {
    const { upload, receipt, bind = 'none' } = input
    if (upload === undefined) return []
    if (deployment.uploadApi === undefined) {
      const allowed = 'no upload: this deployment takes no files by links (`uploadLinks`)'
      return [{ field: 'upload', got: 'an upload', allowed }]
    }
    const invalid: InvalidField[] = ofFiles
      .filter(name => input[name] !== undefined)
      .map(field => ({ field, got: 'a value', allowed: `no ${field} with upload` }))
    if (receipt === false) invalid.push({ field: 'receipt', got: 'false', allowed: 'true, or nothing, with upload' })
    if (bind !== 'none')
      invalid.push({ field: 'bind', got: JSON.stringify(bind), allowed: '"none", or nothing, with upload' })
    if (upload.maxBytes > deployment.maxUploadBytes) {
      const allowed = `at most ${deployment.maxUploadBytes}, the limit of this deployment`
      invalid.push({ field: 'upload.maxBytes', got: String(upload.maxBytes), allowed })
    }
    return invalid
  },
  /** Only an edge that hands out uploads may redeem such a link. */
  flag: { name: 'upload', isSet: ({ maxBytes }: Pick<Link, 'maxBytes'>) => maxBytes !== undefined },
  view: objectOf({
    description: 'Only of links that take a file: where it is stored, how large it may be, and of which types.',
    required: ['prefix', 'maxBytes'],
    properties,
  }),
  show: shownUpload,
  again: shownUpload,
  words: {
    status: [
      'takes',
      ({ maxBytes, types }: Upload) =>
        `one file, at most ${formatSize(maxBytes)}${types ? `, ${types.join(' or ')}` : ''}`,
    ],
    docs: ['the link takes a file ([asking for a file](asking.md))', 'the link gives one'],
    privacy: ['`maxBytes`, `types`', 'how large a file the link takes, and of which types', 'no', '`upload`'],
  },
} as const

function shownUpload(link: Pick<Link, 'key' | 'maxBytes' | 'types'>): Upload | undefined {
  const { maxBytes, types } = link
  return maxBytes === undefined
    ? undefined
    : { prefix: prefixOf(link), maxBytes, ...(types && { types: types.split(',') }) }
}

/** Parses the prefix of an upload. Returns undefined if a file below it couldn't be delivered. */
export function parseReceivedPrefix(text: string): string | undefined {
  const prefix = parseKeyPrefix(text)
  return prefix !== undefined && folderBelow(prefix) !== undefined ? prefix : undefined
}
