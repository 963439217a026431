import * as v from 'valibot'
import { authField, type AuthProps } from '../callers/auth.ts'
import { text, wholeNumber } from '../fields.ts'
import {
  callerQuotaRange,
  linkSecondsRange,
  maxCapabilitySeconds,
  maxFileBytes,
  purgeDelayOf,
  urlSecondsRange,
} from '../limits.ts'
import { type Region, regions } from '../regions.ts'
import { choice, flag, regionField, type Rows } from './row.ts'
import { sendPageField, type SendPageProps } from './send-page.ts'

/** Props of `OnceAtEdge` for links, and for those who issue them. */
export interface LinkProps {
  /** Default life of a capability, in seconds. @default 30 */
  readonly urlSeconds?: number
  /** Default life of a link, in seconds. @default 86400 */
  readonly linkSeconds?: number
  /** Longest life of a link that an issuer may request, in seconds. @default 604800 */
  readonly maxLinkSeconds?: number
  /** Longest life of a capability, in seconds. @default 86400 */
  readonly maxUrlSeconds?: number
  /** How long a receipt stays after its link has expired, in seconds. @default 2592000 */
  readonly receiptSeconds?: number
  /**
   * What a receipt keeps of the viewer's address: its network, /24 or /48 of IPv6, or a hash that only this deployment can compute.
   * @default 'prefix'
   */
  readonly receiptAddress?: 'prefix' | 'hash'
  /** Whether every refusal about a nonce is the same bytes, so that a stranger learns nothing from it. @default false */
  readonly uniformRefusals?: boolean
  /** Whether issuers may give a link a message, which pages show to its viewer. Links that have one keep it. @default true */
  readonly messages?: boolean
  /**
   * Requests a minute that the api allows one caller, a batch counting once for each of its links: at most half of `requestsPerSecond`
   * over a minute, or 100, the largest batch, if that is more. @default - the largest
   */
  readonly callerQuota?: number
  /** Size of the largest file that a caller may upload, in bytes: at most 50 GB. @default - 50 GB, or `uploadBytesPerDay` if that is less */
  readonly maxUploadBytes?: number
  /** Uploads of one caller that may be open at a time in each Region of the API, 1 to 100. @default 20 */
  readonly maxOpenUploads?: number
  /**
   * Bytes that one caller may upload on one day of UTC in each Region of the API, repeated parts included.
   * @default - 1 TB, with `sendPage` 50 GB
   */
  readonly uploadBytesPerDay?: number
  /**
   * The OpenID Connect provider whose access tokens are accepted, by a token API beside that for IAM.
   * @default - none: there is no token API
   */
  readonly auth?: AuthProps
  /**
   * A page on which people send files, behind the login of the provider in `auth`, at a host of its own.
   * @default - none
   */
  readonly sendPage?: SendPageProps
  /**
   * Whether issuers with the verb `ask` may issue links that take a file. People upload it at the page for senders, so this needs `auth`
   * and `sendPage.domainName`. See docs/asking.md. @default false
   */
  readonly uploadLinks?: boolean
  /**
   * Names of IAM roles each of whose sessions is named after one user, by an identity provider or a trust policy: the api takes each
   * user for a caller. Of other roles, all sessions are one caller. @default - none
   */
  readonly userRoles?: readonly string[]
  /** Mode `strong`: the replica that edges in a Region call first. @default - the one the fewest kilometres away */
  readonly nearestReplica?: Readonly<Partial<Record<Region, Region>>>
}

const linkSeconds = wholeNumber(linkSecondsRange.min, linkSecondsRange.max, 'seconds')
const urlSeconds = wholeNumber(urlSecondsRange.min, urlSecondsRange.max, 'seconds')
const capabilitySeconds = wholeNumber(urlSecondsRange.min, maxCapabilitySeconds, 'seconds')
const daySeconds = 24 * 3600
const receiptSeconds = wholeNumber(purgeDelayOf(maxCapabilitySeconds), 366 * daySeconds, 'seconds')
const quota = wholeNumber(callerQuotaRange.min, callerQuotaRange.max, 'requests a minute')
const roleName = text(
  /^[\w+=,.@-]{1,64}$/,
  'the name of an IAM role: 1 to 64 characters out of A-Z a-z 0-9 _ + = , . @ -',
)
const uploadBytes = wholeNumber(1, maxFileBytes, 'bytes that CloudFront delivers')
const nearestReplica = v.pipe(
  v.record(v.picklist(regions, `as names ${regions.join(', ')}`), regionField, 'an object from Region to Region'),
  v.transform((map): Readonly<Partial<Record<Region, Region>>> => map),
)

/** The rows of these props. */
export const links = {
  urlSeconds: { for: 'api', schema: v.optional(urlSeconds, 30) },
  linkSeconds: { for: 'api', schema: v.optional(linkSeconds, daySeconds) },
  maxLinkSeconds: { for: 'api', fixed: true, schema: v.optional(linkSeconds, 7 * daySeconds) },
  maxUrlSeconds: { for: 'api', fixed: true, schema: v.optional(capabilitySeconds, maxCapabilitySeconds) },
  receiptSeconds: { for: 'api', schema: v.optional(receiptSeconds, 30 * daySeconds) },
  receiptAddress: { for: 'edge', schema: choice('prefix', 'hash') },
  uniformRefusals: { for: 'edge', schema: flag(false) },
  messages: { for: 'api', schema: flag(true) },
  callerQuota: { for: 'api', schema: v.optional(quota) },
  maxUploadBytes: { for: 'api', schema: v.optional(uploadBytes) },
  maxOpenUploads: { for: 'api', schema: v.optional(wholeNumber(1, 100, 'uploads'), 20) },
  uploadBytesPerDay: { for: 'api', schema: v.optional(wholeNumber(1, 10 ** 15, 'bytes')) },
  auth: { for: 'infra', schema: v.optional(authField) },
  sendPage: { for: 'infra', schema: v.optional(sendPageField) },
  uploadLinks: { for: 'infra', schema: flag(false) },
  userRoles: { for: 'api', schema: v.optional(v.array(roleName, 'a list of names of IAM roles'), []) },
  nearestReplica: { for: 'edge', schema: v.optional(nearestReplica, {}) },
} as const satisfies Rows<LinkProps>
