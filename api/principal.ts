import type { APIGatewayProxyEvent } from 'aws-lambda'
import { parseJson } from '../shared/fields.ts'
import { keyedHash } from '../shared/hmac.ts'
import { currentKey, type MacKey, type MacKeys } from '../shared/nonce.ts'
import type { Deployment } from '../shared/settings/deployment.ts'
import type { EpochSeconds } from '../shared/time.ts'

/** The caller: an IAM principal, whose signature API Gateway checked, or the holder of a token, which the authorizer checked. */
export type Principal = IamPrincipal | TokenPrincipal

/** An IAM principal. All fields are as API Gateway reports them; empty if it reports none. */
interface IamPrincipal {
  readonly kind: 'iam'
  readonly account: string
  /** The role or user; absent for others, such as the root user of an account. */
  readonly named?: { readonly kind: 'role' | 'user'; readonly name: string }
  readonly arn: string
}

/** The holder of a token. */
interface TokenPrincipal {
  readonly kind: 'token'
  /** URL of the provider that issued the token. */
  readonly provider: string
  readonly subject: string
  readonly groups: readonly string[]
  /** End of the token. */
  readonly expiresAt: EpochSeconds
  /** Who sends its links, if the token says it. */
  readonly sender: string | undefined
}

type Context = Pick<APIGatewayProxyEvent['requestContext'], 'authorizer' | 'identity'>

/** Returns who calls. Never throws: what is missing or malformed is empty, and so names no issuer. */
export function principalOf({ requestContext }: { readonly requestContext: Context }): Principal {
  const { authorizer, identity } = requestContext
  // With IAM there is no authorizer. A request that had one is never one of IAM, whatever it says.
  if (Object.keys(authorizer ?? {}).length > 0) return tokenIn(authorizer ?? {})
  const arn = identity?.userArn ?? ''
  const [, account, kind, path = ''] =
    /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):(assumed-role|user)\/(.+)$/.exec(arn) ?? []
  if (account === undefined) return { kind: 'iam', account: accountIn(arn), arn }
  const segments = path.split('/')
  // A session is ROLE/SESSION, without the path of the role; a user has its path before its name.
  const named =
    kind === 'user'
      ? ({ kind, name: segments.at(-1) ?? '' } as const)
      : ({ kind: 'role', name: segments[0] ?? '' } as const)
  return { kind: 'iam', account, named, arn }
}

function accountIn(arn: string): string {
  return /^arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):/.exec(arn)?.[1] ?? ''
}

/** The authorizer's context holds text only (AWS, "Output from an API Gateway Lambda authorizer"). */
function tokenIn(context: Readonly<Record<string, unknown>>): TokenPrincipal {
  const text = (name: string) => (typeof context[name] === 'string' ? context[name] : '')
  const expiresAt = /^\d{1,12}$/.test(text('expiresAt')) ? Number(text('expiresAt')) : 0
  return {
    kind: 'token',
    provider: text('issuer'),
    subject: text('subject'),
    groups: listIn(text('groups')),
    expiresAt: expiresAt as EpochSeconds,
    sender: text('sender') || undefined,
  }
}

function listIn(json: string): readonly string[] {
  const list = parseJson(json)
  return Array.isArray(list) ? list.filter(entry => typeof entry === 'string') : []
}

/** IAM Identity Center gives its roles names with this prefix, and names each session after its user. */
const identityCenterRole = /^AWSReservedSSO_/

/** `user` of an assumed role: its unique id, and the name of the session (AWS, "IAM identifiers"). */
const roleSession = /^(AROA[A-Z0-9]+):/

/**
 * Returns the account and the one caller in it: an identity of Cognito, a user, or a role. A role alone is the caller, since
 * the names of its sessions come and go and are often chosen by their program, except where each names a user: in IAM
 * Identity Center, and in the deployment's `userRoles` (docs/decisions/0025-callers.md). Of a token, it is `token/`, its
 * provider and its subject, which is encoded: it may have slashes and spaces, and no two callers have one identity.
 */
export function identityOf(event: APIGatewayProxyEvent, { userRoles }: Pick<Deployment, 'userRoles'>): string {
  const principal = principalOf(event)
  if (principal.kind === 'token')
    return `token/${principal.provider}/${encodeURIComponent(principal.subject.toWellFormed())}`
  const { accountId, cognitoIdentityId, user } = event.requestContext.identity ?? {}
  const [, role] = roleSession.exec(user ?? '') ?? []
  const roleName = principal.named?.kind === 'role' ? principal.named.name : ''
  const namesUser = identityCenterRole.test(roleName) || userRoles.includes(roleName)
  return `${accountId ?? ''}/${cognitoIdentityId ?? (namesUser ? user : (role ?? user)) ?? ''}`
}

/** What a hash of a caller is for: it separates the hash from other uses of the MAC keys. */
const defaultLabel = 'once-at-edge caller of a link'

/** Returns the hash of a caller under the current MAC key, by which tables know it without its name. */
export function callerHash(identity: string, mac: MacKeys, label = defaultLabel): string {
  return hashUnder(currentKey(mac), identity, label)
}

/** Returns the hashes of a caller under all MAC keys, that of the current one first: what was stored before a rotation has another. */
export function callerHashes(identity: string, mac: MacKeys, label = defaultLabel): readonly [string, ...string[]] {
  const current = currentKey(mac)
  const others = [...mac.bySlot.values()].filter(key => key !== current)
  return [hashUnder(current, identity, label), ...others.map(key => hashUnder(key, identity, label))]
}

function hashUnder({ secret }: MacKey, identity: string, label: string): string {
  return keyedHash(secret, [label, identity])
}
