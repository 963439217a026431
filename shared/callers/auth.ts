import * as v from 'valibot'
import { type InvalidField, parsedText, type Parsed, readFields, text, wholeNumber } from '../fields.ts'

/** Prop `auth` of `OnceAtEdge`: the OpenID Connect provider whose access tokens the token API accepts, and for whom they are made. */
export interface AuthProps {
  /** The provider's issuer identifier, exactly as its tokens have it in `iss`. May be a token of the CDK, such as `userPool.userPoolProviderUrl`. */
  readonly issuer: string
  /**
   * What `aud` of a token must be or contain, or a list of up to four of which it must name one; with Amazon Cognito, ids of app
   * clients, as `client_id` names one. May be tokens of the CDK, such as `client.userPoolClientId`.
   */
  readonly audience: string | readonly string[]
  /** The claim that lists the groups of a token's subject. @default - `cognito:groups` with Amazon Cognito, otherwise `groups` */
  readonly groupsClaim?: string | undefined
  /**
   * The claim that names the sender of links: a token's caller sends under this name and no other, whatever `sender` and `ownSender` of
   * its issuer say. Tokens without it are refused. @default - the list of issuers says who names the sender
   */
  readonly senderClaim?: string | undefined
  /**
   * The provider's public keys, a JWK set: so nothing is fetched. Network `private` requires it. A rotation of the keys then
   * needs a deployment. @default - they are fetched
   */
  readonly jwks?: { readonly keys: readonly Jwk[] } | undefined
  /** Where the keys are fetched. @default - as `/.well-known/openid-configuration` of the issuer says */
  readonly jwksUri?: string | undefined
  /** Seconds for which API Gateway reuses a result for the same token, 0 to 60. No result outlives its token. @default 60 */
  readonly cacheSeconds?: number | undefined
}

/** A public key as a provider publishes it (RFC 7517). Members that no signature needs are ignored. */
export interface Jwk {
  /** `RSA`, `EC` or `OKP`. */
  readonly kty: string
  /** By which a token names it. */
  readonly kid: string
  readonly [member: string]: unknown
}

/** `auth` of the settings, complete and checked. */
export type Auth = v.InferOutput<typeof authField>

/** Public keys of a provider, a JWK set (RFC 7517, section 5), without members that nothing here needs. */
export type KeySet = v.InferOutput<typeof keySetField>

/** A value of the CDK that is known at deployment only: the authorizer checks it when it starts. */
export const deployTimeValue = /\$\{Token\[[^\]]+\]\}/

const isUrl = (text: string) => /^https:\/\/[\w.-]+(:\d{1,5})?(\/[\w.~%@:-]+)*\/?$/.test(text) && text.length <= 256

const urlField = (what: string) =>
  parsedText(
    text => (isUrl(text) || deployTimeValue.test(text) ? text : undefined),
    `${what}: an https URL without query, at most 256 characters`,
  )

const base64url = v.optional(text(/^[\w-]{1,1400}$/, 'base64url'))

/** Refuses a private key. The error doesn't repeat it. */
const noPrivateKey = v.pipe(
  v.unknown(),
  v.transform(() => 'a private key'),
  v.never('nothing: a private key has no place in the settings'),
)

/** Members of a JWK that verify a signature. Others, such as certificates, are left out: they fill the environment. */
const publicKeyField = v.pipe(
  v.object({
    kty: v.picklist(['RSA', 'EC', 'OKP'], '"RSA", "EC" or "OKP"'),
    kid: text(/^[\x20-\x7e]{1,256}$/, 'the id of the key, 1 to 256 printable ASCII characters'),
    alg: v.optional(text(/^[\w-]{1,16}$/, 'an algorithm of JWA, such as RS256')),
    use: v.optional(v.literal('sig', 'sig')),
    crv: v.optional(v.picklist(['P-256', 'P-384', 'P-521', 'Ed25519', 'Ed448'], 'a curve of JWA')),
    n: base64url,
    e: base64url,
    x: base64url,
    y: base64url,
    d: v.optional(noPrivateKey),
  }),
  v.transform(key => Object.fromEntries(Object.entries(key).filter(([, value]) => value !== undefined))),
  v.custom<{ readonly kty: string; readonly kid: string } & Readonly<Record<string, string>>>(() => true),
)

/** Most keys of a set: so many RSA keys fit into the environment of a function. */
const maxKeys = 8

const keysRule = `1 to ${maxKeys} public keys of signatures, each with kid`

/** Schema of `jwks`. */
const keySetField = v.object(
  { keys: v.pipe(v.array(publicKeyField, keysRule), v.minLength(1, keysRule), v.maxLength(maxKeys, keysRule)) },
  `a JWK set: an object with keys, ${keysRule}`,
)

const audienceRule = 'a name of this API at the provider, 1 to 256 printable ASCII characters, or a list of 1 to 4'
const audience = text(/^[\x21-\x7e]{1,256}$/, audienceRule)

const fields = {
  issuer: urlField('the issuer of tokens'),
  // A program and a page have a client each.
  audience: v.union(
    [audience, v.pipe(v.array(audience), v.minLength(1, audienceRule), v.maxLength(4, audienceRule))],
    audienceRule,
  ),
  groupsClaim: v.optional(text(/^[\x21-\x7e]{1,128}$/, 'the name of a claim')),
  // Without quotes, backslashes and dollars: a template of API Gateway puts it into JSON.
  senderClaim: v.optional(text(/^[!#%-[\]-~]{1,128}$/, 'the name of a claim, without ", \\ and $')),
  jwks: v.optional(keySetField),
  jwksUri: v.optional(urlField('the address of the keys')),
  cacheSeconds: v.optional(wholeNumber(0, 60, 'seconds'), 60),
} as const

/** Schema of `auth` in the settings. */
export const authField = v.strictObject(
  fields,
  'an object with issuer and audience, perhaps groupsClaim, senderClaim, jwks, jwksUri and cacheSeconds, and nothing else',
)

/** Parses `auth` from JSON, as the authorizer's environment and the emulator's file have it. */
export function parseAuth(input: unknown): Parsed<Auth> {
  const read = readFields(fields, input)
  if (!read.ok) return { ok: false, invalid: read.invalid.map(inAuth) }
  const { issuer, jwksUri = '' } = read.value
  const unresolved = [issuer, jwksUri].find(text => deployTimeValue.test(text))
  if (unresolved === undefined) return { ok: true, value: read.value }
  return { ok: false, invalid: [{ field: 'auth', got: 'a value of the CDK', allowed: 'values known at deployment' }] }
}

function inAuth({ field, ...rest }: InvalidField): InvalidField {
  return { field: field === '(whole)' ? 'auth' : `auth.${field}`, ...rest }
}

/** A user pool of Amazon Cognito by its issuer; either form of the URL (Cognito, "Understanding the access token"). */
const userPool = /^https:\/\/(?:issuer-)?cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/([a-z0-9-]+_[A-Za-z0-9]+)$/

/** Returns the id of the user pool that issues the tokens; undefined if that is no user pool of Amazon Cognito. */
export function userPoolOf({ issuer }: Pick<Auth, 'issuer'>): string | undefined {
  return userPool.exec(issuer)?.[1]
}

/** Returns the claim that lists the groups of a token's subject. */
export function groupsClaimOf(auth: Pick<Auth, 'issuer' | 'groupsClaim'>): string {
  return auth.groupsClaim ?? (userPoolOf(auth) === undefined ? 'groups' : 'cognito:groups')
}

/** What the authorizer says of an accepted token: API Gateway passes it to the functions, as text only. */
export interface TokenContext {
  /** The provider, as `auth.issuer` names it. */
  readonly issuer: string
  /** The token's `sub`. */
  readonly subject: string
  /** The groups, a JSON array of text. */
  readonly groups: string
  /** The token's end, in seconds since 1970. */
  readonly expiresAt: string
  /** Who sends its links. @default `auth` has no `senderClaim` */
  readonly sender?: string
}
