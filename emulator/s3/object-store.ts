import { lookup } from 'mime-types'
import type { VersionId } from '../../shared/object-key.ts'
import type { EpochMs } from '../../shared/time.ts'

/** Where objects are, each with its versions. */
export interface ObjectStore {
  /** Opens a version of an object, without `versionId` the latest. Rejects if the file changes too often to tell a version. */
  open(key: string, versionId?: string): Promise<FoundVersion>
}

/** Objects that can be listed. */
export interface ListedObjects extends ObjectStore {
  /** Returns the keys of objects that start with `prefix`, in no order. */
  keys(prefix: string): Promise<readonly string[]>
}

/** What a store has under a key, or under the id of a version. */
export type FoundVersion = OpenVersion | DeleteMarker | { readonly kind: 'absent' }

/** One version of an object, open for reading. The caller closes it. */
export interface OpenVersion {
  readonly kind: 'version'
  readonly versionId: VersionId
  /** Bytes. */
  readonly size: number
  /** With its quotes. */
  readonly etag: string
  readonly modifiedAt: EpochMs
  readonly contentType: string
  /** Metadata of its upload, and the checksum over its parts, as headers. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Reads at least one byte and at most `length`: bytes of this version. Rejects if the file has changed since. */
  read(position: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

/** The version that S3 adds if an object is deleted (AWS, "Working with delete markers"). */
export interface DeleteMarker {
  readonly kind: 'delete-marker'
  readonly versionId: VersionId
  readonly modifiedAt: EpochMs
}

/** Shows several stores as one: what an earlier one has under a key or version hides what the later ones have. */
export function layered(...stores: readonly ObjectStore[]): ObjectStore {
  return {
    async open(key, versionId) {
      for (const store of stores) {
        const found = await store.open(key, versionId)
        if (found.kind !== 'absent') return found
      }
      return { kind: 'absent' }
    },
  }
}

/** Returns the media type of an object by its key, as AWS's command line sets it; S3's default for all others. */
export function mediaTypeOf(key: string): string {
  const type = lookup(key) || 'binary/octet-stream'
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
