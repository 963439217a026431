import { basename } from 'node:path'
import { filenameRule, type ObjectKey, objectKeyRule, parseFilename, parseObjectKey } from '../../shared/object-key.ts'
import { UsageError } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** An object to issue a link for. */
export interface IssueItem {
  readonly key: ObjectKey
  /** The file to upload as the object; undefined if the object exists. */
  readonly file: FileToUpload | undefined
}

/** A file to upload. */
export interface FileToUpload {
  /** Undefined for standard input. */
  readonly path: string | undefined
  /** Undefined if it is not known. */
  readonly bytes: number | undefined
  /** Whether the key was made for this upload. Otherwise the user has chosen it. */
  readonly hasOwnKey: boolean
}

/** The options of a command line that name objects and files. */
interface Names {
  readonly key?: readonly string[] | undefined
  readonly filename?: string | undefined
  /** The operand after `--passphrase`: if it is no file, it is a passphrase, which no error repeats. */
  readonly afterPassphrase?: string | undefined
}

/**
 * Returns one item per file, or per key without files. Throws a `UsageError` if a file or key can't be used, so that nothing
 * is uploaded before all are checked.
 */
export async function itemsOf(
  files: readonly string[],
  { key: keys = [], filename, afterPassphrase }: Names,
  ports: Ports,
): Promise<readonly IssueItem[]> {
  const count = Math.max(files.length, keys.length)
  if (filename !== undefined && count > 1) {
    throw new UsageError(
      `--filename: got it with ${count} links, allowed: with one, because each file has its own name`,
    )
  }
  if (files.includes(standardInput) && files.length > 1) {
    throw new UsageError(`FILE: got ${standardInput} among ${files.length}, allowed: alone, because it has one content`)
  }
  if (files.length === 0) {
    if (keys.length === 0)
      throw new UsageError('FILE: got nothing, allowed: a file, or --key with the key of an existing object')
    return keys.map(key => ({ key: parseKey(key), file: undefined }))
  }
  const [key, ...others] = keys
  if (others.length > 0 || (files.length > 1 && key?.endsWith('/') === false)) {
    const got = others.length > 0 ? `${keys.length} keys` : JSON.stringify(key)
    const rule = files.length > 1 ? 'one key that ends in a slash' : 'one key'
    throw new UsageError(`--key: got ${got}, allowed with ${files.length} FILE: ${rule}`)
  }
  if (afterPassphrase !== undefined && (await ports.disk.stat(afterPassphrase)) === undefined) {
    throw new UsageError(
      '--passphrase: got a word after it that is no file, allowed: --passphrase=TEXT, or alone to have one made',
    )
  }
  const items = await Promise.all(files.map(async path => itemOf(path, { key, filename }, ports)))
  const duplicate = items.find((item, index) => items.findIndex(each => each.key === item.key) < index)
  if (duplicate === undefined) return items
  const got = `two for the key ${JSON.stringify(duplicate.key)}`
  throw new UsageError(`FILE: got ${got}, allowed: one, because the second would replace the first`)
}

/** The operand that means standard input (POSIX, "Utility Syntax Guidelines", 13), and its name if the user gives none. */
const standardInput = '-'
const standardInputName = 'file'

async function itemOf(
  path: string,
  { key, filename = standardInputName }: { readonly key: string | undefined; readonly filename: string | undefined },
  ports: Ports,
): Promise<IssueItem> {
  const { disk } = ports
  const hasOwnKey = key === undefined
  if (path === standardInput) {
    return { key: parseKey(keyFor(filename, key, ports)), file: { path: undefined, bytes: undefined, hasOwnKey } }
  }
  const found = await disk.stat(path)
  if (found?.kind !== 'file') {
    const got =
      found === undefined ? 'which does not exist' : `a ${found.kind === 'folder' ? 'folder' : 'device or pipe'}`
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${got}, allowed: a file`)
  }
  await disk.mustBeReadable(path).catch((cause: unknown) => {
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${reasonOf(cause)}, allowed: a readable file`, {
      cause,
    })
  })
  return { key: parseKey(keyFor(path, key, ports)), file: { path, bytes: found.bytes, hasOwnKey } }
}

/** Random bytes in the folder of an upload: no other upload has its key. */
const ownKeyBytes = 16

function keyFor(path: string, key: string | undefined, { random }: Ports): string {
  if (key?.endsWith('/') === false) return key
  const name = basename(path)
  // Viewers save the file under this name.
  if (parseFilename(name) === undefined) {
    throw new UsageError(
      `FILE: got the name ${JSON.stringify(name)}, allowed: ${filenameRule}, or another name with --key`,
    )
  }
  return `${key ?? `${Buffer.from(random(ownKeyBytes)).toString('hex')}/`}${name}`
}

function parseKey(text: string): ObjectKey {
  const key = parseObjectKey(text)
  if (key !== undefined) return key
  throw new UsageError(`--key: got ${JSON.stringify(text)}, allowed: ${objectKeyRule}`)
}
