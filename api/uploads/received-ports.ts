import type { EpochSeconds } from '../../shared/time.ts'
import type { LinkStore } from '../ports.ts'
import type { S3Upload, UploadPorts } from './ports.ts'

/** Ports of the files that links take. */
export interface ReceivedPorts extends Pick<UploadPorts, 'clock' | 'keyring' | 'bucket' | 'log' | 'audit'> {
  readonly links: Pick<LinkStore, 'find'>
  readonly received: ReceivedUploads
}

/** An upload for a link, with what its sender says of the file. No other has its `uploadId`. */
export interface ReceivedUpload extends S3Upload {
  readonly filename: string
  readonly bytes: number
  readonly type?: string
  /** Size of each part but the last. */
  readonly partBytes: number
}

/** What is kept of the uploads of one redemption. */
export interface ReceivedRecord {
  /** The last one that began; absent once it was ended. */
  readonly upload?: ReceivedUpload
  /** S3's id of the last one, once it was ended. */
  readonly ended?: string
  /** SHA-256 of what S3 is to make of it, over those of its parts. From then on it is neither replaced nor ended. */
  readonly sha256?: string
  /** When S3 had made it, as far as is known. */
  readonly receivedAt?: EpochSeconds
}

/**
 * Keeps the uploads of each redemption, by a name for it: one that is open, of which at most one object is made. Each call has a timeout,
 * and rejects if the store doesn't respond. All but `trySign` may be repeated.
 */
export interface ReceivedUploads {
  /** Reads what is kept (strongly consistent); undefined before the first upload. */
  find(name: string): Promise<ReceivedRecord | undefined>
  /**
   * Makes `upload` the open one, in place of the one with S3's id `former`, open or ended, or of none; in one conditional write. Returns
   * false if another was the last by now, an end was noted, or it was ended. `purgeAt`: when nothing needs the record any more.
   */
  tryBegin(
    name: string,
    upload: ReceivedUpload,
    place: { former: string | undefined; purgeAt: EpochSeconds },
  ): Promise<boolean>
  /**
   * Adds bytes to those that were signed for all uploads, in one conditional write; false if the upload isn't open, or they would exceed
   * `max`.
   */
  trySign(name: string, uploadId: string, allowance: { bytes: number; max: number }): Promise<boolean>
  /** Notes what S3 is to make of the open upload, in one conditional write; false if it isn't open, or something else was noted. */
  tryNote(name: string, uploadId: string, sha256: string): Promise<boolean>
  /** Sets when S3 had made what was noted. The first time remains. */
  setReceived(name: string, uploadId: string, at: EpochSeconds): Promise<void>
  /** Ends the open upload, in one conditional write; false if it isn't open, or its end was noted. */
  tryEnd(name: string, uploadId: string): Promise<boolean>
}
