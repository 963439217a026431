/** What is asked of a system in one month. The same for every system that is compared. */
export interface Workload {
  /** Links opened with success, a month. */
  readonly redemptions: number
  /** Size of the average file, in MB of 10^6 bytes; each redemption downloads one file once. */
  readonly megabytes: number
  /** Openings with a nonce that is malformed or forged, for each redemption. */
  readonly forged: number
  /** Openings of a link that was used before, for each redemption. */
  readonly spent: number
  /** Links that are issued and never opened, for each redemption. */
  readonly unopened: number
  /** Share of the issuing requests that carry an Idempotency-Key, 0 to 1. */
  readonly keyed: number
  /** Share of the downloads that CloudFront answers from its cache, 0 to 1; 0 when each link is for a file of its own. */
  readonly cached: number
}

/** How the system is set up. What a system doesn't have it doesn't pay for. */
export interface Setup {
  /** As in `shared/deployment.ts`. */
  readonly mode: 'home' | 'strong'
  /**
   * Replicas of the table. In mode `strong` three, or two with a witness, which costs nothing; this product's
   * configuration takes only three.
   */
  readonly replicas: number
  /** Whether links ask for a receipt, so that their items stay when they are used. */
  readonly receipt: boolean
  /** From issue to the removal of a link that nobody opened, in days. */
  readonly linkDays: number
  /** From issue to the removal of a receipt, in days. */
  readonly receiptDays: number
  /** Runs of mode `strong`'s sweeper, a day. */
  readonly sweepsPerDay: number
  /** Memory of the edge function, in MB of 2^20 bytes. */
  readonly edgeMb: number
  /** Billed for one invocation of the edge function, in milliseconds; most of it waits for the store. */
  readonly edgeMs: number
  /** Billed more in mode `strong`, whose writes wait for a second Region, in milliseconds. AWS gives no figure. */
  readonly strongMs: number
  /** Memory of the issuer, and of both functions of the seed system, in MB of 2^20 bytes. */
  readonly issuerMb: number
  /** Billed for one of their invocations, in milliseconds. */
  readonly issuerMs: number
  /** Where the signing key lives: with KMS each redemption is one more call. */
  readonly signer: 'secret' | 'kms-rsa' | 'kms-p256'
  /** Regions with a replica of the secret, and of the KMS key if there is one. */
  readonly secretRegions: number
  /** Whether AWS WAF stands before it, with one rule. */
  readonly waf: boolean
  /** What one invocation of a function logs, in bytes: our line, and Lambda's own START, END and REPORT. */
  readonly logBytes: number
  /** Whether what is free each month is taken off: CloudFront's requests and bytes, S3's bytes. */
  readonly freeTier: boolean
}
