import { isIpv6 } from '../network.ts'
import type { Redemption } from './link-table.ts'

/**
 * Returns whether the capability for a folder could not name this viewer's address though the link may be bound to it: it is
 * signed cookies, and CloudFront binds them to IPv4 addresses only.
 */
export function cannotNameAddress({ binds, viewer }: Pick<Redemption, 'binds' | 'viewer'>): boolean {
  return binds.includes('exact') && viewer !== undefined && isIpv6(viewer)
}
