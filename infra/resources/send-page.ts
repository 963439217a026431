import { CfnOutput, Token } from 'aws-cdk-lib'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import { Construct } from 'constructs'
import { openerPolicy, pagePolicy } from '../../console/page-headers.ts'
import { callbackPath, optionsWith } from '../../console/protocol.ts'
import { removedContentHeaders, uploadPath } from '../../shared/http.ts'
import { acknowledge } from '../acknowledge.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { apiPath } from '../settings/host-rules.ts'
import type { Settings } from '../settings/settings.ts'
import type { Api } from './api.ts'
import { securityHeadersWith } from './content-policies.ts'
import { addDnsRecords, otherErrors, placedAt, uncached } from './distribution.ts'
import { SendPageFiles } from './send-page-files.ts'
import type { TokenApi } from './token-api.ts'

/** Props of `SendPage`. */
interface PageProps extends DeploymentProps {
  readonly sendPage: NonNullable<Settings['sendPage']>
  readonly auth: NonNullable<Settings['auth']>
  readonly api: Api
  readonly tokens: TokenApi
  /** The web ACL of links. @default none */
  readonly webAclArn: string | undefined
}

/** Takes that path off a request: the origin of the API adds its stage. */
const script = `function handler(event) {
  event.request.uri = event.request.uri.slice(${apiPath.length})
  return event.request
}
`

/**
 * The page for senders, at a host of its own: so it shares no origin with files, links or their cookies, and its requests to the API need
 * no CORS. Two behaviours: the page's files, and `/api/*`, the token API in the same stack, whose responses pass unchanged.
 */
export class SendPage extends Construct {
  readonly #props: PageProps

  constructor(scope: Construct, id: string, props: PageProps) {
    super(scope, id)
    this.#props = props
    const { settings, names, sendPage } = props
    const files = new SendPageFiles(this, 'Files', { settings, names, setup: this.#setup })
    const distribution = this.#createDistribution(files)
    distribution.node.addDependency(files.objects)
    const host = sendPage.domainName
    addDnsRecords(this, distribution, { settings, host })
    this.#acknowledge(distribution)
    const origin = `https://${host ?? distribution.distributionDomainName}`
    new CfnOutput(scope, 'SendPageUrl', { value: `${origin}/` })
    new CfnOutput(scope, 'SendPageRedirectUri', { value: origin + callbackPath })
  }

  get #setup() {
    const { settings, sendPage, auth } = this.#props
    const { clientId, scope, parameters } = sendPage
    const homeRegions = settings.homeRegions.filter(region => !settings.leavingRegions.includes(region))
    const fixed = auth.senderClaim === undefined ? {} : ({ isSenderFixed: true } as const)
    const login = { issuer: auth.issuer, clientId, scope, parameters, ...fixed }
    const withSetting = optionsWith(settings)
    return { api: apiPath, brand: settings.brand, login, homeRegions, ...(withSetting.length > 0 && { withSetting }) }
  }

  #createDistribution({ bucket }: SendPageFiles): cloudfront.Distribution {
    const { settings, names, sendPage } = this.#props
    const page = {
      origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
    }
    const ofUploads = () => this.#createHeaders('UploadHeaders', `${names.sendPage}-upload`, [this.#bucket])
    return new cloudfront.Distribution(this, 'Distribution', {
      comment: `${settings.name}: the page for senders`,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        ...page,
        responseHeadersPolicy: this.#createHeaders('Headers', names.sendPage, this.#reached),
      },
      additionalBehaviors: {
        [`${apiPath}/*`]: this.#apiBehaviour(),
        ...(settings.uploadLinks && { [uploadPath]: { ...page, responseHeadersPolicy: ofUploads() } }),
      },
      // No pages: errors of the API arrive as they are. CloudFront would cache some of them for all callers.
      errorResponses: [...otherErrors, 403, 404].map(uncached),
      ...placedAt(this, sendPage.domainName, this.#props),
    })
  }

  #apiBehaviour(): cloudfront.BehaviorOptions {
    const { names, tokens } = this.#props
    return {
      // Its path is the stage of the API.
      origin: new origins.RestApiOrigin(tokens.api),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      compress: false,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [
        {
          eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
          function: new cloudfront.Function(this, 'Path', {
            functionName: names.sendPage,
            comment: 'Takes /api off requests of the page for senders',
            code: cloudfront.FunctionCode.fromInline(script),
            runtime: cloudfront.FunctionRuntime.JS_2_0,
          }),
        },
      ],
    }
  }

  #createHeaders(id: string, name: string, reached: readonly string[]): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, id, {
      responseHeadersPolicyName: name,
      comment: 'The page for senders runs its own code only, and reaches API, login and uploads',
      removeHeaders: [...removedContentHeaders],
      securityHeadersBehavior: securityHeadersWith(pagePolicy(reached)),
      customHeadersBehavior: {
        customHeaders: [
          { header: 'x-robots-tag', value: 'noindex', override: true },
          { header: openerPolicy.name, value: openerPolicy.value, override: true },
        ],
      },
    })
  }

  /** The sources that the page reaches beside its own: the provider, and the bucket to which parts of uploads go. */
  get #reached(): readonly string[] {
    const { auth, sendPage } = this.#props
    // If only the deployment knows the issuer, the source has its path: it can't be split there.
    const issuer = Token.isUnresolved(auth.issuer) ? `${auth.issuer}/` : new URL(auth.issuer).origin
    return [...new Set([issuer, ...sendPage.origins, this.#bucket])]
  }

  /** The source of presigned URLs, all that the page of a person without a login reaches. */
  get #bucket(): string {
    return bucketSource(this.#props.api.bucketVariables)
  }

  #acknowledge(distribution: cloudfront.Distribution): void {
    const { webAclArn, sendPage } = this.#props
    acknowledge(distribution, {
      CFR1: 'Senders may be anywhere; a login says who they are.',
      ...(webAclArn === undefined && {
        CFR2: 'Files of the page are cached, and API Gateway throttles its API; a web ACL is a setting (`firewall`).',
      }),
      CFR3: 'A log would hold addresses with the code of a login. The API has its own log (`accessLogs`).',
      ...(sendPage.domainName === undefined && {
        CFR4: 'Without a domain of its own, the distribution has the certificate of *.cloudfront.net, for which AWS chooses the TLS versions.',
      }),
    })
  }
}

/** Returns the source of presigned URLs: the SDK puts a bucket with dots into the path, as no certificate covers it in a host. */
function bucketSource({ BUCKET = '', BUCKET_REGION = '' }: Readonly<Record<string, string>>): string {
  const host = `s3.${BUCKET_REGION}.amazonaws.com`
  const isInPath = !Token.isUnresolved(BUCKET) && BUCKET.includes('.')
  return isInPath ? `https://${host}/${BUCKET}/` : `https://${BUCKET}.${host}`
}
