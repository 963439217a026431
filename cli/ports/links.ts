import type { Client } from '../../client/client.ts'
import type { ObjectKey } from '../../shared/object-key.ts'
import type { Region } from '../../shared/regions.ts'

/** APIs for links. */
export interface Apis {
  /** Returns a client of a deployed API. It signs requests with the credentials that the SDK finds. */
  deployed(origin: string, region: Region): Client
  /** Returns a client of an emulator's API. It signs nothing. */
  local(origin: string): Client
  /** Returns the origin of the API of the emulator at `origin`. Rejects with an `UnreachableError` if there is none. */
  emulatorAt(origin: string): Promise<string>
}

/** A file to upload as an object. */
export interface Upload {
  readonly file: string
  readonly key: ObjectKey
  /** Its media type. */
  readonly type: string
  /** Called repeatedly with the number of bytes sent so far. */
  readonly onProgress: (bytes: number) => void
  /** Cancels the upload. No object is then stored, unless all bytes have arrived already. */
  readonly signal: AbortSignal
}

/** Uploads of files. An existing object with the same key is replaced when the file is complete, never by a part of it. */
export interface Uploads {
  toBucket(upload: Upload, bucket: { readonly name: string; readonly region: Region }): Promise<void>
  /** Rejects with a `ProblemError` if the emulator refuses the file. */
  toEmulator(upload: Upload, api: string): Promise<void>
}

/** Files of this machine. Failures reject with the system's error. */
export interface Disk {
  /** Returns what is at the path; undefined if nothing is. */
  stat(path: string): Promise<PathInfo | undefined>
  /** Rejects if no files can be created in the folder. */
  mustBeWritable(folder: string): Promise<void>
  /** Rejects if the file can't be read. */
  mustBeReadable(file: string): Promise<void>
  /** Creates a file; returns undefined if one exists. */
  create(path: string): Promise<OutputFile | undefined>
  /** Renames a file. Without `replace`, returns false and changes nothing if `to` exists. */
  rename(from: string, to: string, options: { readonly replace: boolean }): Promise<boolean>
  /** Removes the file, if it exists. */
  remove(path: string): Promise<void>
  standardOutput(): OutputFile
  /** Reads standard input to its end. */
  standardInput(): Promise<string>
}

/** What is at a path; `other` is, for example, a device or a pipe. */
export type PathInfo = { readonly kind: 'file'; readonly bytes: number } | { readonly kind: 'folder' | 'other' }

/** Where a download is written, in order. */
export interface OutputFile {
  /** Discards everything written so far; undefined if that is impossible, as for a pipe. */
  readonly startOver: (() => Promise<void>) | undefined
  /** Resolves when all bytes are written. */
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** HTTP as viewers use it, without credentials. */
export interface HttpClient {
  /**
   * Sends one request, and follows no redirect. Rejects with `NotConnected` if the request certainly reached no server, and
   * with another error if the response, or the next bytes of its body, take more than half a minute. The message says why.
   */
  send(request: HttpRequest): Promise<HttpResponse>
}

/** There was no connection, so nothing was sent. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Cancels the request and its response, which then reject with the signal's reason. */
  readonly signal: AbortSignal
}

/** The response. Its body must be read once, or dropped with `end`. */
export interface HttpResponse {
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  text(): Promise<string>
  end(): void
}
