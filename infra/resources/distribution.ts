import { Duration } from 'aws-cdk-lib'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as route53 from 'aws-cdk-lib/aws-route53'
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets'
import { Construct } from 'constructs'
import { acknowledge, acknowledgeWarning } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import type { Settings } from '../settings/settings.ts'
import { contentBehaviour, linksBehaviour } from './behaviours.ts'
import { contentOriginIn } from './content-bucket.ts'
import { ErrorPageOrigin } from './error-page-origin.ts'

/** Props of `DownloadDistribution`. */
export interface DownloadDistributionProps extends DeploymentProps {
  readonly viewerRequest: lambda.IVersion
  readonly keyGroupId: string
  /** @default no web ACL */
  readonly webAclArn?: string | undefined
}

/** Statuses of errors without a page of ours. */
export const otherErrors = [400, 405, 414, 416, 500, 501, 502, 503, 504] as const

/** Keeps an error out of the cache. CloudFront caches it for 10 s by default, and lets us set it (CloudFront, "Error responses"). */
export const uncached = (httpStatus: number): cloudfront.ErrorResponse => ({ httpStatus, ttl: Duration.seconds(0) })

const originOf = origins.S3BucketOrigin.withOriginAccessControl.bind(origins.S3BucketOrigin)

/**
 * The distribution. `/d/*` needs no signature, and only the function responds there. Error pages need none either, and are in a
 * bucket without files. All other paths need a signature of a key in the group, and pass the gate. HTTPS only: before a redirect
 * from HTTP, the nonce would already have crossed the network in clear text.
 */
export class DownloadDistribution extends Construct {
  readonly distribution: cloudfront.Distribution
  readonly #props: DownloadDistributionProps

  constructor(scope: Construct, id: string, props: DownloadDistributionProps) {
    super(scope, id)
    this.#props = props
    const { settings, names, existing, keyGroupId, viewerRequest } = props
    const { domainName, http3 } = settings
    const bucket = contentOriginIn(this, 'Bucket', { settings, names, existing })
    const placed = placedAt(this, domainName, props)
    const errorPages = new ErrorPageOrigin(this, 'ErrorPages', { settings, names })
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `${settings.name}: links that work once`,
      defaultBehavior: contentBehaviour(this, { settings, names, origin: originOf(bucket), keyGroupId }),
      additionalBehaviors: {
        '/d/*': linksBehaviour(originOf(bucket, { originPath: '/-no-content-behind-links' }), viewerRequest),
        [errorPages.path]: errorPages.behaviour,
      },
      errorResponses: [...ErrorPageOrigin.responses, ...otherErrors.map(uncached)],
      // An HTTP/3 connection outlives a change of the viewer's address; a capability that is bound to the address doesn't.
      httpVersion: http3 ? cloudfront.HttpVersion.HTTP2_AND_3 : cloudfront.HttpVersion.HTTP2,
      ...placed,
    })
    errorPages.showIn(this.distribution)
    addDnsRecords(this, this.distribution, { settings, host: domainName })
    this.#acknowledge()
  }

  #acknowledge(): void {
    const reason = 'The construct allows it itself, or prints the statement: content-bucket.ts, existing/content.ts.'
    acknowledgeWarning(this, '@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac', reason)
    const { accessLogs, domainName } = this.#props.settings
    acknowledge(this.distribution, {
      CFR1: 'Viewers are all over the world; an issuer can restrict the network of a link (`network`).',
      ...(this.#props.webAclArn === undefined && {
        CFR2: 'A forged nonce costs no call to the store; a web ACL is a setting (`firewall`), because it costs more than the rest.',
      }),
      CFR3: accessLogs
        ? 'Standard logging v2 is on: see access-logs.ts. The rule looks for legacy logging, which logs nonces.'
        : 'Access logs are a setting (`accessLogs`).',
      ...(domainName === undefined && {
        CFR4: 'Without a domain of its own, the distribution has the certificate of *.cloudfront.net, for which AWS chooses the TLS versions.',
      }),
    })
  }
}

/**
 * Returns what our distributions have in common: viewers reach them the same way, at a host of yours if there is one. Its certificate is
 * that of the settings or, without one, a new one in the Region of `scope`, which the hosted zone validates.
 */
export function placedAt(
  scope: Construct,
  host: string | undefined,
  { settings, webAclArn }: Pick<DownloadDistributionProps, 'settings' | 'webAclArn'>,
) {
  return {
    enableIpv6: settings.ipv6,
    priceClass: settings.priceClass as cloudfront.PriceClass,
    ...(webAclArn !== undefined && { webAclId: webAclArn }),
    ...(host !== undefined && {
      certificate: certificateOf(scope, host, settings),
      domainNames: [host],
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    }),
  } satisfies Partial<cloudfront.DistributionProps>
}

function certificateOf(scope: Construct, domainName: string, settings: Settings): acm.ICertificate {
  const { certificateArn } = settings
  if (certificateArn !== undefined) return acm.Certificate.fromCertificateArn(scope, 'Certificate', certificateArn)
  const validation = acm.CertificateValidation.fromDns(zoneIn(scope, settings))
  return new acm.Certificate(scope, 'Certificate', { domainName, validation })
}

/** Adds an A record from a host to a distribution, and with IPv6 an AAAA record, if there is a hosted zone. */
export function addDnsRecords(
  scope: Construct,
  distribution: cloudfront.Distribution,
  { settings, host }: { readonly settings: Settings; readonly host: string | undefined },
): void {
  if (host === undefined || settings.hostedZoneId === undefined) return
  const target = route53.RecordTarget.fromAlias(new CloudFrontTarget(distribution))
  const record = { zone: zoneIn(scope, settings), recordName: `${host}.`, target }
  new route53.ARecord(scope, 'Address', record)
  if (settings.ipv6) new route53.AaaaRecord(scope, 'Ipv6Address', record)
}

function zoneIn(scope: Construct, { hostedZoneId = '', hostedZoneName = '' }: Settings): route53.IHostedZone {
  const found = scope.node.tryFindChild('Zone') as route53.IHostedZone | undefined
  if (found !== undefined) return found
  return route53.HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId, zoneName: hostedZoneName })
}
