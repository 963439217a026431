import type { Client } from '../../client/client.ts'
import type { ObjectKey } from '../../shared/object-key.ts'
import type { Region } from '../../shared/regions.ts'

/** The apis for links. */
export interface Apis {
  /** A deployed one: requests are signed with the credentials that the SDK finds. */
  deployed(origin: string, region: Region): Client
  /** An emulator's, which takes no signatures. */
  local(origin: string): Client
  /** The origin of the api of the emulator that is at this one. Rejects with `CannotAsk` when there is none. */
  emulatorAt(origin: string): Promise<string>
}

/** A file that becomes an object. */
export interface Upload {
  readonly file: string
  readonly key: ObjectKey
  /** Its media type. */
  readonly type: string
  /** Hears how many bytes have been sent, again and again. */
  readonly onProgress: (bytes: number) => void
  /** Ends it; nothing is then put, unless all was there already. */
  readonly signal: AbortSignal
}

/** Where files are put. An object of the same key is replaced once all is there, and never by half of a file. */
export interface Uploads {
  toBucket(upload: Upload, bucket: { readonly name: string; readonly region: Region }): Promise<void>
  /** Rejects with a `ProblemError` when the emulator does not take it. */
  toEmulator(upload: Upload, api: string): Promise<void>
}

/** Files of this machine. What fails rejects with the error of the system. */
export interface Disk {
  look(path: string): Promise<PathInfo | undefined>
  /** Resolves when files can be made there. */
  mustBeWritable(folder: string): Promise<void>
  /** Resolves when the file can be read. */
  mustBeReadable(file: string): Promise<void>
  /** Makes a file that wasn't there; undefined when it was. */
  create(path: string): Promise<OutputFile | undefined>
  /** Renames a file; without `replace` gives false when `to` is there, and leaves both as they are. */
  rename(from: string, to: string, options: { readonly replace: boolean }): Promise<boolean>
  remove(path: string): Promise<void>
  standardOutput(): OutputFile
  /** All that comes on standard input. */
  standardInput(): Promise<string>
}

/** What is at a path. */
export type PathInfo = { readonly kind: 'file'; readonly bytes: number } | { readonly kind: 'folder' | 'other' }

/** Bytes that go somewhere, one after the other. */
export interface OutputFile {
  /** Takes back all that was written; undefined where that can't be done, as with a pipe. */
  readonly startOver: (() => Promise<void>) | undefined
  /** Resolves once they are written. */
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

/** The web, as viewers meet it. */
export interface HttpClient {
  /**
   * One request; no redirect is followed. Rejects with `NotConnected` when it has certainly reached nobody, and with another
   * error when there is no answer, or no byte more, within half a minute. Their messages say why.
   */
  ask(request: WebRequest): Promise<HttpResponse>
}

/** No connection came about: nothing was sent to anybody. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}

/** One request. */
export interface WebRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Ends it, and its answer: both then reject with the signal's reason. */
  readonly signal: AbortSignal
}

/** Its answer. The body is read once, or dropped with `end`. */
export interface HttpResponse {
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  text(): Promise<string>
  end(): void
}
