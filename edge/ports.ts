import type { Deployment } from '../shared/settings/deployment.ts'
import type { Keyring } from '../shared/secrets/keys.ts'
import type { LinkId } from '../shared/link.ts'
import type { LinkTable } from '../shared/redemption/link-table.ts'
import type { ReceiptContext } from '../shared/redemption/receipt.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Route } from '../shared/table/route.ts'
import type { Clock } from '../shared/time.ts'

/** Everything outside that the edge uses. `main.ts` and the emulator pass the real ones. */
export interface EdgePorts {
  readonly clock: Clock
  /** Returns `length` unpredictable bytes. */
  readonly random: (length: number) => Uint8Array
  readonly keyring: Keyring
  readonly table: LinkTable
  readonly log: (line: LogLine) => void
}

/** What the log keeps of a request, one line each. Never an event, nonce, key, address or signed URL. */
export interface LogLine {
  readonly outcome: 'redeemed' | 'confirmed' | 'refused' | 'unconfirmed' | 'probed' | 'asked' | 'unasked'
  readonly reason?: Reason | undefined
  readonly linkId?: LinkId | undefined
  /** CloudFront's request id, as in its own logs. */
  readonly requestId: string
  readonly ms: number
  /** Part of `ms`: from the first call to the store to its last response, pauses included. Absent without a call. */
  readonly storeMs?: number | undefined
  /** On a refusal: the link was used by this client, which requests it again from an address where its capability works. */
  readonly sameClient?: true | undefined
  /**
   * Name of the root error behind `failed`, or of the error because of which a page couldn't be created.
   * Not its message, which may hold what must not be logged.
   */
  readonly error?: string | undefined
}

/** What all requests to one edge share: its ports, and what its deployment and Region decide. */
export interface EdgeContext
  extends
    Omit<ReceiptContext, 'mac'>,
    Pick<Deployment, 'gate' | 'ipv6' | 'deliveriesTable' | 'uniformRefusals' | 'uploadApi'> {
  readonly ports: EdgePorts
  /** `http` only for an emulator on a laptop. */
  readonly scheme: 'https' | 'http'
  readonly route: Route
}
