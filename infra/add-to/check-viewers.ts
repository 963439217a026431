import type { DistributionConfig, Finding } from './config.ts'
import { isOurs } from './config.ts'

/** The settings of the construct on which it depends which viewers a distribution may have. */
export interface ViewerSettings {
  readonly ipv6: boolean
  readonly http3: boolean
}

/** Versions of HTTP that end a connection with a change of address; without a version, CloudFormation sets the first. */
const withoutHttp3: ReadonlySet<unknown> = new Set(['http1.1', 'http2'])

/** Statuses of errors for files: of CloudFront's signature check and of S3. */
const fileErrors: ReadonlySet<number> = new Set([403, 404, 416])

/** Checks how viewers connect, and what they see of errors. */
export function checkViewers(config: DistributionConfig, { ipv6, http3 }: ViewerSettings): readonly Finding[] {
  const { IPV6Enabled, HttpVersion } = config
  return [
    ...(IPV6Enabled === false || IPV6Enabled === undefined || ipv6 ? [] : [ipv6IsOn]),
    ...(http3 || HttpVersion === undefined || withoutHttp3.has(HttpVersion) ? [] : [http3IsOn]),
    ...checkErrorPages(config),
  ]
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

function checkErrorPages(config: DistributionConfig): Finding[] {
  const pages = (config.CustomErrorResponses ?? []).filter(
    ({ ErrorCode, ResponsePagePath }) => fileErrors.has(ErrorCode) && ResponsePagePath !== undefined,
  )
  if (pages.length === 0 || !(config.CacheBehaviors ?? []).some(isOurs)) return []
  return [
    {
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
    },
  ]
}
