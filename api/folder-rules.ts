import type { InvalidField } from '../shared/fields.ts'
import type { Link } from '../shared/link.ts'
import { parseObjectKey, resourcePath } from '../shared/object-key.ts'
import type { IssueInput } from './issue-input.ts'

/**
 * Longest path of a folder, in characters. The capability for a folder is cookies, and browsers ignore longer attributes of
 * cookies (RFC 6265bis, "The Set-Cookie Header Field").
 */
const maxFolderPath = 1024

/** A capability for a folder opens all objects in it: so the key must be in a folder, and a file name makes no sense. */
export function checkFolder(
  { media: inputMedia }: IssueInput,
  { media, key, filename }: Pick<Link, 'media' | 'key' | 'filename'>,
): InvalidField[] {
  if (media !== 'folder') return []
  const got = JSON.stringify(inputMedia)
  const folder = parseObjectKey(key.split('/').slice(0, -1).join('/'))
  if (folder === undefined) {
    return [
      { field: 'media', got, allowed: 'for a key outside of folders "object": "folder" would open the whole bucket' },
    ]
  }
  const { length } = `${resourcePath({ key: folder })}/`
  return [
    ...(length <= maxFolderPath
      ? []
      : [
          {
            field: 'key',
            got: `a folder of ${length} characters once percent-encoded`,
            allowed: `with media ${got} a folder of at most ${maxFolderPath} characters`,
          },
        ]),
    ...(filename === undefined
      ? []
      : [
          {
            field: 'filename',
            got: JSON.stringify(filename),
            allowed: `no filename with media ${got}: a folder is not saved as a file`,
          },
        ]),
  ]
}
