import type { Link } from '../../shared/link.ts'
import type { LinkTable } from '../../shared/redemption/link-table.ts'
import type { Clock } from '../../shared/time.ts'
import type { ApiPorts, Life } from '../ports.ts'

/** Ports of the exchange. */
export interface ExchangePorts extends Pick<ApiPorts, 'random' | 'keyring' | 'log' | 'audit'> {
  readonly clock: Clock
  readonly table: LinkTable
  readonly presigner: Presigner
}

/** Presigns URLs for the objects of one S3 bucket. */
export interface Presigner {
  readonly bucket: string
  /**
   * Gets credentials and returns a function that signs with them, without I/O. Rejects if there are no credentials or S3 is
   * not configured, so call it before a link is consumed.
   */
  ready(): Promise<Presign>
}

/**
 * Signs the URL of an object. During `life`, S3 serves it to any client, any number of times. It ends earlier if the
 * credentials that signed it do.
 */
export type Presign = (object: Pick<Link, 'key' | 'filename' | 'versionId'>, life: Life) => Promise<string>
