import type { InvalidField } from '../fields.ts'
import type { Link, Media } from '../link.ts'
import { type ObjectKey, parseObjectKey, resourcePath } from '../object-key.ts'
import { isReceived } from '../received.ts'
import type { IssueRequest } from './option.ts'

/** The option, and the key on which its default depends. */
export interface MediaInput {
  readonly key: ObjectKey
  readonly media?: true | Media
}

/** Playlists refer to the segments of a film next to them: RFC 8216 for HLS, ISO/IEC 23009-1 for DASH. */
const playlist = /\.(m3u8|mpd)$/i

/** Returns what a player may fetch; undefined if the link is not for one. */
export function mediaOf({ media, key }: MediaInput): Media | undefined {
  if (media === true) return playlist.test(key) ? 'folder' : 'object'
  return media
}

/**
 * Longest path of a folder, in characters. The capability for a folder is cookies, and browsers ignore longer attributes of
 * cookies (RFC 6265bis, "The Set-Cookie Header Field").
 */
const maxFolderPath = 1024

/** What a player may fetch. */
export const media = {
  schema: {
    anyOf: [{ type: 'boolean' }, { type: 'string', enum: ['object', 'folder'] }],
    description: [
      'The signed URL is for a player and lives longer.',
      'With `object`, it opens the object. With `folder`, it opens everything in the folder of `key` and its subfolders; `key` must be in a folder. `true` means `folder` for a key that ends in `.m3u8` or `.mpd`, and `object` for any other key.',
      'A folder opens with cookies, which come with the redirect: a client that follows it without a cookie jar is refused. With `Accept: application/json`, they are in the body.',
      'Browsers can not play `.mpd` by themselves. With a folder, `filename` is not allowed.',
    ].join(' '),
    'x-allowed': 'true, "object", "folder" or false',
  },
  /** `false` is the same as nothing. */
  read: (value: boolean | Media): true | Media | undefined => value || undefined,
  /** The item says what `true` means. */
  store(input: MediaInput): Pick<Link, 'media'> {
    const media = mediaOf(input)
    return media === undefined ? {} : { media }
  },
  /** A capability for a folder opens all objects in it: so the key must be in a folder, and a file name makes no sense. */
  check(
    { media: inputMedia }: { readonly media?: true | Media },
    { media, key, filename }: IssueRequest,
  ): InvalidField[] {
    const got = JSON.stringify(inputMedia)
    if (media !== undefined && isReceived(key)) {
      return [{ field: 'media', got, allowed: 'no media: a file that a link took is saved, and not played' }]
    }
    if (media !== 'folder') return []
    const folder = parseObjectKey(key.split('/').slice(0, -1).join('/'))
    if (folder === undefined) {
      const allowed = 'for a key outside of folders "object": "folder" would open the whole bucket'
      return [{ field: 'media', got, allowed }]
    }
    const invalid: InvalidField[] = []
    const { length } = `${resourcePath({ key: folder })}/`
    if (length > maxFolderPath) {
      const allowed = `with media ${got} a folder of at most ${maxFolderPath} characters`
      invalid.push({ field: 'key', got: `a folder of ${length} characters once percent-encoded`, allowed })
    }
    if (filename !== undefined) {
      const allowed = `no filename with media ${got}: a folder is not saved as a file`
      invalid.push({ field: 'filename', got: JSON.stringify(filename), allowed })
    }
    return invalid
  },
  /** The edge makes cookies for a folder, and a page for a player. */
  flag: { name: 'media', isSet: ({ media }: Pick<Link, 'media'>) => media !== undefined },
  view: {
    anyOf: [
      { type: 'boolean', const: false },
      { type: 'string', enum: ['object', 'folder'] },
    ],
    description: 'What a player may fetch: the object, its folder, or `false` if the link is not for a player.',
  },
  /** Every link shows it. */
  show: ({ media }: Pick<Link, 'media'>) => media ?? false,
  words: {
    usage: ['--media [WHAT]', 'for a player: object or folder (default: depends on the key)'],
    status: ['media', (shown: Media | false) => shown || undefined],
    field: { choices: ['', 'object', 'folder'] },
    docs: ['the link opens a player ([players](recipients.md#players))', 'no'],
    privacy: ['`media`', 'what a player may fetch', 'no', '`media`'],
  },
} as const
