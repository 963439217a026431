import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { VersionId } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'
import { layered, type ObjectStore } from './object-store.ts'
import { type VersionedObjects, versionedObjects } from './versioned-objects.ts'

/** A bucket that takes uploads: every version of each, and below them objects that are never written to. */
export interface WritableBucket {
  /** All objects: what was uploaded hides what is below. */
  readonly objects: ObjectStore
  readonly uploaded: VersionedObjects
  /** Returns whether there is an object, which a delete marker is not. */
  exists(key: string, versionId?: string): Promise<boolean>
  /**
   * Writes bytes to a file while they arrive, and gives it to `use`; undefined if they are more than `maxBytes`. Removes
   * what `use` does not move away. Rejects if the bytes break off.
   */
  receive<Result>(
    bytes: AsyncIterable<Buffer>,
    maxBytes: number,
    use: (draft: Draft | undefined) => Promise<Result>,
  ): Promise<Result>
  /** Runs one piece of work after the other, so that no other upload comes between its look and its write. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  /** Makes a draft the latest version of an object. Must run in turn. */
  add(key: string, draft: Draft, version: NewVersion): Promise<Added | 'exists'>
}

/** Bytes that have arrived, in a file. */
export interface Draft {
  readonly path: string
  readonly bytes: number
  /** In hexadecimal digits. */
  readonly md5: string
  readonly sha256: string
}

/** What an upload says of its object. */
interface NewVersion {
  /** With its quotes. */
  readonly etag: string
  readonly contentType: string
  /** Whether a key that has an object is refused. */
  readonly mustBeNew: boolean
}

/** What became of an upload. */
interface Added {
  readonly versionId: VersionId
  /** Whether there was no object under its key. */
  readonly isFirst: boolean
}

/** Keeps uploads in `root`, which may have some from an earlier process, above the objects of `below`. */
export function writableBucket(root: string, below: ObjectStore, now: () => EpochMs): WritableBucket {
  const uploaded = versionedObjects(join(root, 'versions'))
  const objects = layered(uploaded, below)
  const incoming = join(root, 'incoming')
  let last: Promise<unknown> = Promise.resolve()
  async function exists(key: string, versionId?: string): Promise<boolean> {
    const found = await objects.open(key, versionId)
    if (found.kind === 'version') await found.close()
    return found.kind === 'version'
  }
  return {
    objects,
    uploaded,
    exists,
    async receive(bytes, maxBytes, use) {
      const path = join(incoming, randomUUID())
      await mkdir(incoming, { recursive: true, mode: 0o700 })
      try {
        const draft = await write(bytes, path, maxBytes)
        return await use(draft)
      } finally {
        await rm(path, { force: true })
      }
    },
    inTurn(work) {
      const mine = last.then(work)
      last = mine.catch(() => undefined)
      return mine
    },
    async add(key, { path, bytes: size }, { etag, contentType, mustBeNew }) {
      const isFirst = !(await exists(key))
      if (mustBeNew && !isFirst) return 'exists'
      return { versionId: await uploaded.put(key, path, { size, etag, contentType, modifiedAt: now() }), isFirst }
    },
  }
}

/** Writes and hashes the bytes. Beyond `most` writes no more, but reads the rest and drops it. */
async function write(source: AsyncIterable<Buffer>, path: string, most: number): Promise<Draft | undefined> {
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  let bytes = 0
  async function* passing(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      bytes += chunk.length
      if (bytes > most) continue
      md5.update(chunk)
      sha256.update(chunk)
      yield chunk
    }
  }
  await pipeline(passing, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return bytes > most ? undefined : { path, bytes, md5: md5.digest('hex'), sha256: sha256.digest('hex') }
}
