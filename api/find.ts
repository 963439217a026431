import type { Link, LinkId } from '../shared/link.ts'
import { type EpochMs, hasPassed, rfc3339 } from '../shared/time.ts'
import { type Answer, reject } from './answer.ts'
import { findAtHome } from './at-home.ts'
import type { Context } from './ports.ts'

/** Shows a link that nobody has redeemed or revoked, without its secret: 200, or 404 when nothing is left of it. */
export async function find(id: LinkId, context: Context): Promise<Answer> {
  const link = await findAtHome(id, context)
  if (link === undefined) return reject('no-such-link')
  return { outcome: 'found', status: 200, linkId: id, body: viewOf(link, context.ports.clock.now()) }
}

function viewOf({ id, key, homeRegion, urlSeconds, bind, ...link }: Link, now: EpochMs): object {
  const pending = link.notBefore !== undefined && !hasPassed(link.notBefore, now)
  return {
    id,
    state: hasPassed(link.expiresAt, now) ? 'expired' : pending ? 'not-yet-valid' : 'live',
    key,
    homeRegion,
    issuedAt: rfc3339(link.issuedAt),
    expiresAt: rfc3339(link.expiresAt),
    ...(link.notBefore === undefined ? {} : { notBefore: rfc3339(link.notBefore) }),
    urlSeconds,
    bind,
    network: link.network,
    filename: link.filename,
    reference: link.reference,
  }
}
