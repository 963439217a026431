import type { LinkView, UploadedFile as StoredFile } from '../shared/schemas/types.ts'

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the signal's reason. Requests that were sent may still take effect. */
  readonly signal?: AbortSignal
}

/**
 * Options of calls with an `Idempotency-Key`. The API remembers a key for a day: the same call with the same key returns the
 * same result instead of taking effect again.
 */
export interface NamedCallOptions extends CallOptions {
  /**
   * 1 to 255 printable ASCII characters (240 for `issueMany`, which appends the number of each batch), without spaces at the
   * ends. Pass your own to repeat the call safely after a crash.
   * @default a random key for each call, so that its own attempts are safe
   */
  readonly idempotencyKey?: string
}

/** Options of calls that issue links. Where files are scanned, they wait while an object has no result yet. */
export interface IssueOptions extends NamedCallOptions {
  /**
   * How long to wait for the scan of an object, in milliseconds. Then the call ends with the problem `object-unchecked`: repeat it later.
   * @default 1800000, half an hour
   */
  readonly checkMs?: number
  /** Called before each such wait. If it throws, the call ends with its error. */
  readonly onCheck?: (check: ObjectCheck) => void
}

/** An object that is being scanned. */
export interface ObjectCheck {
  /** Milliseconds that the call has waited for it so far. */
  readonly waitedMs: number
}

/** Options of `exchange`. */
export interface ExchangeOptions extends NamedCallOptions {
  /** The passphrase of the link, if it has one. */
  readonly passphrase?: string
}

/** Options of `list`: which links to return. */
export interface ListOptions extends CallOptions {
  /** Returns only links with this reference, newest first. @default all links, in no order */
  readonly reference?: string
  /**
   * Returns only links of this issuer. For callers with the verb `admin`, who need it with `reference`.
   * @default all links that the caller may see
   */
  readonly issuer?: string
  /** Returns only links in this state. @default links in all states */
  readonly state?: LinkView['state']
  /** Links per response of the API, at most, 1 to 100. It affects only the number of requests. @default the API's, 50 */
  readonly pageSize?: number
}

/**
 * A file to upload: a `Blob`, such as a browser's `File` or what `openAsBlob` of `node:fs` returns, or bytes in order, such as a stream
 * of Node.js.
 */
export type UploadSource = Blob | AsyncIterable<Uint8Array>

/** How much of a file has arrived. */
export interface UploadProgress {
  /** Bytes so far, those of an earlier call included. */
  readonly arrived: number
  /** Bytes of the whole file; undefined if its size is not known. */
  readonly size: number | undefined
}

/** Options of `upload`: what the file is, with exactly one of `filename` and `key`, and how to send it. */
export interface UploadOptions extends CallOptions {
  /** Name of the file. The API draws a key that ends in it, with `_` for `*`, `?` and `\`, and that no other upload has. */
  readonly filename?: string
  /** Key of the object. An issuer with `own` may not name one. */
  readonly key?: string
  /** With `key`: whether an object that exists gets a new version. @default false: it is refused as `object-exists` */
  readonly replace?: boolean
  /** Size of a source that is no `Blob`, in bytes, so that the API can refuse it at once. @default not known */
  readonly bytes?: number
  /** Media type, which those who download the file get. @default none */
  readonly type?: string
  /**
   * 1 to 255 printable ASCII characters that stand for this file, such as a hash of its name, size and time. For a day, a call with the
   * same key and options, also of another process, sends only what has not arrived with the same content; after the end, nothing. With
   * `replace`, it sends all of it then, since another file may have replaced it.
   * @default a random key: an upload that fails is ended
   */
  readonly idempotencyKey?: string
  /** Whether to end the upload if `signal` is aborted, so that nothing of it remains. @default without `idempotencyKey` */
  readonly endOnAbort?: boolean
  /** Called, and awaited, with the key of the object before anything is sent. If it throws, the upload fails with its error. */
  readonly onBegin?: (key: string) => void | Promise<void>
  /** Called after each part. If it throws, the upload fails with its error. */
  readonly onProgress?: (progress: UploadProgress) => void
}

/** A file that was uploaded, as a link may name it. */
export type UploadedFile = StoredFile & {
  /** The name that the file is to be saved under. Only if its key can't end in it. */
  readonly filename?: string
}
