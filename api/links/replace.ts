import type { LinkOwner } from '../../shared/callers/issuers.ts'
import { latestUse, type Link, type LinkId } from '../../shared/link.ts'
import { isInScope, type LinkScope } from '../link-scope.ts'
import { requestAgain } from '../../shared/options/options.ts'
import type { Region } from '../../shared/regions.ts'
import { type EpochMs, hasPassed, rfc3339, secondsOf } from '../../shared/time.ts'
import { type KeyHolder, newRecord } from '../idempotency.ts'
import { type EarlierLink, issueOnce, refuseAsked } from './issue.ts'
import { completeRequest } from '../new-link.ts'
import { callNearestReplica } from '../../shared/table/current-link.ts'
import { locateLink } from './one-link.ts'
import type { ApiContext } from '../ports.ts'
import { callerHash } from '../principal.ts'
import { type ApiRefusal, type ApiResult, refuse } from '../result.ts'

/** The caller that replaces a link, and the links that it may replace. */
interface Replacing {
  readonly scope: LinkScope | undefined
  readonly holder: KeyHolder
}

/**
 * Ends a link and issues another one with its options: 201, as `issue` does. The link may be live, expired or locked, or used with a
 * receipt if what it handed out has ended. At no time both work, also after a crash: the link is revoked with the id of the new one
 * before that is put. The same request finishes it; without its record, which says that no new link was returned, it gets 409.
 */
export async function replace(id: LinkId, { scope, holder }: Replacing, context: ApiContext): Promise<ApiResult> {
  const { ports, deployment, access } = context
  const { mac } = await ports.keyring.current()
  const named = { replace: id }
  const record = newRecord(named, { ...holder, mac }, context)
  const found = await findReplaceable(id, { scope, recordId: record.id }, context)
  if (found.kind !== 'link') return found
  const { link } = found
  const owner = ownerOf(link, context)
  const input = requestAgain(link, { deployment, owner, issuedAt: secondsOf(ports.clock.now()) })
  const completed = completeRequest(input, owner, context)
  if (completed.kind !== 'request') return completed
  const foreign = await refuseAsked(completed.request, holder.identity, context)
  if (foreign !== undefined) return foreign
  const caller = access.own ? callerHash(holder.identity, mac) : link.caller
  const request = { ...completed.request, ...(caller !== undefined && { caller }) }
  const earlier = earlierLink(link, { scope, recordId: record.id }, context)
  return issueOnce({ input, request, mac, holder, record, named, earlier }, context)
}

/** A request to replace a link: its record, and which links it may replace. */
interface ReplaceRequest extends Pick<Replacing, 'scope'> {
  readonly recordId: string
}

/** Finds the link as it is now, or says why the request doesn't replace it. */
async function findReplaceable(
  id: LinkId,
  { scope, recordId }: ReplaceRequest,
  context: ApiContext,
): Promise<{ readonly kind: 'link'; readonly link: Link } | ApiRefusal> {
  const link = await locateLink(id, context)
  if (link === undefined || (scope !== undefined && !isInScope(link, scope))) return refuse('no-such-link')
  return refusalOf(link, recordId, context.ports.clock.now()) ?? { kind: 'link', link }
}

/** Returns why a link is not replaced by the request with this record. What a request has revoked is for that request alone. */
function refusalOf(link: Link, recordId: string, now: EpochMs): ApiRefusal | undefined {
  if (link.state === 'revoked') return link.replacedIn === recordId ? undefined : refuse('link-revoked')
  const receipt = latestUse(link)
  if (receipt === undefined || hasPassed(receipt.urlExpiresAt, now)) return undefined
  const capabilityEndsAt = rfc3339(receipt.urlExpiresAt)
  const got = `a link whose URL works until ${capabilityEndsAt}`
  return refuse('capability-alive', {
    capabilityEndsAt,
    errors: [{ field: 'id', got, allowed: 'a link that was not used, or whose URL has ended' }],
  })
}

/**
 * Returns whose the new link is: an admin that replaces a link of another issuer leaves it to that one, with the sender of that one unless
 * its own token names the sender.
 */
function ownerOf({ issuer: id }: Link, { access, deployment }: ApiContext): LinkOwner {
  if (id === access.id) return access
  const { sender, ownSender } = access.isSenderFixed ? access : (deployment.issuers?.find(each => each.id === id) ?? {})
  return { ...(id !== undefined && { id }), ...(sender && { sender }), ...(ownSender && { ownSender }) }
}

function earlierLink(link: Link, { scope, recordId }: ReplaceRequest, context: ApiContext): EarlierLink {
  const { ports, route } = context
  let known = link
  return {
    isEnded: link.replacedBy !== undefined,
    async endFor(next, region) {
      if (known.replacedBy !== undefined) await bury({ ...next, id: known.replacedBy }, region, context)
      const by = { replacedBy: next.id, replacedIn: recordId, scope }
      const ended = await callNearestReplica(route(link.homeRegion), each => ports.links.replace(known, each, by))
      if (ended === undefined) {
        // It was redeemed, revoked or removed in between: a repeat would get the same.
        const found = await findReplaceable(link.id, { scope, recordId }, context)
        if (found.kind === 'link') throw new Error('the link changed while it was replaced')
        return found
      }
      known = ended
      return undefined
    },
  }
}

/** Ends for good a link that may have been put, or may yet arrive; nothing has returned its nonce. A put finds its item then, revoked. */
async function bury(link: Link, region: Region, { ports, route }: ApiContext): Promise<void> {
  const dead = { ...link, state: 'revoked' } as const
  await ports.links.put(dead, region)
  const revoked = await callNearestReplica(route(link.homeRegion), each => ports.links.revoke(dead, each))
  if (revoked === undefined) throw new Error('an earlier attempt to write the link could not be ended')
}
