import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { systemClock } from '../../shared/aws/process.ts'
import type { VersionId } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { FoundVersion, ObjectStore } from './object-store.ts'

/** A bucket with versioning, in a folder of its own. */
export interface VersionedObjects extends ObjectStore {
  /** Makes the file at `draft`, which it moves away, the latest version of the object. */
  put(key: string, draft: string, object: ObjectMetadata): Promise<VersionId>
  /** Deletes the object as S3 does without a version: adds a delete marker, which becomes the latest version. */
  addDeleteMarker(key: string): Promise<VersionId>
  /** Deletes a version, or a delete marker, for good. The one before it becomes the latest. Returns false if there is none. */
  deleteVersion(key: string, versionId: string): Promise<boolean>
}

/** What is stored with the bytes of an object. */
interface ObjectMetadata {
  readonly size: number
  /** With its quotes. */
  readonly etag: string
  readonly contentType: string
  readonly modifiedAt: EpochMs
}

/** What is written down of a version. Its bytes are in a file named by its id, which is never written again. */
const versionSchema = v.object({
  key: v.string(),
  versionId: v.pipe(v.string(), v.regex(/^[\w-]{32}$/)),
  order: v.number(),
  modifiedAt: v.number(),
  object: v.optional(v.object({ size: v.number(), etag: v.string(), contentType: v.string() })),
})

/** One version; without `object` it is a delete marker. */
type StoredVersion = v.InferOutput<typeof versionSchema>

/**
 * Keeps every version of objects in `folder`, which may have versions from an earlier process. A version appears whole or
 * not at all. One process at a time may use the folder.
 */
export function versionedObjects(folder: string): VersionedObjects {
  const versionsByKey = loadVersions(folder)
  const bucket = { folder, versionsByKey, last: Math.max(0, ...[...versionsByKey.values()].flat().map(orderOf)) }
  return {
    async open(key, versionId) {
      const versions = versionsByKey.get(key) ?? []
      const stored = versionId === undefined ? versions.at(-1) : versions.find(each => each.versionId === versionId)
      return stored === undefined ? { kind: 'absent' } : openStored(stored, join(folder, stored.versionId))
    },
    async put(key, draft, { modifiedAt, ...object }) {
      const versionId = newVersionId()
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      await rename(draft, join(folder, versionId))
      return add({ key, versionId, modifiedAt, object }, bucket)
    },
    async addDeleteMarker(key) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return add({ key, versionId: newVersionId(), modifiedAt: systemClock.now() }, bucket)
    },
    async deleteVersion(key, versionId) {
      const versions = versionsByKey.get(key) ?? []
      const others = versions.filter(each => each.versionId !== versionId)
      if (others.length === versions.length) return false
      versionsByKey.set(key, others)
      await rm(join(folder, `${versionId}.json`), { force: true })
      await rm(join(folder, versionId), { force: true })
      return true
    },
  }
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
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return { kind: 'absent' }
  return {
    kind: 'version',
    ...common,
    ...object,
    async read(position, length) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position)
      if (bytesRead === 0) throw new Error('the file of this version is incomplete')
      return buffer.subarray(0, bytesRead)
    },
    close: () => handle.close(),
  }
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
    if (!known.has(name.replace(/\.json$/, ''))) rmSync(join(folder, name), { force: true })
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
