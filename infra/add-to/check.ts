import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import { CfnDelivery, CfnDeliverySource } from 'aws-cdk-lib/aws-logs'
import type { IBucketRef } from 'aws-cdk-lib/aws-s3'
import { checkBehaviours } from './check-behaviours.ts'
import { checkFirewall } from './check-firewall.ts'
import { type DistributionConfig, type Finding, isOurs } from './config.ts'
import { hasOwnFirewall } from '../placement/placement.ts'
import type { Settings } from '../settings/settings.ts'
import { readsBucket, renderedConfig } from './rendered.ts'
import { resolveToText } from './template-text.ts'

/**
 * Checks a distribution with our behaviours, as its template will have it; `bucket` is that of the content. So it is called at the end of
 * the synthesis: until then anything may change.
 */
export function* checkDistribution(
  distribution: CfnDistribution,
  { bucket, settings }: { readonly bucket: IBucketRef; readonly settings: Settings },
): Iterable<Finding> {
  const { config, referred } = renderedConfig(distribution)
  yield* checkBehaviours(config, readsBucket(bucket, distribution))
  yield* checkViewers(config, settings)
  yield* checkLogs(distribution, config)
  yield* checkFirewall(config, referred, hasOwnFirewall(settings))
  yield* checkOthers(distribution, bucket)
}

/** Warns of other distributions of the app that read the bucket: which of its files they deliver, and to whom, is for their owner to know. */
function* checkOthers(distribution: CfnDistribution, bucket: IBucketRef): Iterable<Finding> {
  for (const other of distribution.node.root.node.findAll()) {
    if (!CfnDistribution.isCfnDistribution(other) || other === distribution) continue
    const { Origins = [] } = renderedConfig(other).config
    if (Origins.some(readsBucket(bucket, distribution)))
      yield {
        id: 'content-behind-another-distribution',
        level: 'warning',
        problem: 'another distribution may deliver the same files without a link',
        got: `${other.node.path}, which reads the content bucket`,
        allowed: 'one that delivers other files of the bucket, or to those only who may have them',
      }
  }
}

/**
 * Fields of an access log that would hold a nonce, or a signed URL: the path, the query, and the headers that repeat them (CloudFront,
 * "Standard logging reference").
 */
const tellingField = /uri|query|referer|cookie|headers/i

/** Checks that no access log of the distribution, wherever it is in the app, holds links that still work. */
function* checkLogs(distribution: CfnDistribution, config: DistributionConfig): Iterable<Finding> {
  const all = distribution.node.root.node.findAll()
  const sources = all
    .filter(construct => CfnDeliverySource.isCfnDeliverySource(construct))
    .filter(source => resolveToText(source.resourceArn, source).referred.has(distribution))
  if (config.Logging?.Bucket !== undefined) yield legacyLog
  for (const delivery of all.filter(construct => CfnDelivery.isCfnDelivery(construct)))
    if (sources.some(source => isFrom(delivery, source))) yield* checkDelivery(delivery)
}

/** A delivery names its source; a token refers to it, or is the same text. */
function isFrom(delivery: CfnDelivery, source: CfnDeliverySource): boolean {
  if (delivery.deliverySourceName === source.name) return true
  return resolveToText(delivery.deliverySourceName, delivery).referred.has(source)
}

const legacyLog: Finding = {
  id: 'legacy-access-log',
  level: 'risk',
  problem: 'the legacy access log holds paths and queries, and so links that still work',
  got: 'a distribution with enableLogging or logBucket',
  allowed:
    'standard logging v2 (docs/construct.md has it) without paths, queries, Referer and cookies; or an acknowledgement of ' +
    "once-at-edge:legacy-access-log on the distribution, if all who read the log may open every link that isn't used",
}

function* checkDelivery({ recordFields, node }: CfnDelivery): Iterable<Finding> {
  const telling = recordFields?.filter(field => tellingField.test(field))
  if (telling?.length !== 0)
    yield {
      id: 'access-log-fields',
      level: 'error',
      problem: `the access log of ${node.path} would hold links that still work`,
      got: telling === undefined ? 'all fields, because recordFields is absent' : telling.join(', '),
      allowed:
        'recordFields without paths, queries, Referer and cookies; cache-behavior-path-pattern says which behaviour',
    }
}

/** Versions of HTTP that end a connection with a change of address; without a version, CloudFormation sets the first. */
const withoutHttp3: ReadonlySet<unknown> = new Set(['http1.1', 'http2'])

/** Statuses of errors for files: of CloudFront's signature check and of S3. */
const fileErrors: ReadonlySet<number> = new Set([403, 404, 416])

/** Checks how viewers connect, and what they see of errors. */
function* checkViewers(config: DistributionConfig, { ipv6, http3 }: Settings): Iterable<Finding> {
  const { IPV6Enabled = false, HttpVersion = 'http1.1' } = config
  if (IPV6Enabled !== false && !ipv6) yield ipv6IsOn
  if (!withoutHttp3.has(HttpVersion) && !http3) yield http3IsOn
  yield* checkErrorPages(config)
}

const ipv6IsOn: Finding = {
  id: 'ipv6',
  level: 'error',
  problem: 'CloudFront checks no IPv6 address, so the gate must, and it does so with the prop ipv6 only',
  got: 'enableIpv6: true, which is the default of a Distribution',
  allowed: 'enableIpv6: false for the distribution, or ipv6: true for OnceAtEdge',
}

const http3IsOn: Finding = {
  id: 'http3',
  level: 'error',
  problem:
    "an HTTP/3 connection outlives a change of the viewer's address, so no link may be bound to an address alone",
  got: 'a distribution with HTTP/3',
  allowed: 'httpVersion: HttpVersion.HTTP2 for the distribution, or http3: true for OnceAtEdge',
}

function* checkErrorPages(config: DistributionConfig): Iterable<Finding> {
  const pages = (config.CustomErrorResponses ?? []).filter(
    ({ ErrorCode, ResponsePagePath }) => fileErrors.has(ErrorCode) && ResponsePagePath !== undefined,
  )
  if (pages.length > 0 && config.CacheBehaviors?.some(isOurs))
    yield {
      id: 'custom-error-pages',
      level: 'warning',
      problem:
        'the error pages of the distribution are also shown for files: a viewer whose signed URL has ended gets your page',
      got: pages
        .map(
          ({ ErrorCode, ResponseCode, ResponsePagePath }) =>
            `${ErrorCode}: ${ResponsePagePath} with ${ResponseCode ?? ErrorCode}`,
        )
        .join(', '),
      allowed:
        'pages with the status of the error: a program takes a page with 200 for the file. Links themselves have pages of their own',
    }
}
