import * as v from 'valibot'
import { type Brand, brandField } from '../texts/brand.ts'
import { text, wholeNumber } from '../fields.ts'
import { plans } from '../cloudfront/plan.ts'
import { flag, oneOf, type Rows } from './row.ts'
import { hostField } from './send-page.ts'

/** Props of `OnceAtEdge` for the distribution, its function and its pages, without those that may name a construct. */
export interface PlainDistributionProps {
  /**
   * The host of links, such as files.example.com. A distribution of its own then needs `certificate` or `hostedZone`.
   * @default - the host of the distribution
   */
  readonly domainName?: string
  /**
   * Whether links may need the gate, which checks to which client a signed URL is bound. The gate itself is in front of files always:
   * see docs/protocol.md before you change it. @default true
   */
  readonly gate?: boolean
  /**
   * The origins of pages that may open links by `fetch` and read their files, such as https://portal.example.com: of the same site as
   * the links, which need a host of yours. They can read every folder that the browser has opened. At most 10. See docs/clients.md.
   * @default - none
   */
  readonly pageOrigins?: readonly string[]
  /** Whether viewers may use IPv6. Only the gate can check such addresses, so `gate` must be on. @default false */
  readonly ipv6?: boolean
  /** Whether viewers may use HTTP/3, whose connections outlive a change of address: then no link is bound to an address alone. @default false */
  readonly http3?: boolean
  /**
   * Firewall `own`: requests for links that one address may make in 5 minutes before it is blocked. An office of 2,000 people behind
   * one address makes 10,000 if each opens a link five times. @default 10000
   */
  readonly requestsPerAddress?: number
  /** CloudFront's flat-rate plan of a distribution of its own. @default - none: CloudFront is billed by use */
  readonly plan?: 'free' | 'pro' | 'business'
  /**
   * The price class of a distribution of its own, which chooses edge locations: PriceClass_100 is North America and Europe.
   * @default 'PriceClass_All'
   */
  readonly priceClass?: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All'
  /**
   * Seconds, 0 to 60, for which an edge may serve a file without asking S3: so long it still serves a version after its deletion, and
   * while S3 fails, longer. 0: it asks S3 for every request. @default 0
   */
  readonly cacheSeconds?: number
  /** Memory of the edge function, in MB. AWS allows more than 128 since 2026; the first deployment must prove it. @default 128 */
  readonly edgeMemory?: number
  /** Name, colour, text and logo on the pages that viewers see; without the text, on the page for senders. @default - pages look neutral */
  readonly brand?: Brand
}

/** A hosted zone of Route 53. */
export interface Zone {
  /** Its id, such as Z0123456789ABC. */
  readonly hostedZoneId: string
  /** Its domain. */
  readonly zoneName: string
}

const priceClasses = ['PriceClass_100', 'PriceClass_200', 'PriceClass_All'] as const

/** An origin as browsers write it: over https, or on a laptop. Its host is as long as a certificate allows (ACM, "Domain name"). */
const originPattern =
  /^(https:\/\/(?=[^:]{1,64}(:|$))[a-z0-9-]+(\.[a-z0-9-]+)+(?!:443$)(:[1-9]\d{0,4})?|http:\/\/127\.0\.0\.1:\d{1,5})$/

/** Most origins: the gate, which has them all, must not have more than 10 KB. */
const maxOrigins = 10

const pageOrigins = v.pipe(
  v.array(text(originPattern, 'https://HOST or https://HOST:PORT, in lower case, without a path'), 'a list of origins'),
  v.minLength(1, 'at least one origin'),
  v.maxLength(maxOrigins, `at most ${maxOrigins} origins`),
)

/** The rows of these props. */
export const distribution = {
  domainName: { for: 'infra', schema: v.optional(hostField) },
  pageOrigins: { for: 'edge', schema: v.optional(pageOrigins) },
  gate: { for: 'edge', schema: flag(true) },
  ipv6: { for: 'edge', schema: flag(false) },
  http3: { for: 'api', schema: flag(false) },
  requestsPerAddress: {
    for: 'infra',
    schema: v.optional(wholeNumber(10, 1_000_000, 'requests in 5 minutes'), 10_000),
  },
  plan: { for: 'infra', fixed: true, schema: v.optional(oneOf(plans)) },
  priceClass: { for: 'infra', schema: v.optional(v.picklist(priceClasses, 'a price class'), 'PriceClass_All') },
  cacheSeconds: { for: 'infra', schema: v.optional(wholeNumber(0, 60, 'seconds'), 0) },
  edgeMemory: { for: 'infra', schema: v.optional(wholeNumber(128, 1024, 'MB'), 128) },
  brand: { for: 'edge', schema: v.optional(brandField) },
} as const satisfies Rows<PlainDistributionProps>
