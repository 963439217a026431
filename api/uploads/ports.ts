import type { ObjectKey, VersionId } from '../../shared/object-key.ts'
import type { PartsRequest, SignedParts } from '../../shared/schemas/types.ts'
import type { EpochSeconds } from '../../shared/time.ts'
import type { ApiPorts, Life, NamedRecords, Quota } from '../ports.ts'

/** Ports of uploads. */
export interface UploadPorts extends Pick<ApiPorts, 'clock' | 'random' | 'keyring' | 'quota' | 'log' | 'audit'> {
  readonly bucket: UploadBucket
  /** Each upload is a record: its id is the id of the upload, and its end the end of the upload. */
  readonly uploads: NamedRecords<Upload>
  readonly openUploads: OpenUploads
  /** Counts bytes, each time; rejects if it can't, because a bound on bytes must hold. */
  readonly bytesOfDay: Quota
}

/** Where an upload goes on. It names its caller by keyed hash only. */
export interface Upload extends S3Upload {
  /** Keyed hash of the caller and its issuer. */
  readonly caller: string
  /** Size of each part but the last. */
  readonly partBytes: number
  /** Size of the file; absent if it was not known. */
  readonly bytes?: number
  /** Whether an object that exists gets a new version. */
  readonly replace?: true
  /** What it made; absent while it is open. */
  readonly completed?: MadeVersion & { readonly sha256: string }
}

/** A multipart upload of S3, with S3's own id. */
export interface S3Upload {
  readonly key: ObjectKey
  readonly uploadId: string
}

/** The version that an upload made; absent if the bucket has no versions. */
interface MadeVersion {
  readonly versionId?: VersionId
}

/** A part of a file. */
export type Part = PartsRequest['parts'][number]

/** A part that S3 has. */
export type ArrivedPart = Part & { readonly etag: string }

/** What an upload makes. */
interface UploadedObject {
  readonly key: ObjectKey
  readonly type?: string | undefined
  /** `callerHash` of its caller, which the object keeps. @default it keeps nothing of it */
  readonly uploader?: string | undefined
  /** Name of the file, which the object keeps. @default its key has it */
  readonly filename?: string | undefined
}

/** Multipart uploads into one bucket. Each call but `sign` has a timeout, and rejects if S3 doesn't respond or fails. */
export interface UploadBucket {
  /** Begins an upload, and returns S3's id of it. Each call begins another. */
  begin(object: UploadedObject): Promise<string>
  /** Signs the URL of a PUT that accepts this part alone, during `life`, any number of times. Ends earlier if the credentials do. */
  sign(upload: S3Upload, part: Part, life: Life): Promise<Omit<SignedParts['parts'][number], 'number'>>
  /** Returns the parts that S3 has, by number; `gone` if the upload was completed or aborted. */
  arrived(upload: S3Upload): Promise<readonly ArrivedPart[] | 'gone'>
  /**
   * Makes an object of these parts. `exists` if there is one already, unless `replace`; `changed` if a part was sent again since it was
   * listed; `gone` if the upload was completed or aborted. In one attempt: a second one would not tell its own object from that of another.
   */
  complete(
    upload: S3Upload,
    parts: readonly ArrivedPart[],
    replace: boolean,
  ): Promise<MadeVersion | 'exists' | 'changed' | 'gone'>
  /** Discards the upload and its parts. Does nothing if it was completed or aborted. */
  abort(upload: S3Upload): Promise<void>
}

/** One place in the set of a caller's open uploads. */
export interface Slot {
  /** Names the set: a keyed hash of the caller. */
  readonly id: string
  /** Name of the upload in the set, which no other has. */
  readonly upload: string
  /** When the upload ends, and no longer takes a place. */
  readonly endsAt: EpochSeconds
}

/** Keeps which uploads are open. Each call may be repeated, has a timeout, and rejects if the store doesn't respond. */
export interface OpenUploads {
  /** Takes a place, in one conditional write; returns false if `max` other uploads are open that end after `now`. */
  tryAdd(slot: Slot, max: number, now: EpochSeconds): Promise<boolean>
  /** Frees a place. */
  remove(slot: Slot): Promise<void>
}
