import { Duration } from 'aws-cdk-lib'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import type * as lambda from 'aws-cdk-lib/aws-lambda'
import * as route53 from 'aws-cdk-lib/aws-route53'
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { allowsOwnPolicies } from '../../shared/plan.ts'
import { acknowledge, acknowledgeWarning } from '../acknowledge.ts'
import type { Names } from '../names.ts'
import type { Settings } from '../settings.ts'
import { managedPolicies, ownPolicies } from './content-policies.ts'
import { ContentFunction } from './content-function.ts'
import { ErrorPageOrigin } from './error-page-origin.ts'

/** Props of `DownloadDistribution`. */
export interface DownloadDistributionProps {
  readonly settings: Settings
  readonly names: Names
  readonly viewerRequest: lambda.IVersion
  readonly keyGroupId: string
  /** @default no web ACL */
  readonly webAclArn?: string | undefined
  /** The source of the gate. */
  readonly gate: string
  /** The source of the delivery function. */
  readonly delivery: string
}

/** Errors without a page of ours. CloudFront caches them for 10 s by default, and lets us set it (CloudFront, "Error responses"). */
const otherErrors = [400, 405, 414, 416, 500, 501, 502, 503, 504].map(httpStatus => ({
  httpStatus,
  ttl: Duration.seconds(0),
}))

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
    const { settings, names, webAclArn } = props
    const { domainName, http3, ipv6, priceClass } = settings
    const bucket = s3.Bucket.fromBucketAttributes(this, 'Bucket', {
      bucketName: names.contentBucket(settings.homeRegions[0]),
      region: settings.homeRegions[0],
    })
    const certificate = this.#certificate()
    const errorPages = new ErrorPageOrigin(this, 'ErrorPages', { settings, names })
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `${settings.name}: links that work once`,
      defaultBehavior: this.#content(bucket),
      additionalBehaviors: { '/d/*': this.#links(bucket), [errorPages.path]: errorPages.behaviour },
      errorResponses: [...ErrorPageOrigin.responses, ...otherErrors],
      enableIpv6: ipv6,
      // An HTTP/3 connection outlives a change of the viewer's address; a capability that is bound to the address doesn't.
      httpVersion: http3 ? cloudfront.HttpVersion.HTTP2_AND_3 : cloudfront.HttpVersion.HTTP2,
      priceClass: priceClass as cloudfront.PriceClass,
      ...(webAclArn === undefined ? {} : { webAclId: webAclArn }),
      ...(certificate === undefined || domainName === undefined
        ? {}
        : {
            certificate,
            domainNames: [domainName],
            minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
          }),
    })
    errorPages.showIn(this.distribution)
    this.#addDnsRecords()
    this.#acknowledge()
  }

  /**
   * The behaviour of files: signed requests only, through the gate, also if no link is bound to a client (setting `gate`): so it is
   * there before any link needs it. Browsers don't cache a file, run it or show it in a page of ours.
   */
  #content(bucket: s3.IBucket): cloudfront.BehaviorOptions {
    const { settings, keyGroupId } = this.#props
    const hasOwnPolicies = allowsOwnPolicies(settings.plan)
    return {
      origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),
      trustedKeyGroups: [cloudfront.KeyGroup.fromKeyGroupId(this, 'KeyGroup', keyGroupId)],
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD, // CloudFront would respond to OPTIONS without a signature
      compress: false,
      ...(hasOwnPolicies ? ownPolicies(this, settings) : managedPolicies),
      functionAssociations: [this.#gate(), ...(hasOwnPolicies ? [] : [this.#delivery()])],
    }
  }

  /** The gate passes a request unchanged or refuses it, by what CloudFront's own signature authenticates. */
  #gate(): cloudfront.FunctionAssociation {
    const { names, gate: code } = this.#props
    return new ContentFunction(this, 'Gate', {
      functionName: names.gate,
      comment: 'Checks to which client a signed URL is bound',
      code,
      eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
    }).association
  }

  /** Without policies of our own, it delivers no other version than the one in the URL, with the headers of a file. */
  #delivery(): cloudfront.FunctionAssociation {
    const { names, delivery: code } = this.#props
    return new ContentFunction(this, 'Delivery', {
      functionName: names.delivery,
      comment: 'Delivers the version in the URL only, with headers and file name',
      code,
      eventType: cloudfront.FunctionEventType.VIEWER_RESPONSE,
    }).association
  }

  /** The behaviour of links: no signature, no cache, and an origin path without content in case the function is removed. */
  #links(bucket: s3.IBucket): cloudfront.BehaviorOptions {
    return {
      origin: origins.S3BucketOrigin.withOriginAccessControl(bucket, { originPath: '/-no-content-behind-links' }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      compress: false,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      edgeLambdas: [
        {
          eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST,
          functionVersion: this.#props.viewerRequest,
          includeBody: false,
        },
      ],
    }
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
    const reason = 'The bucket allows only this distribution: content-bucket.ts.'
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
