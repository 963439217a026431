import type { LinkId } from '../shared/link.ts'
import { type Answer, reject } from './answer.ts'
import { findAtHome } from './at-home.ts'
import type { Context } from './ports.ts'

/** Withdraws a link: 204 when this call ended it, 404 when there was nothing left to end. Dead it is in both cases. */
export async function revoke(id: LinkId, context: Context): Promise<Answer> {
  const link = await findAtHome(id, context)
  if (link === undefined) return reject('no-such-link')
  const revoked = await context.ports.links.revoke(id, link.homeRegion)
  return revoked === 'gone' ? reject('no-such-link') : { outcome: 'revoked', status: 204, linkId: id }
}
