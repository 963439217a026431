import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { VersionId } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { type FoundVersion, layered, type ListedObjects, type ObjectStore, type OpenVersion } from './object-store.ts'
import { type Draft, openParts, partOf, receive } from './part-files.ts'

/** A bucket with versioning, in a folder of its own, above objects that are never written to. */
export interface VersionedObjects extends ListedObjects {
  /** Writes bytes to a file while they arrive; returns undefined if they are more than `most`. Rejects if they break off. */
  receive(bytes: AsyncIterable<Buffer>, most: number): Promise<Draft | undefined>
  /**
   * Makes files, which it moves away, one after the other the latest version of the object, and returns its id. If the object
   * `mustBeNew` and exists, returns undefined and leaves the files; with a delete marker, it does not exist.
   */
  put(
    key: string,
    files: readonly Draft[],
    object: Pick<OpenVersion, 'etag' | 'contentType' | 'headers'> & { readonly mustBeNew: boolean },
  ): Promise<VersionId | undefined>
  /** Deletes the object as S3 does without a version: adds a delete marker, which becomes the latest version. */
  addDeleteMarker(key: string): Promise<VersionId>
  /** Deletes a version, or a delete marker, for good. The one before it becomes the latest. Does nothing if it does not exist. */
  deleteVersion(key: string, versionId: string): Promise<void>
}

/** What is written down of a version. Its bytes are in files named by its id, which are never written again. */
const versionSchema = v.object({
  key: v.string(),
  versionId: v.pipe(v.string(), v.regex(/^[\w-]{32}$/)),
  order: v.number(),
  modifiedAt: v.number(),
  object: v.optional(
    v.object({
      size: v.number(),
      etag: v.string(),
      contentType: v.string(),
      parts: v.optional(v.array(v.number())),
      headers: v.optional(v.record(v.string(), v.string())),
    }),
  ),
})

/** One version; without `object` it is a delete marker. */
type StoredVersion = v.InferOutput<typeof versionSchema>

/**
 * Keeps every version of objects in `root`, which may have versions from an earlier process. A version appears whole or
 * not at all. One process at a time may use the folder.
 */
export function versionedObjects(root: string, below: ListedObjects, now: () => EpochMs): VersionedObjects {
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
  async function exists(key: string): Promise<boolean> {
    const found = await objects.open(key)
    if (found.kind === 'version') await found.close()
    return found.kind === 'version'
  }
  let lastPut: Promise<unknown> = Promise.resolve()
  return {
    ...objects,
    keys: async prefix => keysOf(versionsByKey, await below.keys(prefix), prefix),
    receive: (bytes, most) => receive(bytes, most, incoming),
    put(key, files, { mustBeNew, ...object }) {
      // One after the other, so that no other upload comes between the look and the write.
      const mine = lastPut.then(async () => {
        if (mustBeNew && (await exists(key))) return undefined
        const versionId = newVersionId()
        const parts = files.map(({ bytes }) => bytes)
        const size = parts.reduce((sum, bytes) => sum + bytes, 0)
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        for (const [index, { path }] of files.entries()) await rename(path, partOf(join(folder, versionId), index))
        const version = { key, versionId, modifiedAt: now(), object: { size, parts, ...object } }
        return add(version, bucket)
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
      if (deleted === undefined) return
      versionsByKey.set(
        key,
        versions.filter(each => each !== deleted),
      )
      await rm(join(folder, `${versionId}.json`), { force: true })
      const files = (deleted.object?.parts ?? [0]).map((_, index) => partOf(join(folder, versionId), index))
      for (const file of files) await rm(file, { force: true })
    },
  }
}

/** What one process knows of the folder: versions from the oldest to the latest, and the last number in their order. */
interface Bucket {
  readonly folder: string
  readonly versionsByKey: Map<string, StoredVersion[]>
  last: number
}

/** Returns the keys that start with `prefix` whose latest version is an object; `keysBelow` are those of objects without a version. */
function keysOf(
  versionsByKey: Bucket['versionsByKey'],
  keysBelow: readonly string[],
  prefix: string,
): readonly string[] {
  const latest = new Map([...versionsByKey].flatMap(([key, versions]) => versions.slice(-1).map(each => [key, each])))
  const own = [...latest].flatMap(([key, { object }]) => (object && key.startsWith(prefix) ? [key] : []))
  return [...own, ...keysBelow.filter(key => !latest.has(key))]
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
  const { parts, ...shown } = object
  const bytes = await openParts(file, parts ?? [object.size])
  return bytes === undefined ? { kind: 'absent' } : { kind: 'version', ...common, ...shown, ...bytes }
}

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
