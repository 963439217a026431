import { basename } from 'node:path'
import {
  filenameRule,
  nameForKey,
  type ObjectKey,
  objectKeyRule,
  parseFilename,
  parseObjectKey,
} from '../../shared/object-key.ts'
import { UsageError } from '../command.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Disk, FolderEntry } from '../ports/links.ts'
import type { CliPorts } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** An object to issue a link for. */
export interface IssueItem {
  /** The key; the name of the file where the API draws the key. */
  readonly key: ObjectKey
  /** The name of the file, if its key can't end in it: viewers save it under this one. */
  readonly filename?: string
  /** The file to upload as the object; undefined if the object exists. */
  readonly file: FileToUpload | undefined
}

/** An object to upload. */
export interface ItemToUpload extends IssueItem {
  readonly file: FileToUpload
}

/** A file to upload. */
export interface FileToUpload {
  /** Undefined for standard input, and for what is made. */
  readonly path: string | undefined
  /** May be read again, but for standard input. */
  readonly content: AsyncIterable<Uint8Array>
  /** Undefined for what can't go on in another process. */
  readonly modifiedAt?: EpochMs
  /** What is uploaded before it, such as the segments of a film. */
  readonly beside?: readonly ItemToUpload[]
  /** Undefined if it is not known. */
  readonly bytes: number | undefined
  /** Whether the API draws the key. */
  readonly drawsKey: boolean
}

/** The options of a command line that name objects and files. */
export interface Names {
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
  { key: keys = [], filename }: Names,
  ports: CliPorts,
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
  const items = await Promise.all(files.map(async path => itemOf(path, { key, filename }, ports)))
  const duplicate = key === undefined ? undefined : duplicateIn(items)
  if (duplicate === undefined) return items
  const got = `two for the key ${JSON.stringify(duplicate.key)}`
  throw new UsageError(`FILE: got ${got}, allowed: one, because the second would replace the first`)
}

function duplicateIn(items: readonly IssueItem[]): IssueItem | undefined {
  return items.find((item, index) => items.findIndex(each => each.key === item.key) < index)
}

/** The operand that means standard input (POSIX, "Utility Syntax Guidelines", 13), and its name if the user gives none. */
const standardInput = '-'
const standardInputName = 'file'

async function itemOf(
  path: string,
  { key, filename = standardInputName }: { readonly key: string | undefined; readonly filename: string | undefined },
  ports: CliPorts,
): Promise<IssueItem> {
  const { disk } = ports
  const drawsKey = key === undefined
  if (path === standardInput) {
    const content = someInput(disk)
    return { ...namesOf(filename, key), file: { path: undefined, content, bytes: undefined, drawsKey } }
  }
  const found = await disk.stat(path)
  if (found?.kind !== 'file') {
    const allowed = found?.kind === 'folder' ? 'a file; a folder with --zip, or alone with --media' : 'a file'
    const got =
      found === undefined ? 'which does not exist' : `a ${found.kind === 'folder' ? 'folder' : 'device or pipe'}`
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${got}, allowed: ${allowed}`)
  }
  await disk.mustBeReadable(path).catch((cause: unknown) => {
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${reasonOf(cause)}, allowed: a readable file`, {
      cause,
    })
  })
  return {
    ...namesOf(path, key),
    file: { path, content: contentOf({ path, ...found }, disk), ...found, drawsKey },
  }
}

async function* someInput({ inputChunks }: Disk): AsyncGenerator<Uint8Array, void, undefined> {
  let isEmpty = true
  for await (const chunk of inputChunks()) {
    isEmpty = false
    yield chunk
  }
  if (!isEmpty) return
  throw new UsageError('standard input: got nothing, allowed: at least one byte; the command before | may have failed')
}

/** Returns the bytes of a file, as often as they are read. Throws if it has changed: another file would arrive. */
export function contentOf(
  { path, bytes, modifiedAt }: Pick<FolderEntry, 'path' | 'bytes' | 'modifiedAt'>,
  { stat, chunks }: Pick<Disk, 'stat' | 'chunks'>,
  read: Disk['read'] = chunks,
): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      let left = bytes
      for await (const chunk of read(path)) {
        left -= chunk.length
        if (left < 0) break
        yield chunk
      }
      // Written in place, it has the same size: a part of each text would arrive.
      if (left !== 0 || (await stat(path))?.modifiedAt !== modifiedAt)
        throw new UsageError(`FILE: got ${JSON.stringify(path)}, which changed while it was read: try again`)
    },
  }
}

/** Returns the files and empty folders in a folder, and reports what else is in it. Rejects if a file can't be read. */
export async function entriesIn(folder: string, { disk, info }: CliPorts): Promise<readonly FolderEntry[]> {
  const entries = await disk.entries(folder)
  for (const { path, kind } of entries) {
    if (kind === 'other') info(`${path}: left out: no file, or a symbolic link to a folder or out of this one`)
    if (kind === 'file') await disk.mustBeReadable(path)
  }
  return entries.filter(({ kind }) => kind !== 'other')
}

/** Random bytes in the folder of an upload: no other upload has its key. */
const ownKeyBytes = 16

/** Returns the name of a folder for one upload, with a slash at its end. */
export function ownFolder({ random }: Pick<CliPorts, 'random'>): string {
  return `${Buffer.from(random(ownKeyBytes)).toString('hex')}/`
}

/**
 * Returns the given key, or that of a file in the given folder, or the file's name, with `_` for what keys can't have; then also the name,
 * as links may have it. Throws a `UsageError` for a wrong name.
 */
export function namesOf(path: string, key: string | undefined): Pick<IssueItem, 'key' | 'filename'> {
  if (key?.endsWith('/') === false) return { key: parseKey(key) }
  const name = basename(path)
  const filename = name.replaceAll('\\', '_')
  const last = nameForKey(name)
  if (parseFilename(filename) === undefined || parseObjectKey(last) === undefined) {
    throw new UsageError(
      `FILE: got the name ${JSON.stringify(name)}, allowed: ${filenameRule}, or another name with --key`,
    )
  }
  return { key: parseKey(`${key ?? ''}${last}`), ...(last !== filename && { filename }) }
}

/** Parses a key, which may be made from the path of a film's file. Throws a `UsageError` if a link may not name it. */
export function parseKey(text: string, path?: string): ObjectKey {
  const key = parseObjectKey(text)
  if (key !== undefined) return key
  const got = path === undefined ? `--key: got ${JSON.stringify(text)}` : `FILE: got ${JSON.stringify(path)}`
  throw new UsageError(`${got}, allowed${path === undefined ? '' : ' in a film'}: ${objectKeyRule}`)
}
