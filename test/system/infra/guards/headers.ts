import { both, entry, type Guard, one, present } from './guard.ts'

const distribution = { type: 'AWS::CloudFront::Distribution', stack: '-edge', in: 'home' } as const
const content = 'Properties.DistributionConfig.DefaultCacheBehavior'
const headers = { type: 'AWS::CloudFront::ResponseHeadersPolicy', in: 'home' } as const
const policy = 'Properties.ResponseHeadersPolicyConfig'
const custom = (header: string, value: string) => ({
  ...headers,
  path: `${policy}.CustomHeadersConfig.Items`,
  without: [],
  is: one(both(entry('Header', header), entry('Value', value))),
})
/** Guards of what files go out with. */
export const headerGuards: readonly Guard[] = [
  {
    says: 'files go out with these headers',
    ...distribution,
    path: `${content}.ResponseHeadersPolicyId`,
    is: present,
  },
  { says: 'files are kept by nobody', ...custom('cache-control', 'private, no-store') },
  { says: 'files are saved, not shown', ...custom('content-disposition', 'attachment') },
  { says: 'files are no part of other sites', ...custom('cross-origin-resource-policy', 'same-origin') },
  {
    says: 'files are not sniffed',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ContentTypeOptions`,
    is: { Override: true },
  },
  {
    says: 'files run nothing',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy`,
    is: "sandbox; default-src 'none'",
  },
  {
    says: 'files come over TLS from then on',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.StrictTransportSecurity.AccessControlMaxAgeSec`,
    is: 63_072_000,
  },
  {
    says: 'links tell nobody where they led',
    ...headers,
    path: `${policy}.SecurityHeadersConfig.ReferrerPolicy.ReferrerPolicy`,
    is: 'no-referrer',
  },
]
