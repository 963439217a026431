import { Duration, Stack } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import { createErrorPages, type ErrorPages } from '../../edge/error-pages/error-pages.ts'
import {
  errorPageMetadata,
  errorPagePath,
  errorPagePattern,
  errorStatuses,
} from '../../shared/cloudfront/error-page-path.ts'
import { removedContentHeaders } from '../../shared/http.ts'
import { errorPagePrefix } from '../../shared/object-key.ts'
import { allowsOwnPolicies } from '../../shared/cloudfront/plan.ts'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { arn } from '../placement/names.ts'
import type { Settings } from '../settings/settings.ts'
import { createBucket } from './account-bucket.ts'
import { createCall } from './call-log.ts'
import { corsFor, securityHeadersWith } from './content-policies.ts'

/**
 * What the distribution shows instead of CloudFront's and S3's errors for files: two HTML pages in a private bucket of their own,
 * which holds nothing else, behind a behaviour without a signature. Decision 32 says why.
 */
export class ErrorPageOrigin extends Construct {
  readonly path = errorPagePattern
  readonly behaviour: cloudfront.BehaviorOptions
  readonly #bucket: s3.Bucket
  readonly #props: DeploymentProps

  constructor(scope: Construct, id: string, props: DeploymentProps) {
    super(scope, id)
    this.#props = props
    const pages = createErrorPages(props.settings.brand)
    this.#bucket = this.#createBucket()
    this.#upload(pages.html)
    this.behaviour = {
      // As an imported bucket: for one of its own stack, the CDK would allow the distribution to read all of it.
      origin: origins.S3BucketOrigin.withOriginAccessControl(
        s3.Bucket.fromBucketAttributes(this, 'Origin', {
          bucketName: this.#bucket.bucketName,
          region: this.#region,
        }),
      ),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      compress: false,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED, // no query; as long as the objects' Cache-Control says
      responseHeadersPolicy: allowsOwnPolicies(props.settings.plan)
        ? this.#headers(pages.policy)
        : cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    }
  }

  /** The Region of the bucket: that of the distribution's stack. */
  get #region(): Region {
    return Stack.of(this).region as Region
  }

  /** The error responses with a page; they keep their status. */
  static get responses(): readonly cloudfront.ErrorResponse[] {
    return errorStatuses.map(status => ({
      httpStatus: status,
      responseHttpStatus: status,
      responsePagePath: errorPagePath(status),
      ttl: Duration.seconds(0),
    }))
  }

  /** Allows the distribution to read the pages. It is deployed after them. */
  showIn(distribution: cloudfront.Distribution): void {
    this.#bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [this.#bucket.arnForObjects(`${errorPagePrefix}*`)],
        conditions: {
          StringEquals: { 'AWS:SourceArn': arn('cloudfront', '', `distribution/${distribution.distributionId}`) },
        },
      }),
    )
    for (const status of errorStatuses) distribution.node.addDependency(this.node.findChild(`Page${status}`))
  }

  #createBucket(): s3.Bucket {
    const props = {
      bucketName: this.#props.names.errorPageBucket(this.#region),
      minimumTLSVersion: 1.2,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    }
    const unlogged = 'This bucket holds two pages that anybody may read, and CloudFront logs requests for them.'
    return createBucket(this, props, unlogged)
  }

  /** Puts the pages into the bucket, with calls of the CDK's function for single calls: it needs no code of ours and no layer. */
  #upload(html: ErrorPages['html']): void {
    const { settings } = this.#props
    for (const status of errorStatuses) {
      const object = { Bucket: this.#bucket.bucketName, Key: errorPagePath(status).slice(1) }
      const call = { service: 'S3', region: this.#region, physicalResourceId: PhysicalResourceId.of(object.Key) }
      createCall(this, `Page${status}`, {
        settings,
        onUpdate: {
          ...call,
          action: 'PutObject',
          parameters: { ...object, ...objectHeaders(settings), Body: inAscii(html[status]) },
        },
        onDelete: { ...call, action: 'DeleteObject', parameters: object },
        actions: ['s3:PutObject', 's3:DeleteObject'],
        resources: [this.#bucket.arnForObjects(object.Key)],
      })
    }
  }

  /** Browsers don't keep a page, as its address may be that of a file. A check of the deployment looks for the mark. */
  #headers(contentSecurityPolicy: string): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, 'Headers', {
      responseHeadersPolicyName: `${this.#props.settings.name}-error-pages`,
      comment: 'Error pages load and run nothing, and are not cached by viewers',
      removeHeaders: [...removedContentHeaders],
      securityHeadersBehavior: securityHeadersWith(contentSecurityPolicy),
      ...corsFor(this.#props.settings),
      customHeadersBehavior: {
        customHeaders: [
          { header: 'cache-control', value: 'no-store', override: true },
          { header: 'x-once', value: 'page', override: true },
          { header: 'x-robots-tag', value: 'noindex', override: true },
        ],
      },
    })
  }
}

/**
 * Returns headers of the objects. CloudFront keeps a page for a minute; or for a second, the least of its policy, where only the object
 * can say that viewers keep none. `inline`, because AWS doesn't document whether a page also gets the headers of the behaviour whose
 * error it is shown for: files are saved unless they say otherwise. Where the object alone can, its metadata says that it is a page.
 */
function objectHeaders({ plan }: Settings): object {
  const common = { ContentType: 'text/html; charset=utf-8', ContentDisposition: 'inline' }
  if (allowsOwnPolicies(plan)) return { ...common, CacheControl: 'max-age=60' }
  return { ...common, CacheControl: 'no-store', Metadata: { [errorPageMetadata.name]: errorPageMetadata.value } }
}

/**
 * Returns HTML in ASCII, with character references for all else: CloudFormation doesn't promise to pass on other characters. A style
 * sheet, where references mean nothing, must be ASCII.
 */
function inAscii(html: string): string {
  return html.replaceAll(/[^\n -~]/gu, character => `&#${character.codePointAt(0)};`)
}
