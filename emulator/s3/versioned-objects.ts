import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import type { VersionId } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type FoundVersion, layered, type ObjectStore } from './object-store.ts'

/** A bucket with versioning, in a folder of its own, above objects that are never written to. */
export interface VersionedObjects extends ObjectStore {
  /** Returns whether there is an object, which a delete marker is not. */
  exists(key: string, versionId?: string): Promise<boolean>
  /** Writes bytes to a file while they arrive; returns undefined if they are more than `most`. Rejects if they break off. */
  receive(bytes: AsyncIterable<Buffer>, most: number): Promise<Draft | undefined>
  /** Makes files, which it moves away, one after the other the latest version of the object, unless it `mustBeNew` and there is one. */
  put(
    key: string,
    files: readonly Draft[],
    object: { readonly etag: string; readonly contentType: string; readonly mustBeNew: boolean },
  ): Promise<{ readonly versionId: VersionId; readonly isFirst: boolean } | 'exists'>
  /** Deletes the object as S3 does without a version: adds a delete marker, which becomes the latest version. */
  addDeleteMarker(key: string): Promise<VersionId>
  /** Deletes a version, or a delete marker, for good. The one before it becomes the latest. Returns false if there is none. */
  deleteVersion(key: string, versionId: string): Promise<boolean>
}

/** Bytes that have arrived, in a file; their hashes in hexadecimal digits. */
export interface Draft {
  readonly path: string
  readonly bytes: number
  readonly md5: string
  readonly sha256: string
}

/** What is written down of a version. Its bytes are in files named by its id, which are never written again. */
const versionSchema = v.object({
  key: v.string(),
  versionId: v.pipe(v.string(), v.regex(/^[\w-]{32}$/)),
  order: v.number(),
  modifiedAt: v.number(),
  object: v.optional(
    v.object({ size: v.number(), etag: v.string(), contentType: v.string(), parts: v.optional(v.array(v.number())) }),
  ),
})

/** One version; without `object` it is a delete marker. */
type StoredVersion = v.InferOutput<typeof versionSchema>

/**
 * Keeps every version of objects in `root`, which may have versions from an earlier process. A version appears whole or
 * not at all. One process at a time may use the folder.
 */
export function versionedObjects(root: string, below: ObjectStore, now: () => EpochMs): VersionedObjects {
  const [folder, incoming] = [join(root, 'versions'), join(root, 'incoming')]
  rmSync(incoming, { recursive: true, force: true })
  const versionsByKey = loadVersions(folder)
  const bucket = { folder, versionsByKey, last: Math.max(0, ...[...versionsByKey.values()].flat().map(orderOf)) }
  const own: ObjectStore = {
    async open(key, versionId) {
      const versions = versionsByKey.get(key) ?? []
      const stored = versionId === undefined ? versions.at(-1) : versions.find(each => each.versionId === versionId)
      return stored === undefined ? { kind: 'absent' } : openStored(stored, join(folder, stored.versionId))
    },
  }
  const objects = layered(own, below)
  async function exists(key: string, versionId?: string): Promise<boolean> {
    const found = await objects.open(key, versionId)
    if (found.kind === 'version') await found.close()
    return found.kind === 'version'
  }
  let lastPut: Promise<unknown> = Promise.resolve()
  return {
    ...objects,
    exists,
    receive: (bytes, most) => receive(bytes, most, incoming),
    put(key, files, { mustBeNew, ...object }) {
      // One after the other, so that no other upload comes between the look and the write.
      const mine = lastPut.then(async () => {
        const isFirst = !(await exists(key))
        if (mustBeNew && !isFirst) return 'exists'
        const versionId = newVersionId()
        const parts = files.map(({ bytes }) => bytes)
        const size = parts.reduce((sum, bytes) => sum + bytes, 0)
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        for (const [index, { path }] of files.entries()) await rename(path, partOf(join(folder, versionId), index))
        const version = { key, versionId, modifiedAt: now(), object: { size, parts, ...object } }
        return { versionId: await add(version, bucket), isFirst }
      })
      lastPut = mine.catch(() => undefined)
      return mine
    },
    async addDeleteMarker(key) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return add({ key, versionId: newVersionId(), modifiedAt: now() }, bucket)
    },
    async deleteVersion(key, versionId) {
      const versions = versionsByKey.get(key) ?? []
      const deleted = versions.find(each => each.versionId === versionId)
      if (deleted === undefined) return false
      versionsByKey.set(
        key,
        versions.filter(each => each !== deleted),
      )
      await rm(join(folder, `${versionId}.json`), { force: true })
      const files = (deleted.object?.parts ?? [0]).map((_, index) => partOf(join(folder, versionId), index))
      for (const file of files) await rm(file, { force: true })
      return true
    },
  }
}

async function receive(source: AsyncIterable<Buffer>, most: number, folder: string): Promise<Draft | undefined> {
  const [md5, sha256, path] = [createHash('md5'), createHash('sha256'), join(folder, randomUUID())]
  let bytes = 0
  async function* passing(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      bytes += chunk.length
      if (bytes > most) continue // the rest is read and dropped
      md5.update(chunk)
      sha256.update(chunk)
      yield chunk
    }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    await pipeline(passing, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    if (bytes <= most) return { path, bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  await rm(path)
  return undefined
}

/** What one process knows of the folder: versions from the oldest to the latest, and the last number in their order. */
interface Bucket {
  readonly folder: string
  readonly versionsByKey: Map<string, StoredVersion[]>
  last: number
}

/** Writes a version down, after its bytes: from then on it exists. */
async function add(version: Omit<StoredVersion, 'order'>, bucket: Bucket): Promise<VersionId> {
  const { folder, versionsByKey } = bucket
  bucket.last += 1
  const stored = { ...version, order: bucket.last }
  const draft = join(folder, `${randomUUID()}.draft`)
  await writeFile(draft, JSON.stringify(stored), { mode: 0o600 })
  await rename(draft, join(folder, `${version.versionId}.json`))
  versionsByKey.set(version.key, inOrder([...(versionsByKey.get(version.key) ?? []), stored]))
  return version.versionId as VersionId
}

async function openStored({ versionId: id, modifiedAt, object }: StoredVersion, file: string): Promise<FoundVersion> {
  const common = { versionId: id as VersionId, modifiedAt: modifiedAt as EpochMs }
  if (object === undefined) return { kind: 'delete-marker', ...common }
  const { size, parts = [size], ...shown } = object
  const first = await open(file).catch(() => undefined)
  if (first === undefined) return { kind: 'absent' }
  let [opened, handle] = [0, first]
  return {
    kind: 'version',
    ...common,
    ...shown,
    size,
    async read(position, length) {
      let [part, start] = [0, 0]
      for (; position >= start + (parts[part] ?? Infinity); part += 1) start += parts[part] ?? 0
      if (part !== opened) {
        await handle.close()
        ;[opened, handle] = [part, await open(partOf(file, part))]
      }
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position - start)
      if (bytesRead === 0) throw new Error('the file of this version is incomplete')
      return buffer.subarray(0, bytesRead)
    },
    close: () => handle.close(),
  }
}

/** Names the file of a part, counted from 0. */
const partOf = (file: string, part: number) => (part === 0 ? file : `${file}.${part}`)

/** Like S3's: 32 characters that can't be guessed. */
function newVersionId(): string {
  return randomBytes(24).toString('base64url')
}

const orderOf = ({ order }: StoredVersion) => order

function inOrder(versions: readonly StoredVersion[]): StoredVersion[] {
  return versions.toSorted((a, b) => orderOf(a) - orderOf(b))
}

/** Reads what earlier processes wrote, and removes what they did not finish. */
function loadVersions(folder: string): Map<string, StoredVersion[]> {
  const versions = new Map<string, StoredVersion[]>()
  const names = readNames(folder)
  const known = new Set(names.filter(name => name.endsWith('.json')).map(name => name.slice(0, -'.json'.length)))
  for (const name of names) {
    if (!known.has(name.replace(/\..*$/, ''))) rmSync(join(folder, name), { force: true })
  }
  for (const id of known) {
    const text = readFileSync(join(folder, `${id}.json`), 'utf8')
    const version = v.parse(v.pipe(v.string(), v.parseJson(), versionSchema), text)
    versions.set(version.key, inOrder([...(versions.get(version.key) ?? []), version]))
  }
  return versions
}

function readNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
