import type { RequestListener } from 'node:http'
import type { Readable } from 'node:stream'
import type { ObjectKey } from '../../shared/object-key.ts'
import type { UploadBucket, UploadResult } from './links.ts'

/** A server on a free port of 127.0.0.1. */
export interface LoopbackServer {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string
  /** Sets who responds; until then requests wait. */
  serve(listener: RequestListener): void
  /** Closes all connections and frees the port. */
  close(): Promise<void>
}

/** What the browser of this user needs of this machine. */
export interface Loopback {
  listen(): Promise<LoopbackServer>
  /** The home folder of this user. */
  readonly home: string
  /** The system, as Node.js names it: `linux`, `darwin`, `win32`. */
  readonly platform: string
  /** Uploads into a bucket part by part, as a browser sends them. */
  uploadsTo(bucket: UploadBucket): Promise<PartUploads>
}

/** A part of an upload that the bucket has. */
export interface UploadedPart {
  /** Counts from 1. */
  readonly number: number
  readonly bytes: number
  readonly etag: string
  /** In Base64; undefined if the bucket keeps none. */
  readonly sha256: string | undefined
}

/** A part to upload. */
interface PartToUpload {
  readonly number: number
  readonly bytes: number
  /** In Base64. The bucket checks it. */
  readonly sha256: string
  readonly body: Readable
  /** Cancels the request. */
  readonly signal: AbortSignal
}

/** An upload in parts that has begun. */
export interface StartedUpload {
  readonly key: ObjectKey
  readonly uploadId: string
}

/** Uploads in parts into one bucket, which has an object when its upload is complete, and not before. */
export interface PartUploads {
  /** Returns the id of the latest unfinished upload to the key; undefined if there is none, or if the caller may not ask. */
  unfinished(key: ObjectKey): Promise<string | undefined>
  /** Starts an upload of this media type; returns its id. */
  start(key: ObjectKey, type: string): Promise<string>
  /** Returns the parts that have arrived, by number; undefined if there is no such upload. */
  parts(upload: StartedUpload): Promise<readonly UploadedPart[] | undefined>
  put(part: PartToUpload, upload: StartedUpload): Promise<void>
  /** Makes the object of these parts. Without `replace`, returns `exists` if its key has one. */
  complete(
    upload: StartedUpload,
    parts: readonly UploadedPart[],
    options: { readonly replace: boolean },
  ): Promise<UploadResult>
  /** Removes an unfinished upload with its parts. Succeeds if there is none. */
  abort(upload: StartedUpload): Promise<void>
}
