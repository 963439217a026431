import type { Region } from '../../../shared/regions.ts'
import type { AuthProps } from './auth.ts'

/** Props of `OnceAtEdge` for links, and for those who issue them. */
export interface LinkProps {
  /**
   * Default life of a capability, in seconds.
   * @default 30
   */
  readonly urlSeconds?: number

  /**
   * Longest life of a capability, in seconds.
   * @default 86400
   */
  readonly maxUrlSeconds?: number

  /**
   * Default life of a link, in seconds.
   * @default 86400
   */
  readonly linkSeconds?: number

  /**
   * Longest life of a link that an issuer may request, in seconds.
   * @default 604800
   */
  readonly maxLinkSeconds?: number

  /**
   * How long a receipt stays after its link has expired, in seconds.
   * @default 2592000
   */
  readonly receiptSeconds?: number

  /**
   * What a receipt keeps of the viewer's address: its network, or a hash.
   * @default 'prefix'
   */
  readonly receiptAddress?: 'prefix' | 'hash'

  /**
   * Whether every refusal about a nonce is the same bytes, so that a stranger learns nothing from it.
   * @default false
   */
  readonly uniformRefusals?: boolean

  /**
   * Whether issuers may give a link a message, which pages show to its viewer. Links that have one keep it.
   * @default true
   */
  readonly messages?: boolean

  /**
   * Requests a minute of one caller, at most half of `requestsPerSecond` over a minute.
   * @default - the largest
   */
  readonly callerQuota?: number

  /**
   * The OpenID Connect provider whose access tokens are accepted, by a token API beside that for IAM.
   * @default - none: there is no token API
   */
  readonly auth?: AuthProps

  /**
   * Names of IAM roles each of whose sessions is named after one user: the api takes each user for a caller.
   * @default - none
   */
  readonly userRoles?: readonly string[]

  /**
   * Mode `strong`: the replica that edges in a Region call first.
   * @default - the one the fewest kilometres away
   */
  readonly nearestReplica?: Readonly<Partial<Record<Region, Region>>>
}
