import { Token } from 'aws-cdk-lib'
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import { OnceAtEdgeError } from '../errors.ts'

/**
 * Returns the host of links: `host`, or else the first alternate domain name of a distribution, or else its own domain name. Throws if
 * viewers of that host don't reach the distribution.
 */
export function linkHostOf(resource: cloudfront.CfnDistribution, host?: string): string {
  const { aliases = [] } = resource.distributionConfig as cloudfront.CfnDistribution.DistributionConfigProperty
  const [first] = aliases
  const wanted = host ?? first
  if (wanted === undefined) return resource.attrDomainName
  if (Token.isUnresolved(wanted)) return wanted
  const isReached =
    Token.isUnresolved(aliases) || aliases.some(alias => Token.isUnresolved(alias) || covers(alias, wanted))
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(wanted) && isReached) return wanted
  throw new OnceAtEdgeError('host', {
    problem: 'links need a host that the distribution has',
    got: JSON.stringify(wanted),
    allowed: `a host name in lower case, out of the distribution's domainNames: ${aliases.join(', ') || 'it has none'}`,
  })
}

/** Returns whether an alternate domain name, which may begin with `*.`, is for this host (CloudFront, "Using wildcards in alternate domain names"). */
function covers(alias: string, host: string): boolean {
  return alias === host || (alias.startsWith('*.') && host.endsWith(alias.slice(1)))
}
