import type { IGrantable } from 'aws-cdk-lib/aws-iam'
import type { Verb } from '../../../shared/issuers.ts'

/** Limits of an issuer, which replace those of the deployment. */
export interface IssuerLimits {
  /**
   * Longest life of its links, in seconds.
   * @default - that of the deployment, which no issuer exceeds
   */
  readonly maxLinkSeconds?: number

  /**
   * Life of its links if it names none, in seconds.
   * @default - that of the deployment, or `maxLinkSeconds` if that is less
   */
  readonly linkSeconds?: number

  /**
   * Most links in one batch.
   * @default 100
   */
  readonly maxBatch?: number

  /**
   * Requests a minute of each of its callers.
   * @default - `callerQuota`
   */
  readonly requestsPerMinute?: number
}

/** What pages say of who sends the files of an issuer. */
export interface IssuerSender {
  /**
   * Who sends its files, as pages show it: 1 to 60 characters.
   * @default - pages name no sender
   */
  readonly sender?: string

  /**
   * Whether its requests may name another sender.
   * @default false
   */
  readonly ownSender?: boolean
}

/** What a grant is for. */
export interface GrantOptions extends IssuerLimits, IssuerSender {
  /**
   * The id of the issuer, 1 to 16 characters out of a-z, 0-9 and -, which its links keep. Name it for a principal that issues no
   * links itself: it uses those of this issuer.
   * @default - the id of the principal's construct, or the name of its role
   */
  readonly issuer?: string

  /**
   * Starts of the keys of objects, each ending with `/`. All grants to one principal have the same.
   * @default - all keys
   */
  readonly prefixes?: readonly string[]
}

/** One issuer: who it is, and what it may do. Name one of `principal`, `subject` and `group`. */
export interface IssuerProps extends IssuerLimits, IssuerSender {
  /**
   * The id of the issuer, 1 to 16 characters out of a-z, 0-9 and -, which its links keep.
   * @default - the id of the principal's construct, or the name of its role, subject or group
   */
  readonly id?: string

  /**
   * A role, a function or another construct with a role; or the ARN of a role or user, or the 12 digits of an account. One of
   * another account is allowed to call the api, too; it needs a policy of its own account for that.
   * @default - none
   */
  readonly principal?: IGrantable | string

  /**
   * The `sub` of access tokens.
   * @default - none
   */
  readonly subject?: string

  /**
   * A group of access tokens.
   * @default - none
   */
  readonly group?: string

  /**
   * Starts of the keys of objects, each ending with `/`, or `''` for all keys.
   * @default - all keys
   */
  readonly prefixes?: readonly string[]

  /**
   * What it may do with its own links; with `admin`, read and revoke links of all issuers.
   * @default ['issue', 'read', 'revoke']
   */
  readonly verbs?: readonly Verb[]
}

/** Props of `OnceAtEdge` for issuers. */
export interface IssuersProps {
  /**
   * Who may do what with links. As soon as there is one issuer, here or by `grants`, all other callers are refused.
   * @default - every IAM principal of the account that may call the api may do everything
   */
  readonly issuers?: readonly IssuerProps[]
}
