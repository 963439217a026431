import type { Keyring } from '../shared/keys.ts'
import type { LinkId } from '../shared/link.ts'
import type { LinkTable } from '../shared/link-table.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Clock } from '../shared/time.ts'

/** Everything the edge asks of the world. `main.ts` and the emulator hand in real ones. */
export interface Ports {
  readonly clock: Clock
  /** `length` bytes that nobody can predict. */
  readonly random: (length: number) => Uint8Array
  readonly keyring: Keyring
  readonly table: LinkTable
  readonly log: (line: LogLine) => void
}

/** One line per outcome. Never an event, nonce, key, address or signed URL. */
export interface LogLine {
  readonly outcome: 'redeemed' | 'refused' | 'described'
  readonly reason?: Reason
  readonly linkId?: LinkId
  /** CloudFront's id of the request, as in its own logs. */
  readonly requestId: string
  readonly ms: number
  /** The name of the error at the root of `failed`; its message may hold what must not be logged. */
  readonly error?: string
}
