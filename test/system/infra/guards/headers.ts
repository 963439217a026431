import { removedContentHeaders } from '../../../../shared/http.ts'
import { both, entry, type Guard, one, present } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: 'once-us-east-1', in: 'home' } as const
const content = 'Properties.DistributionConfig.DefaultCacheBehavior'
const headers = { type: 'AWS::CloudFront::ResponseHeadersPolicy', id: /^EdgeDownloadsHeaders/, in: 'home' } as const
const policy = 'Properties.ResponseHeadersPolicyConfig'
const custom = (header: string, value: string) => ({
  ...headers,
  path: `${policy}.CustomHeadersConfig.Items`,
  without: [],
  is: one(both(entry('Header', header), entry('Value', value))),
})
/** Guards of the response headers of files. */
export const headerGuards: readonly Guard[] = [
  {
    title: 'files have the policy of response headers',
    ...distribution,
    path: `${content}.ResponseHeadersPolicyId`,
    is: present,
  },
  { title: 'files are not cached by viewers', ...custom('cache-control', 'private, no-store') },
  { title: 'files are saved, not displayed', ...custom('content-disposition', 'attachment') },
  { title: 'other sites can’t embed files', ...custom('cross-origin-resource-policy', 'same-origin') },
  {
    title: 'headers of S3 that tell more than viewers need are removed',
    ...headers,
    path: `${policy}.RemoveHeadersConfig.Items`,
    is: removedContentHeaders.map(Header => ({ Header })),
    without: removedContentHeaders.slice(1).map(Header => ({ Header })),
  },
  {
    title: 'files are not sniffed',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ContentTypeOptions`,
    is: { Override: true },
  },
  {
    title: 'files run no scripts',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy`,
    is: "sandbox; default-src 'none'",
  },
  {
    title: 'browsers use HTTPS from then on',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec`,
    is: 63_072_000,
  },
  {
    title: 'files send no referrer',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ReferrerPolicy.ReferrerPolicy`,
    is: 'no-referrer',
  },
]
