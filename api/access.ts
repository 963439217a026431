import type { APIGatewayProxyEvent } from 'aws-lambda'
import { assert } from '../shared/errors.ts'
import { echo, startOf } from '../shared/fields.ts'
import { type Access, everyone, type Issuer, principalKey, type Verb, verbsOfAdmin } from '../shared/callers/issuers.ts'
import { maxBatch } from '../shared/limits.ts'
import type { Deployment } from '../shared/settings/deployment.ts'
import type { Keyring } from '../shared/secrets/keys.ts'
import { type LinkScope, startsWithOneOf } from './link-scope.ts'
import { type EpochMs, hasPassed } from '../shared/time.ts'
import { tokenChallenge } from '../shared/api/token-refusal.ts'
import type { ApiContext } from './ports.ts'
import { callerHashes, type Principal, principalOf } from './principal.ts'
import { type ApiRefusal, refuse } from './result.ts'

/** A caller that may go on. */
interface Admitted {
  readonly kind: 'admitted'
  readonly access: Access
}

/** Returns what the caller of an event may do, or a refusal. Needs nothing but the event, the list of issuers and the clock. */
export type AccessControl = (event: APIGatewayProxyEvent, now: EpochMs) => Admitted | ApiRefusal

/**
 * Makes the access control for a list of issuers. A role or user has its own entry or that of its account; a token that of its
 * subject or of one of its groups. Of several entries, the first in the list counts. Without a list, every IAM principal of the account
 * may do everything, and no token anything, since a provider may give tokens to anyone.
 */
export function accessControl(issuers: readonly Issuer[] | undefined): AccessControl {
  const entryOf =
    issuers === undefined ? ({ kind }: Principal) => (kind === 'iam' ? everyone : undefined) : lookUpIn(issuers)
  return (event, now) => {
    const principal = principalOf(event)
    if (principal.kind === 'token' && hasPassed(principal.expiresAt, now)) return expiredToken
    const access = entryOf(principal)
    return access === undefined ? notAnIssuer(principal) : { kind: 'admitted', access: withSender(access, principal) }
  }
}

/** The sender of a token comes before what the list says. */
function withSender(access: Access, principal: Principal): Access {
  if (principal.kind === 'iam' || principal.sender === undefined) return access
  return { ...access, sender: principal.sender, ownSender: false, isSenderFixed: true }
}

function lookUpIn(issuers: readonly Issuer[]): (principal: Principal) => Issuer | undefined {
  const byPrincipal = new Map<string, Issuer>()
  for (const issuer of issuers) {
    const key = issuer.principal === undefined ? undefined : principalKey(issuer.principal)
    if (key !== undefined && !byPrincipal.has(key)) byPrincipal.set(key, issuer)
  }
  return principal => {
    if (principal.kind === 'token') {
      const { subject, groups } = principal
      if (subject === '') return undefined
      return (
        issuers.find(issuer => issuer.subject === subject) ??
        issuers.find(({ group }) => group !== undefined && groups.includes(group))
      )
    }
    const { account, named } = principal
    const own = named && byPrincipal.get(`${account} ${named.kind} ${named.name}`)
    return own ?? byPrincipal.get(account)
  }
}

/** API Gateway may remember what the authorizer said of a token for a minute, but a token ends at its end. */
const expiredToken = refuse('token-expired', { headers: { 'www-authenticate': tokenChallenge.refused } })

function notAnIssuer(principal: Principal): ApiRefusal {
  const got =
    principal.kind === 'iam' ? startOf(principal.arn) || 'nothing' : `a token of subject ${echo(principal.subject)}`
  return refuse('not-an-issuer', { errors: [{ field: 'principal', got, allowed: 'an issuer of this deployment' }] })
}

/** Returns a refusal unless the caller has the verb, or `admin`, which includes it. */
export function refuseVerb(verb: Verb, access: Access): ApiRefusal | undefined {
  if (access.verbs.includes(verb)) return undefined
  if (seesAllIssuers(access) && verbsOfAdmin.includes(verb)) return undefined
  const allowed = `the verbs of issuer ${access.id}: ${access.verbs.join(', ')}`
  return refuse('verb-not-allowed', { errors: [{ field: 'verb', got: verb, allowed }] })
}

/** Returns a refusal unless the caller may issue links for the key. */
export function refuseKey(key: string, access: Access): ApiRefusal | undefined {
  if (startsWithOneOf(key, access.prefixes)) return undefined
  const allowed = `a key of issuer ${access.id}, which starts with ${access.prefixes.map(echo).join(' or ')}`
  return refuse('key-not-allowed', { errors: [{ field: 'key', got: echo(key), allowed }] })
}

/** Returns a refusal if the caller's token names the sender, and the request another one. */
export function refuseSender(
  named: string | undefined,
  { sender = '', isSenderFixed }: Access,
): ApiRefusal | undefined {
  if (isSenderFixed !== true || named === undefined || named === sender) return undefined
  return refuse('sender-fixed', {
    errors: [{ field: 'sender', got: echo(named), allowed: `${echo(sender)}, or none` }],
  })
}

/**
 * Returns which links the caller may read, revoke and exchange; undefined for all. `identity` is `identityOf` it. Rejects if it may
 * use only those that it issued, and there are no keys.
 */
export async function scopeOf(access: Access, identity: string, keyring: Keyring): Promise<LinkScope | undefined> {
  const { id: issuer, prefixes, own } = access
  if (seesAllIssuers(access)) return prefixes.includes('') ? undefined : { prefixes }
  assert(issuer, 'who sees only its own links has an id')
  if (own !== true) return { issuer, prefixes }
  const { mac } = await keyring.current()
  return { issuer, callers: callerHashes(identity, mac), prefixes }
}

/** Returns whether the caller sees links of all issuers, and so is shown whose they are. */
export function seesAllIssuers({ verbs }: Access): boolean {
  return verbs.includes('admin')
}

/** Returns the first of the caller's prefixes that the distribution serves, or the part of it that it serves. */
export function servedPrefix(
  { prefixes }: Access,
  { contentPrefixes = [''] }: Pick<Deployment, 'contentPrefixes'>,
): string | undefined {
  const served = prefixes.flatMap(own =>
    contentPrefixes.flatMap(content => (own.startsWith(content) ? [own] : content.startsWith(own) ? [content] : [])),
  )
  return served[0]
}

/** Returns the most links that the caller may issue in one batch. */
export function maxBatchOf(access: Access): number {
  return Math.min(access.maxBatch ?? maxBatch, access.requestsPerMinute ?? maxBatch)
}

/** Returns the context with the limits of the caller in place of those of the deployment, and its endpoints only. No limit on lives is raised. */
export function contextOf(access: Access, context: Omit<ApiContext, 'access'>): ApiContext {
  const { deployment } = context
  const endpoints = deployment.endpoints?.filter(({ issuer }) => issuer === undefined || issuer === access.id)
  const maxLinkSeconds = Math.min(access.maxLinkSeconds ?? deployment.maxLinkSeconds, deployment.maxLinkSeconds)
  const linkSeconds = Math.min(access.linkSeconds ?? deployment.linkSeconds, maxLinkSeconds)
  const callerQuota = access.requestsPerMinute ?? deployment.callerQuota
  return { ...context, access, deployment: { ...deployment, endpoints, maxLinkSeconds, linkSeconds, callerQuota } }
}
