import type { Client } from '../../client/client.ts'
import type { Request } from '../../client/requests.ts'
import type { Region } from '../../shared/regions.ts'
import type { EpochMs } from '../../shared/time.ts'

/** APIs for links. */
export interface Apis {
  /** Whether there is a token of a login. */
  readonly hasToken: boolean
  /**
   * Returns a client of a deployed API. It sends the token, if there is one; otherwise it signs requests, in a Region that must be known,
   * with the credentials that the SDK finds.
   */
  deployed(origin: string, region: Region | undefined): Client
  /** Returns what sends a single request to a deployed API, in the same way. */
  sender(origin: string, region: Region | undefined): <T>(request: Request<T>) => Promise<T>
  /** Returns a client of an emulator's API. It signs nothing. */
  local(origin: string): Client
  /**
   * Returns the origin of the API of the emulator at `origin`, which is on loopback too. Rejects with an `UnreachableError` if
   * there is none.
   */
  emulatorAt(origin: string): Promise<string>
}

/** Files of this machine. Failures reject with the system's error. */
export interface Disk {
  /** Returns what is at the path; undefined if nothing is. */
  stat(path: string): Promise<PathInfo | undefined>
  /** Returns the files and empty folders in a folder and its subfolders. What links to a folder, or out of this one, is `other`. */
  entries(folder: string): Promise<readonly FolderEntry[]>
  /** Returns the names of what is in a folder. */
  names(folder: string): Promise<readonly string[]>
  /** Reads a file to its end. */
  read(file: string): AsyncIterable<Uint8Array>
  /** Does the same in little memory: a chunk is gone when the next one is asked for. */
  chunks(file: string): AsyncIterable<Uint8Array>
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
  /** Reads standard input to its end. Another process may write it as slowly as it likes. */
  inputChunks(): AsyncIterable<Uint8Array>
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

/** What `fetch` takes here; a body is bytes. */
export interface HttpInit extends Pick<RequestInit, 'method' | 'headers' | 'signal' | 'body'> {
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
