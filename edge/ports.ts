import type { Keyring, KmsSigningKey } from '../shared/keys.ts'
import type { LinkId } from '../shared/link.ts'
import type { LinkTable } from '../shared/redemption/link-table.ts'
import type { ReceiptContext } from '../shared/redemption/receipt.ts'
import type { Reason } from '../shared/refusal.ts'
import type { Region } from '../shared/regions.ts'
import type { Route } from '../shared/route.ts'
import type { Clock } from '../shared/time.ts'

/** Everything the edge asks of the world. `main.ts` and the emulator hand in real ones. */
export interface Ports {
  readonly clock: Clock
  /** `length` bytes that nobody can predict. */
  readonly random: (length: number) => Uint8Array
  readonly keyring: Keyring
  readonly table: LinkTable
  /** Where the secret may name a key in KMS; without it such a key can't be used. */
  readonly kms?: Kms
  readonly log: (line: LogLine) => void
}

/** Signing keys that never leave KMS. */
export interface Kms {
  /** Where each key has a replica under the same id, nearest first. At least one. */
  readonly regions: readonly Region[]
  /**
   * The signature of `policy`, ASCII and 4096 bytes at most, in base64: DER for ECDSA, PKCS #1 v1.5 for RSA. One try in
   * one of the Regions; rejects when there is none after `timeoutMs`. May be repeated.
   */
  sign(policy: string, key: KmsSigningKey, attempt: KmsAttempt): Promise<string>
}

/** One request to KMS in one Region. */
export interface KmsAttempt {
  readonly region: Region
  readonly timeoutMs: number
}

/** One line per outcome. Never an event, nonce, key, address or signed URL. */
export interface LogLine {
  readonly outcome: 'redeemed' | 'confirmed' | 'refused' | 'unconfirmed' | 'probed'
  readonly reason?: Reason | undefined
  readonly linkId?: LinkId | undefined
  /** CloudFront's id of the request, as in its own logs. */
  readonly requestId: string
  readonly ms: number
  /** Of them, from the first call to the store to its last answer, pauses between tries included; absent without a call. */
  readonly storeMs?: number | undefined
  /** Of a refusal: the link is used, by the client that asks again and from the same address. */
  readonly sameClient?: true | undefined
  /**
   * The name of the error at the root of `failed` and `unsigned`, or of that for which no page could be shown; its message may
   * hold what must not be logged.
   */
  readonly error?: string | undefined
}

/** What all requests to one edge share: its ports, and what its deployment and Region decide. */
export interface EdgeContext extends Omit<ReceiptContext, 'mac'> {
  readonly ports: Ports
  /** `http` only for an emulator on a laptop. */
  readonly scheme: 'https' | 'http'
  readonly route: Route
}
