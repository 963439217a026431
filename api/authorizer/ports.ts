import type { KeySet } from '../../shared/callers/auth.ts'
import type { Clock } from '../../shared/time.ts'
import type { TokenReason } from '../../shared/api/token-refusal.ts'

/** The provider's public keys. */
export interface KeySource {
  /** Reads the keys as they are now. Has a timeout; rejects if they can't be read, or if what comes is not a set of keys. */
  load(): Promise<KeySet>
}

/** What the authorizer needs from outside. */
export interface AuthorizerPorts {
  readonly clock: Pick<Clock, 'now'>
  readonly keys: KeySource
  readonly log: (line: LogLine) => void
}

/** Log line of a token that was refused or could not be checked. Never contains a token, claim or key. */
export interface LogLine {
  readonly outcome: 'refused' | 'failed'
  readonly reason: TokenReason | 'unavailable'
  readonly ms: number
  /** Name of the root error. */
  readonly error?: string
}
