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

/** Errors without a page of ours. CloudFront caches them for 10 s by default, and lets us set it (CloudFront, "Error responses"). */
const otherErrors = [400, 405, 414, 416, 500, 501, 502, 503, 504].map(httpStatus => ({
  httpStatus,
  ttl: Duration.seconds(0),
}))

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
    const { settings, names, existing, webAclArn, keyGroupId, viewerRequest } = props
    const { domainName, http3, ipv6, priceClass } = settings
    const bucket = contentOriginIn(this, 'Bucket', { settings, names, existing })
    const certificate = this.#certificate()
    const errorPages = new ErrorPageOrigin(this, 'ErrorPages', { settings, names })
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `${settings.name}: links that work once`,
      defaultBehavior: contentBehaviour(this, { settings, names, origin: originOf(bucket), keyGroupId }),
      additionalBehaviors: {
        '/d/*': linksBehaviour(originOf(bucket, { originPath: '/-no-content-behind-links' }), viewerRequest),
        [errorPages.path]: errorPages.behaviour,
      },
      errorResponses: [...ErrorPageOrigin.responses, ...otherErrors],
      enableIpv6: ipv6,
      // An HTTP/3 connection outlives a change of the viewer's address; a capability that is bound to the address doesn't.
      httpVersion: http3 ? cloudfront.HttpVersion.HTTP2_AND_3 : cloudfront.HttpVersion.HTTP2,
      priceClass: priceClass as cloudfront.PriceClass,
      ...(webAclArn !== undefined && { webAclId: webAclArn }),
      ...(certificate !== undefined &&
        domainName !== undefined && {
          certificate,
          domainNames: [domainName],
          minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        }),
    })
    errorPages.showIn(this.distribution)
    this.#addDnsRecords()
    this.#acknowledge()
  }

  #certificate(): acm.ICertificate | undefined {
    const { domainName, certificateArn } = this.#props.settings
    if (domainName === undefined) return undefined
    if (certificateArn !== undefined) return acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn)
    const validation = acm.CertificateValidation.fromDns(this.#zone())
    return new acm.Certificate(this, 'Certificate', { domainName, validation })
  }

  /** Adds an A record, and with IPv6 an AAAA record. */
  #addDnsRecords(): void {
    const { domainName, hostedZoneId, ipv6 } = this.#props.settings
    if (domainName === undefined || hostedZoneId === undefined) return
    const target = route53.RecordTarget.fromAlias(new CloudFrontTarget(this.distribution))
    const record = { zone: this.#zone(), recordName: `${domainName}.`, target }
    new route53.ARecord(this, 'Address', record)
    if (ipv6) new route53.AaaaRecord(this, 'Ipv6Address', record)
  }

  #zone(): route53.IHostedZone {
    const found = this.node.tryFindChild('Zone') as route53.IHostedZone | undefined
    if (found !== undefined) return found
    const { hostedZoneId = '', hostedZoneName = '' } = this.#props.settings
    return route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId, zoneName: hostedZoneName })
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
