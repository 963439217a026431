import type {
  ExchangeResponse,
  IssuedLink,
  LinkView,
  RevokedLink,
  UploadedFile as StoredFile,
} from '../shared/schemas/types.ts'
import type { BatchedLink } from './batches.ts'
import type { NewLink } from './presets.ts'

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

/**
 * The calls of the API. Each rejects with a `ProblemError` if the API refuses it, with a `NoResponseError` if the last attempt gets no
 * response from the API, and with the signal's reason if the signal is aborted. Invalid arguments, such as a malformed id,
 * reject with a `TypeError` before a request is sent. No error contains a nonce.
 */
export interface Client {
  /**
   * Issues one link. Returns its `id`, `url`, `expiresAt` and `homeRegion`, for how many seconds its download works once it is
   * opened (`urlSeconds`) and for whom (`bind`), and `advice` if it may be lost over a slow line. `url` is the secret that the
   * viewer opens: the other calls identify the link by `id` and never return `url`, so keep it, and don't log it.
   * `for` chooses its fields for the way to the recipient.
   */
  issue(link: NewLink, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Issues any number of links in batches of 100, one after the other. Yields one result per link, in order, as soon as its
   * batch is done: the link, or the problem why there is none. Repeats a batch with the same key if the API had no time or quota
   * for some of its links; `attempts` limits all requests for a batch. `idempotencyKey` is for the whole list: after a crash,
   * the same list with the same key returns the same links. If a batch fails as a whole, rejects as the other calls do.
   */
  issueMany(links: Iterable<NewLink>, options?: NamedCallOptions): AsyncGenerator<BatchedLink, void, undefined>
  /** Returns a link by its id: state, fields and, if it keeps one, receipt. A link used without a receipt no longer exists. */
  show(id: string, options?: CallOptions): Promise<LinkView>
  /** Yields every link that matches the options. Requests the next page when it is needed. */
  list(options?: ListOptions): AsyncGenerator<LinkView, void, undefined>
  /**
   * Revokes a link by its id. After this resolves, the link hands out nothing more. Returns undefined if it was never used;
   * otherwise an object whose `capabilityEndsAt` says until when the URL works that it handed out. Rejects if the link no longer
   * exists: it was used without a receipt, or expired long ago.
   */
  revoke(id: string, options?: CallOptions): Promise<RevokedLink | undefined>
  /**
   * Ends a link by its id, and issues another one with the same options, which it returns as `issue` does; at no time both work. Rejects
   * as `capability-alive` while what the link handed out works: `capabilityEndsAt` says until when. After any other failure, only a call
   * with the same key goes on.
   */
  replace(id: string, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Exchanges the nonce of a link, the 43 characters after `/d/`, for a presigned S3 URL. This uses the link, as opening it
   * would. With a receipt, a repeat with the same key returns the same URL while that lives. A link for a player or for
   * several clients, or one that is bound to the client, is refused.
   */
  exchange(nonce: string, options?: ExchangeOptions): Promise<ExchangeResponse>
  /**
   * Uploads a file straight to S3, in parts with their SHA-256. Reads some 32 MB ahead, of which the `fetch` of Node.js makes copies. A
   * part that fails is sent again, with waits of two minutes in all. Returns the `key` of the object, its `versionId` if the bucket has
   * versions, and its `filename` if the key can't end in that: issue a link with all of them. The object appears when its file is
   * complete. Parts go to URLs that the API signs, by TLS or to this machine, without a token. Aborting `signal` leaves what has arrived,
   * so that it can go on. `source` is read again if a file that was complete turns out to be another one; one that can't be, fails.
   */
  upload(source: UploadSource, options: UploadOptions): Promise<UploadedFile>
}
