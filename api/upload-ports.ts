import type { ObjectKey, VersionId } from '../shared/object-key.ts'
import type { EpochSeconds } from '../shared/time.ts'
import type { Life } from './exchange-ports.ts'
import type { NamedRecords, Ports, Quota } from './ports.ts'

/** Ports of uploads. */
export interface UploadPorts extends Pick<Ports, 'clock' | 'random' | 'keyring' | 'quota' | 'log' | 'audit'> {
  readonly bucket: UploadBucket
  /** Each upload is a record: its id is the id of the upload, and its end the end of the upload. */
  readonly uploads: NamedRecords<Upload>
  readonly openUploads: OpenUploads
  /** Counts bytes. It counts each time, and rejects if it can't: a bound on bytes must hold. */
  readonly bytesOfDay: Quota
}

/** Where an upload goes on. It names its caller by keyed hash only. */
export interface Upload {
  /** Keyed hash of the caller and its issuer. */
  readonly caller: string
  readonly key: ObjectKey
  /** S3's own id. */
  readonly uploadId: string
  /** Size of each part but the last. */
  readonly partBytes: number
  /** Size of the file; absent if it was not known. */
  readonly bytes?: number
  /** Whether an object that exists gets a new version. */
  readonly replace?: true
  /** What it made; absent while it is open. */
  readonly completed?: Completed
}

/** What a complete upload made. */
export interface Completed {
  /** Absent if the bucket has no versions. */
  readonly versionId?: VersionId
  /** SHA-256 over the SHA-256 of all parts, in order, in Base64. */
  readonly sha256: string
}

/** A part of a file. */
export interface Part {
  /** From 1. */
  readonly number: number
  readonly bytes: number
  /** SHA-256 in Base64. */
  readonly sha256: string
}

/** A part that S3 has. */
export interface ArrivedPart extends Part {
  readonly etag: string
}

/** A multipart upload of S3. */
export type S3Upload = Pick<Upload, 'key' | 'uploadId'>

/** Multipart uploads into one bucket. Each call but `sign` has a timeout, and rejects if S3 doesn't respond or fails. */
export interface UploadBucket {
  /** Begins an upload, and returns S3's id of it. Each call begins another. */
  begin(object: { readonly key: ObjectKey; readonly type?: string | undefined }): Promise<string>
  /** Signs the URL of a PUT that accepts this part alone, during `life`, any number of times. Ends earlier if the credentials do. */
  sign(upload: S3Upload, part: Part, life: Life): Promise<SignedPart>
  /** Returns the parts that S3 has, by number; `gone` if the upload was completed or aborted. */
  arrived(upload: S3Upload): Promise<readonly ArrivedPart[] | 'gone'>
  /**
   * Makes an object of these parts, and returns its version. `exists` if there is one already, unless `replace`; `gone` if the upload was
   * completed or aborted. In one attempt: a second one would not tell its own object from that of another.
   */
  complete(
    upload: S3Upload,
    parts: readonly ArrivedPart[],
    replace: boolean,
  ): Promise<{ readonly versionId?: VersionId } | 'exists' | 'gone'>
  /** Discards the upload and its parts. Does nothing if it was completed or aborted. */
  abort(upload: S3Upload): Promise<void>
}

/** Where to send a part. */
export interface SignedPart {
  readonly url: string
  /** Headers that the request must have, beside Content-Length. */
  readonly headers: Readonly<Record<string, string>>
}

/** One place in the set of a caller's open uploads. */
export interface Slot {
  /** Names the set: a keyed hash of the caller. */
  readonly id: string
  /** Id of the upload. */
  readonly upload: string
  /** When the upload ends, and no longer takes a place. */
  readonly endsAt: EpochSeconds
}

/** Keeps which uploads are open. Each call has a timeout, and rejects if the store doesn't respond. */
export interface OpenUploads {
  /**
   * Takes a place, in one conditional write; returns false if `max` uploads are open that end after `now`. May be repeated for the same
   * upload.
   */
  tryAdd(slot: Slot, max: number, now: EpochSeconds): Promise<boolean>
  /** Frees a place. May be repeated. */
  remove(slot: Slot): Promise<void>
}
