import type { ICertificateRef } from 'aws-cdk-lib/aws-certificatemanager'
import type { IHostedZoneRef } from 'aws-cdk-lib/aws-route53'
import type { IWebACLRef } from 'aws-cdk-lib/aws-wafv2'
import type { Brand } from '../../../shared/brand.ts'

/** Props of `OnceAtEdge` for the distribution, its function and its pages. */
export interface DistributionProps {
  /**
   * The host of links, such as files.example.com. A distribution of its own then needs `certificate` or `hostedZone`.
   * @default - the host of the distribution
   */
  readonly domainName?: string

  /**
   * The certificate of `domainName`, in us-east-1.
   * @default - a new one, which `hostedZone` validates
   */
  readonly certificate?: ICertificateRef

  /**
   * The zone of `domainName`, which gets an alias record from the host to the distribution.
   * @default - none
   */
  readonly hostedZone?: IHostedZoneRef

  /**
   * Whether links may need the gate, which checks to which client a signed URL is bound. The gate is in front of files always.
   * @default true
   */
  readonly gate?: boolean

  /**
   * Whether viewers may use IPv6. Only the gate can check such addresses.
   * @default false
   */
  readonly ipv6?: boolean

  /**
   * Whether viewers may use HTTP/3, whose connections outlive a change of address: then no link is bound to an address alone.
   * @default false
   */
  readonly http3?: boolean

  /**
   * The web ACL in front of links: none, one of the deployment, which limits requests by address, or one that the plan includes.
   * @default - 'plan' with a plan, otherwise 'none'
   */
  readonly firewall?: 'none' | 'own' | 'plan'

  /**
   * A web ACL of yours in front of the distribution, in us-east-1: its ARN, or the resource. `addTo` attaches it too.
   * @default - that of `firewall`
   */
  readonly webAcl?: string | IWebACLRef

  /**
   * Firewall `own`: requests for links that one address may make in 5 minutes before it is blocked.
   * @default 10000
   */
  readonly requestsPerAddress?: number

  /**
   * CloudFront's flat-rate plan of a distribution of its own.
   * @default - none: CloudFront is billed by use
   */
  readonly plan?: 'free' | 'pro' | 'business'

  /**
   * The price class of a distribution of its own, which chooses edge locations.
   * @default 'PriceClass_All'
   */
  readonly priceClass?: 'PriceClass_100' | 'PriceClass_200' | 'PriceClass_All'

  /**
   * Seconds, 0 to 60, for which an edge may serve a file without asking S3, also after its deletion.
   * @default 0
   */
  readonly cacheSeconds?: number

  /**
   * Memory of the edge function, in MB.
   * @default 128
   */
  readonly edgeMemory?: number

  /**
   * Name, colour and text on the pages that viewers see.
   * @default - pages look neutral
   */
  readonly brand?: Brand
}
