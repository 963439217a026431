import { makeZip, predictLength } from 'client-zip'
import { base64url } from '../../client/arguments.ts'
import { inZipOrder, wrongEntries, zipMetadataOf } from '../../shared/local/zip.ts'
import { say, texts } from './language.ts'
import { PageError } from './problems.ts'

/** A file that was chosen or dropped, by its path below what was dropped, with slashes. */
export interface Picked {
  readonly path: string
  readonly file: File
}

/** Returns the files of a field. Of a folder, their paths begin with its name. */
export function pickedIn({ files }: HTMLInputElement): readonly Picked[] {
  return Array.from(files ?? [], file => ({ path: file.webkitRelativePath || file.name, file }))
}

/** Returns what was dropped, with what is in folders. */
export async function droppedIn({ items }: DataTransfer): Promise<readonly Picked[]> {
  // After the first await, the list is empty.
  const entries = Array.from(items, item => item.webkitGetAsEntry()).filter(entry => entry !== null)
  return (await Promise.all(entries.map(filesOf))).flat()
}

async function filesOf(entry: FileSystemEntry): Promise<readonly Picked[]> {
  const path = entry.fullPath.slice(1)
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    return [{ path, file }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: FileSystemEntry[] = []
  // A browser returns some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return (await Promise.all(found.map(filesOf))).flat()
    found.push(...some)
  }
}

/** Adds files to those that were picked. One with the same path takes the place of the other. */
export function withPicked(before: readonly Picked[], added: readonly Picked[]): readonly Picked[] {
  return [...new Map([...before, ...added].map(each => [each.path, each])).values()]
}

/** What is sent: one file, or a zip of several. */
export interface Parcel {
  readonly name: string
  /** Size in bytes. */
  readonly bytes: number
  readonly source: Blob | AsyncIterable<Uint8Array>
  readonly type: string
  /** Stands for its content: names, sizes and times. */
  readonly identity: readonly unknown[]
}

/** Returns what to send of picked files; undefined of none. Throws a `PageError` if they can't be one zip. */
export function parcelOf(picked: readonly Picked[]): Parcel | undefined {
  const [first] = picked
  if (first === undefined) return undefined
  const { name, size, type, lastModified } = first.file
  if (picked.length === 1 && !first.path.includes('/'))
    return { name, bytes: size, source: first.file, type, identity: [name, type, size, lastModified] }
  return zipOf(picked)
}

/** Makes a zip while it is uploaded, so that it is never whole in memory. The same files make the same bytes. */
function zipOf(picked: readonly Picked[]): Parcel {
  const entries = inZipOrder(
    picked.map(({ path: name, file }) => ({
      kind: 'file',
      name,
      bytes: file.size,
      modifiedAt: file.lastModified,
      file,
    })),
  )
  const wrong = wrongEntries(entries)
  if (wrong !== undefined) {
    const { name } = wrong
    throw new PageError(() => (name === undefined ? texts().problems.manyFiles : say(texts().problems.inZip, { name })))
  }
  const folders = new Set(entries.map(({ name }) => (name.includes('/') ? name.split('/')[0] : undefined)))
  const [folder] = folders
  const parts = () => makeZip(entries.map(entry => ({ ...zipMetadataOf(entry), input: entry.file })))
  return {
    name: folders.size === 1 && folder !== undefined ? `${folder}.zip` : 'files.zip',
    bytes: Number(predictLength(entries.map(zipMetadataOf))),
    source: { [Symbol.asyncIterator]: () => chunksOf(parts()) },
    type: 'application/zip',
    identity: entries.map(({ name, bytes, modifiedAt }) => [name, bytes, modifiedAt]),
  }
}

/** Not every browser iterates over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value
  } finally {
    await reader.cancel()
  }
}

/** Returns the SHA-256 of a value's JSON, in base64url. */
export async function hashOf(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
