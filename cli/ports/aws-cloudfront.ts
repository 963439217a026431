import type { EpochMs } from '../../shared/time.ts'

// What commands read from CloudFront, in this project's terms.

/** A cache behaviour of a distribution. */
export interface Behaviour {
  /** The path pattern; `*` for the default behaviour. */
  readonly path: string
  /** The host of its origin. */
  readonly origin: string
  /** The ids of the trusted key groups. */
  readonly keyGroups: readonly string[]
  /** Whether it trusts keys of accounts (trusted signers, the older method). */
  readonly trustsAccounts: boolean
  /** The viewer protocol policy, such as `https-only`. */
  readonly protocol: string
  /** Functions of Lambda@Edge. */
  readonly functions: readonly {
    readonly event: string
    readonly arn: string
    readonly includesBody: boolean
  }[]
  /** CloudFront Functions, of which CloudFront runs what is published (stage LIVE). */
  readonly cloudFrontFunctions: readonly { readonly event: string; readonly arn: string }[]
  readonly realtimeLog: boolean
}

/** A CloudFront distribution. */
export interface Distribution {
  readonly id: string
  /** Whether its last change has reached all edge locations. */
  readonly deployed: boolean
  /** Its own host, of cloudfront.net. */
  readonly host: string
  /** The ARN of its web ACL. */
  readonly webAcl: string | undefined
  /** Whether it writes legacy standard logs, which hold paths and queries. */
  readonly oldLog: boolean
  /** In the order in which CloudFront matches paths; the default last. */
  readonly behaviours: readonly Behaviour[]
}

/** A CloudFront key group. */
export interface KeyGroup {
  readonly id: string
  readonly name: string
  readonly keyIds: readonly string[]
}

/** A public key in CloudFront. */
export interface PublicKey {
  readonly id: string
  readonly name: string
  readonly createdAt: EpochMs
}
