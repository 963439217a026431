import { makeZip, predictLength } from 'client-zip'
import { basename, resolve } from 'node:path'
import { filenameRule, parseFilename } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { UsageError } from '../command.ts'
import type { FolderEntry } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { contentOf, entriesIn, type ItemToUpload, keyFor, type Names, parseKey } from './issue-items.ts'
import { deviceName } from './output-file.ts'

/** Most names: one more takes a field that the library has for 4 GiB and more only (PKWARE, APPNOTE.TXT, 4.4.1.4). */
const maxNames = 65_534

/** The first time that a zip can say (PKWARE, APPNOTE.TXT, 4.4.6), and a day for time zones. */
const firstTime = Date.UTC(1980, 0, 2)

/** As systems compare names that ignore case, or compose accents. */
const folded = (name: string) => name.normalize('NFC').toLowerCase()

/**
 * Returns one item for files and folders: a zip that is made while it is uploaded, so it is never whole in memory or on the disk. The
 * same files, with the same names and times, make the same bytes in one time zone: a zip has local times. Throws a `UsageError` if a name
 * would leave the folder, or be another one on the recipient's system.
 */
export async function zipItem(
  operands: readonly string[],
  { key: keys = [], filename }: Names,
  ports: Ports,
): Promise<ItemToUpload> {
  const found = (await Promise.all(operands.map(async path => entriesAt(path, ports)))).flat()
  const entries = found.toSorted((a, b) => (folded(a.name) < folded(b.name) ? -1 : 1))
  requireSafe(entries)
  const [only = ''] = operands
  const isFolder = operands.length === 1 && entries.some(({ name }) => name.includes('/'))
  const name = filename ?? (isFolder ? `${basename(resolve(only))}.zip` : 'files.zip')
  const bytes = Number(predictLength(entries.map(metadataOf)))
  const modifiedAt = Math.max(...entries.map(entry => entry.modifiedAt)) as EpochMs
  const content = {
    [Symbol.asyncIterator]: () =>
      (makeZip(contentsOf(entries, ports)) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator](),
  }
  return {
    key: parseKey(keyFor(name, keys[0])),
    file: { path: undefined, content, bytes, modifiedAt, drawsKey: keys.length === 0 },
  }
}

/** Returns a file, or what is in a folder, with the folder's name before theirs. */
async function entriesAt(path: string, ports: Ports): Promise<readonly FolderEntry[]> {
  const info = await ports.disk.stat(path)
  const name = basename(resolve(path))
  if (info?.kind === 'folder')
    return (await entriesIn(path, ports)).map(entry => ({ ...entry, name: `${name}/${entry.name}` }))
  if (info?.kind !== 'file')
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, allowed: a file or folder that exists`)
  await ports.disk.mustBeReadable(path)
  return [{ ...info, name, path }]
}

function requireSafe(entries: readonly FolderEntry[]): void {
  const taken = new Set<string>()
  for (const { name, path } of entries) {
    const parts = name.split('/')
    const unsafe = !parts.every(isSafe)
    const isTaken = parts.some((_, index) => taken.has(folded(parts.slice(0, index + 1).join('/'))))
    taken.add(folded(name))
    if (!unsafe && !isTaken) continue
    const got = isTaken ? 'whose name another one has, on some systems' : 'an unsafe name'
    const allowed = `names of their own, ${filenameRule}, which Windows can have, too: without < > : " | ? *, no dot or space at the end, no device such as CON`
    throw new UsageError(`FILE: got ${JSON.stringify(path)}, ${got}, allowed in a zip: ${allowed}`)
  }
  if (entries.length === 0 || entries.length > maxNames) {
    throw new UsageError(`FILE: got ${entries.length} files, allowed in a zip: 1 to ${maxNames}`)
  }
}

/** U+FFFD stands for bytes that are no UTF-8: no file has that name. */
function isSafe(name: string): boolean {
  return parseFilename(name) !== undefined && !/[<>:"|?*\ufffd]|[. ]$/.test(name) && !deviceName.test(name)
}

function metadataOf({ kind, name, bytes, modifiedAt }: FolderEntry) {
  const lastModified = new Date(Math.max(modifiedAt, firstTime))
  return kind === 'file' ? { name, lastModified, size: bytes } : { name: `${name}/`, lastModified }
}

async function* contentsOf(entries: readonly FolderEntry[], ports: Ports) {
  for (const entry of entries) {
    const metadata = metadataOf(entry)
    yield 'size' in metadata ? { ...metadata, input: contentOf(entry, ports.disk, ports.disk.read) } : metadata
  }
}
