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

/** A web ACL of AWS WAF. */
export interface WebAcl {
  readonly arn: string
  readonly name: string
  /** Whether the web ACL or one of its rules keeps samples of requests, whose paths hold nonces. */
  readonly keepsSamples: boolean
  /** What its log of requests redacts: fields, such as `uriPath`, and headers in lower case; undefined without a log. */
  readonly logsWithout: readonly string[] | undefined
}

/** CloudFront, a global service. */
export interface CloudFront {
  distribution(id: string): Promise<Distribution | undefined>
  /** Returns the ids of the distributions with this comment. */
  distributionsCalled(comment: string): Promise<readonly string[]>
  keyGroup(name: string): Promise<KeyGroup | undefined>
  /** Returns all public keys of the account, also of other deployments. */
  publicKeys(): Promise<readonly PublicKey[]>
}

/** Web ACLs of WAF. */
export interface WebAcls {
  /** Whether there is one of this name for distributions. */
  exists(name: string): Promise<boolean>
  /** Returns the web ACL of a distribution by its ARN. */
  at(arn: string): Promise<WebAcl | undefined>
}
