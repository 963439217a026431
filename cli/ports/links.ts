import type { Client } from '../../client/client.ts'
import type { ObjectKey, VersionId } from '../../shared/object-key.ts'
import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

/** APIs for links. */
export interface Apis {
  /** Returns a client of a deployed API. It signs requests with the credentials that the SDK finds. */
  deployed(origin: string, region: Region): Client
  /** Returns a client of an emulator's API. It signs nothing. */
  local(origin: string): Client
  /**
   * Returns the origin of the API of the emulator at `origin`, which is on loopback too. Rejects with an `UnreachableError` if
   * there is none.
   */
  emulatorAt(origin: string): Promise<string>
}

/** A file to upload as an object. */
export interface Upload {
  /** Its path; undefined for standard input, whose size is not known. */
  readonly file: string | undefined
  /** What is uploaded instead of a file or standard input, such as a zip, and its exact size. If reading fails, there is no object. */
  readonly made?: { readonly bytes: number; read(): AsyncIterable<Uint8Array> } | undefined
  readonly key: ObjectKey
  /** Whether to replace an existing object. Otherwise none is replaced, also by two uploads at the same time. */
  readonly replace: boolean
  /** Its media type. */
  readonly type: string
  /** Called repeatedly with the number of bytes sent so far. */
  readonly onProgress: (bytes: number) => void
  /** Cancels the upload. No object is then stored, unless all bytes have arrived already. */
  readonly signal: AbortSignal
}

/** What became of an upload: `exists` if its key has an object already, or another upload to it ended first. */
export type UploadResult =
  /** The version that the upload made; undefined if the bucket has no versions. */
  { readonly kind: 'stored'; readonly versionId: VersionId | undefined } | { readonly kind: 'exists' }

/** Where to upload to. */
export interface UploadBucket {
  readonly name: string
  readonly region: Region
  /** Number of the account to which the bucket must belong. */
  readonly owner: string
}

/** Uploads of files with their checksums. An object appears when its file is complete, never a part of it. */
export interface Uploads {
  toBucket(upload: Upload, bucket: UploadBucket): Promise<UploadResult>
  /** Rejects with a `ProblemError` if the emulator refuses the file for another reason. */
  toEmulator(upload: Upload, api: string): Promise<UploadResult>
}

/** Files of this machine. Failures reject with the system's error. */
export interface Disk {
  /** Returns what is at the path; undefined if nothing is. */
  stat(path: string): Promise<PathInfo | undefined>
  /** Returns the files and empty folders in a folder and its subfolders. What links to a folder, or out of this one, is `other`. */
  entries(folder: string): Promise<readonly FolderEntry[]>
  /** Reads a file to its end. */
  read(file: string): AsyncIterable<Uint8Array>
  /** Rejects if no files can be created in the folder. */
  mustBeWritable(folder: string): Promise<void>
  /** Rejects if the file can't be read. */
  mustBeReadable(file: string): Promise<void>
  /** Creates a file; returns undefined if one exists. */
  create(path: string): Promise<OutputFile | undefined>
  /**
   * Opens a file to write on at its end; returns undefined if there is none. Rejects if it is a symbolic link, another user's
   * or no regular file.
   */
  reopen(path: string): Promise<{ readonly output: OutputFile; readonly bytes: number } | undefined>
  /**
   * Reads a file that only this user may read; returns undefined if there is none. Rejects as `reopen` does, and if others may
   * read or write the file, or if it has more bytes, by default 64 KiB.
   */
  readPrivate(path: string, maxBytes?: number): Promise<string | undefined>
  /**
   * Writes a file that only this user may read, whole or not at all. Without `replace`, returns false and changes nothing if
   * there is one.
   */
  writePrivate(path: string, text: string, options: { readonly replace: boolean }): Promise<boolean>
  /** Renames a file. Without `replace`, returns false and changes nothing if `to` exists. */
  rename(from: string, to: string, options: { readonly replace: boolean }): Promise<boolean>
  /** Removes the file, if it exists. */
  remove(path: string): Promise<void>
  standardOutput(): OutputFile
  /** Reads standard input to its end. Rejects if it has more than 64 KiB. */
  standardInput(): Promise<string>
}

/** What is at a path; `other` is, for example, a device or a pipe. */
export interface PathInfo {
  readonly kind: 'file' | 'folder' | 'other'
  /** Size of a file. */
  readonly bytes: number
  readonly modifiedAt: EpochMs
}

/** What is in a folder: its name relative to the folder, with slashes, and its path. */
export interface FolderEntry extends PathInfo {
  readonly name: string
  readonly path: string
}

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
   * Sends one request as `fetch` does, but follows no redirect and decompresses nothing. Cancel a body that you don't read. Rejects
   * with `NotConnected` if the request certainly reached no server, with `MalformedResponse` if the response is not HTTP or its
   * head has more than 16 KiB, with the signal's reason if it is aborted. The message says why. It has no limit of time.
   */
  fetch(url: string, init: HttpInit): Promise<Response>
}

/** What `fetch` takes here. */
export interface HttpInit extends Pick<RequestInit, 'method' | 'headers' | 'signal'> {
  /** The version of IP. @default what the system prefers */
  readonly family?: 4 | 6 | undefined
}

/** The response breaks the rules of HTTP or our limits, which another attempt seldom mends. */
export class MalformedResponse extends Error {
  override readonly name = 'MalformedResponse'
}

/** There was no connection, so nothing was sent. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}
