import { makeZip, predictLength } from 'client-zip'
import { basename, resolve } from 'node:path'
import type { EpochMs } from '../../shared/time.ts'
import { inZipOrder, wrongEntries, zipMetadataOf } from '../../shared/local/zip.ts'
import { UsageError } from '../command.ts'
import type { FolderEntry } from '../ports/links.ts'
import type { CliPorts } from '../ports/ports.ts'
import { contentOf, entriesIn, type ItemToUpload, type Names, namesOf } from './issue-items.ts'

/**
 * Returns one item for files and folders: a zip that is made while it is uploaded, so it is never whole in memory or on the disk. The
 * same files, with the same names and times, make the same bytes in one time zone: a zip has local times. Throws a `UsageError` if a name
 * would leave the folder, or be another one on the recipient's system.
 */
export async function zipItem(
  operands: readonly string[],
  { key: keys = [], filename }: Names,
  ports: CliPorts,
): Promise<ItemToUpload> {
  const found = (await Promise.all(operands.map(async path => entriesAt(path, ports)))).flat()
  const entries = inZipOrder(found)
  requireSafe(entries)
  const [only = ''] = operands
  const isFolder = operands.length === 1 && entries.some(({ name }) => name.includes('/'))
  const name = filename ?? (isFolder ? `${basename(resolve(only))}.zip` : 'files.zip')
  const bytes = Number(predictLength(entries.map(zipMetadataOf)))
  const modifiedAt = Math.max(...entries.map(entry => entry.modifiedAt)) as EpochMs
  const content = {
    [Symbol.asyncIterator]: () =>
      (makeZip(contentsOf(entries, ports)) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator](),
  }
  return {
    ...namesOf(name, keys[0]),
    file: { path: undefined, content, bytes, modifiedAt, drawsKey: keys.length === 0 },
  }
}

/** Returns a file, or what is in a folder, with the folder's name before theirs. */
async function entriesAt(path: string, ports: CliPorts): Promise<readonly FolderEntry[]> {
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
  const wrong = wrongEntries(entries)
  if (wrong === undefined) return
  const path = entries.find(({ name }) => name === wrong.name)?.path
  const got = path === undefined ? wrong.got : `${JSON.stringify(path)}, ${wrong.got}`
  throw new UsageError(`FILE: got ${got}, allowed in a zip: ${wrong.allowed}`)
}

async function* contentsOf(entries: readonly FolderEntry[], ports: CliPorts) {
  for (const entry of entries) {
    const metadata = zipMetadataOf(entry)
    yield 'size' in metadata ? { ...metadata, input: contentOf(entry, ports.disk, ports.disk.read) } : metadata
  }
}
