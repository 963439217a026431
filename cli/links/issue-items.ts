import { basename } from 'node:path'
import { type ObjectKey, objectKeyRule, parseObjectKey } from '../../shared/object-key.ts'
import { UsageError } from '../command.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** What a link is to be issued for. */
export interface IssueItem {
  readonly key: ObjectKey
  /** The file that becomes the object; undefined when that is there. */
  readonly file: { readonly path: string; readonly bytes: number } | undefined
}

/** What a command line says of names. */
interface Names {
  readonly key?: readonly string[] | undefined
  readonly filename?: string | undefined
}

/**
 * What is to be issued, file by file or key by key. Throws a `UsageError` for all that is wrong with files and keys, before
 * anything is put anywhere.
 */
export async function itemsOf(
  files: readonly string[],
  { key: keys = [], filename }: Names,
  ports: Ports,
): Promise<readonly IssueItem[]> {
  const count = Math.max(files.length, keys.length)
  if (filename !== undefined && count > 1) {
    throw new UsageError(`--filename: got it for ${count} links, allowed: for one, since each has a name of its own`)
  }
  if (files.length === 0) {
    if (keys.length === 0) throw new UsageError('got nothing, allowed: FILE, or --key of an object that is there')
    return keys.map(key => ({ key: parseKey(key), file: undefined }))
  }
  const [key, ...others] = keys
  if (others.length > 0 || (files.length > 1 && key?.endsWith('/') === false)) {
    const got = others.length > 0 ? `${keys.length} keys` : JSON.stringify(key)
    throw new UsageError(
      `--key: got ${got}, allowed with ${files.length} FILE: one, with a slash at its end if a folder`,
    )
  }
  const items = await Promise.all(files.map(path => itemOf(path, key, ports)))
  const twice = items.find((item, index) => items.findIndex(each => each.key === item.key) < index)
  if (twice === undefined) return items
  throw new UsageError(
    `FILE: got two for the key ${JSON.stringify(twice.key)}, allowed: one, or the second takes its place`,
  )
}

async function itemOf(path: string, key: string | undefined, { disk }: Ports): Promise<IssueItem> {
  const found = await disk.look(path)
  if (found?.kind !== 'file') {
    const got =
      found === undefined ? 'which is not there' : `a ${found.kind === 'folder' ? 'folder' : 'device or pipe'}`
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${got}, allowed: a file`)
  }
  await disk.mustBeReadable(path).catch((cause: unknown) => {
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${reasonOf(cause)}, allowed: a file that can be read`, {
      cause,
    })
  })
  const name = key === undefined || key.endsWith('/') ? `${key ?? ''}${basename(path)}` : key
  return { key: parseKey(name), file: { path, bytes: found.bytes } }
}

function parseKey(text: string): ObjectKey {
  const key = parseObjectKey(text)
  if (key !== undefined) return key
  throw new UsageError(`--key: got ${JSON.stringify(text)}, allowed: ${objectKeyRule}`)
}
