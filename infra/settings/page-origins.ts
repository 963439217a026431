import { Token } from 'aws-cdk-lib'
import { getDomain } from 'tldts'
import { OnceAtEdgeError } from '../errors.ts'
import type { Settings } from './settings.ts'

/**
 * Checks that the pages of `pageOrigins` are of the same site as the links' `host`, by the public suffix list: browsers keep and send
 * no cookies of other sites' pages, or soon will not, and cookies open a file. Undefined, or a token, for a host of cloudfront.net or one
 * that is not known yet. Throws an `OnceAtEdgeError`.
 */
export function checkPageOrigins({ pageOrigins }: Settings, host: string | undefined): void {
  if (pageOrigins === undefined) return
  const site = host === undefined || Token.isUnresolved(host) ? null : siteOf(host)
  if (site === null || host?.endsWith('.cloudfront.net')) {
    throw new OnceAtEdgeError('page-origins', {
      problem: 'no page is of the same site as links at cloudfront.net, which is a public suffix as co.uk is',
      got: 'pageOrigins without a known host of links in a domain of yours',
      allowed: 'pageOrigins with `domainName`, or with addTo a host of the distribution',
    })
  }
  const other = pageOrigins.find(origin => siteOf(new URL(origin).hostname) !== site)
  if (other === undefined) return
  throw new OnceAtEdgeError('page-origins', {
    problem:
      'browsers end the cookies of third parties, and without its cookie a page of another site can read no file',
    got: `${other} for links at ${host}`,
    allowed: `https origins of the site ${site}`,
  })
}

/** Returns the registrable domain of a host, which is its site; null for addresses of machines and public suffixes. */
function siteOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true })
}
