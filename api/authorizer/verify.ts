import { CognitoJwtVerifier } from 'aws-jwt-verify/cognito-verifier'
import {
  CognitoJwtInvalidClientIdError,
  CognitoJwtInvalidTokenUseError,
  FailedAssertionError,
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
} from 'aws-jwt-verify/error'
import type { Jwk } from 'aws-jwt-verify/jwk'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import type { JwtHeader, JwtPayload } from 'aws-jwt-verify/jwt-model'
import { JwtVerifier, supportedSignatureAlgorithms } from 'aws-jwt-verify/jwt-verifier'
import { type Auth, groupsClaimOf, type KeySet, userPoolOf } from '../../shared/callers/auth.ts'
import { type EpochSeconds, hasPassed } from '../../shared/time.ts'
import type { TokenReason } from '../../shared/api/token-refusal.ts'
import { parseSender } from '../../shared/texts/plain-text.ts'
import { KeyCache } from './key-cache.ts'
import type { AuthorizerPorts } from './ports.ts'

/** The subject of a valid token, and when the token ends. */
export interface TokenSubject {
  readonly kind: 'accepted'
  readonly subject: string
  readonly groups: readonly string[]
  readonly expiresAt: EpochSeconds
  /** Who sends its links; undefined if no claim says it. */
  readonly sender: string | undefined
}

/** Result of checking a token. */
type Verdict = TokenSubject | { readonly kind: 'refused'; readonly reason: TokenReason }

/** Checks a token. Rejects if the keys of its issuer can't be read. */
export type VerifyToken = (token: string) => Promise<Verdict>

/** Largest token, in characters: API Gateway allows 10,240 bytes for all headers (API Gateway, "Quotas"). */
const maxTokenLength = 8192

/** By so much may the clock of the provider be ahead of ours. For the end of a token there is no leeway. */
const leewaySeconds = 60

/** Latest end of a token that functions get, in seconds since 1970: whole numbers of 11 digits. */
const maxEnd = 99_999_999_999

/** Refuses a token from inside of a check that the library runs. */
class RefusedToken extends Error {
  readonly reason: TokenReason

  constructor(reason: TokenReason) {
    super(reason)
    this.reason = reason
  }
}

/** Creates the check of access tokens for `auth`. `aws-jwt-verify` checks signature, times, issuer and audience. */
export function createVerifyToken(auth: Auth, ports: Pick<AuthorizerPorts, 'clock' | 'keys'>): VerifyToken {
  const cache = new KeyCache(ports)
  const verifier = verifierFor(auth)
  let loaded: KeySet | undefined
  const check = (token: string, keys: KeySet) => {
    // New keys also replace those that the library has prepared: a provider may reuse the id of a key.
    if (keys !== loaded) verifier.load(keys)
    loaded = keys
    try {
      return verifier.check(token)
    } catch (error) {
      // Node.js throws if a signature has another length than the curve's. Nothing in a token may count as a fault of ours.
      throw reasonOf(error) === undefined ? new RefusedToken('token-signature') : error
    }
  }
  return async token => {
    try {
      checkUnverified(token, issuersOf(auth))
      const keys = await cache.current()
      const payload = await checkWith(token, keys, { check, renewed: () => cache.renewed() })
      return subjectOf(payload, auth, ports)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === undefined) throw error
      return { kind: 'refused', reason }
    }
  }
}

/** Checks with keys that are kept and, if the token names none of them, with those that the provider has now. */
async function checkWith(
  token: string,
  keys: KeySet,
  { check, renewed }: { check(token: string, keys: KeySet): JwtPayload; renewed(): Promise<KeySet | undefined> },
): Promise<JwtPayload> {
  try {
    return check(token, keys)
  } catch (error) {
    const newer = error instanceof KidNotFoundInJwksError ? await renewed() : undefined
    if (newer === undefined) throw error
    return check(token, newer)
  }
}

/** The library's verifier, which here fetches nothing: it only knows keys that were loaded. */
interface Verifier {
  load(keys: KeySet): void
  check(token: string): JwtPayload
}

function verifierFor(auth: Auth): Verifier {
  const userPoolId = userPoolOf(auth)
  const common = { graceSeconds: leewaySeconds, customJwtCheck: checkKeyType }
  const verifier =
    userPoolId === undefined
      ? JwtVerifier.create({ issuer: auth.issuer, audience: auth.audience, ...common })
      : CognitoJwtVerifier.create({ userPoolId, clientId: auth.audience, tokenUse: 'access', ...common })
  return {
    load: keys => verifier.cacheJwks(keys),
    check: token => verifier.verifySync(token) as JwtPayload,
  }
}

/** Returns every spelling of the issuer: Amazon Cognito has two for a user pool. */
function issuersOf(auth: Auth): readonly string[] {
  const userPoolId = userPoolOf(auth)
  if (userPoolId === undefined) return [auth.issuer]
  const host = `cognito-idp.${userPoolId.split('_')[0]}.amazonaws.com/${userPoolId}`
  return [`https://${host}`, `https://issuer-${host}`]
}

/** Types of access tokens (RFC 7519, section 5.1; RFC 9068, section 2.1). Others, such as of logout tokens, are refused. */
const accessTokenTypes = [undefined, 'jwt', 'at+jwt', 'application/at+jwt']

/** Refuses what needs no key, so that it costs no request to the provider and gets a reason that says what is wrong. */
function checkUnverified(token: string, issuers: readonly string[]): void {
  if (token.length > maxTokenLength) throw new RefusedToken('token-malformed')
  const { header, payload } = decomposeUnverifiedJwt(token)
  const { typ, crit, alg } = header as JwtHeader & { readonly typ?: unknown; readonly crit?: unknown }
  const type = typeof typ === 'string' ? typ.toLowerCase() : typ
  // No extension is understood here, so every critical one is refused (RFC 7515, section 4.1.11).
  if (crit !== undefined || !accessTokenTypes.some(each => each === type)) throw new RefusedToken('token-type')
  if (!supportedSignatureAlgorithms.some(each => each === alg)) throw new RefusedToken('token-algorithm')
  if (!issuers.includes(String(payload.iss))) throw new RefusedToken('token-issuer')
}

/** The type of key that an algorithm needs (RFC 7518, section 3.1; RFC 8037), by the start of its name. */
const keyTypes: Readonly<Record<string, string>> = { RS: 'RSA', ES: 'EC', Ed: 'OKP' }

/** Refuses an algorithm for another type of key: the library compares them only if the key names its algorithm. */
function checkKeyType({ header, jwk }: { readonly header: JwtHeader; readonly jwk: Jwk }): void {
  if (keyTypes[String(header.alg).slice(0, 2)] !== jwk.kty) throw new RefusedToken('token-algorithm')
}

function subjectOf(payload: JwtPayload, auth: Auth, { clock }: Pick<AuthorizerPorts, 'clock'>): Verdict {
  const { exp, sub } = payload
  if (exp === undefined || !isSubject(sub)) return { kind: 'refused', reason: 'token-claims' }
  const expiresAt = Math.floor(Math.min(exp, maxEnd)) as EpochSeconds
  if (hasPassed(expiresAt, clock.now())) return { kind: 'refused', reason: 'token-expired' }
  const claim: unknown = payload[groupsClaimOf(auth)]
  const groups = [claim].flat().filter(group => typeof group === 'string')
  const sender = auth.senderClaim === undefined ? undefined : senderIn(payload[auth.senderClaim])
  if (auth.senderClaim !== undefined && sender === undefined) return { kind: 'refused', reason: 'token-sender' }
  return { kind: 'accepted', subject: sub, groups, expiresAt, sender }
}

/** Whether it may name a caller: RFC 7519 sets no limits, OpenID Connect 255 ASCII characters. */
function isSubject(text: unknown): text is string {
  return typeof text === 'string' && text.isWellFormed() && /^\P{Cc}{1,256}$/u.test(text)
}

function senderIn(claim: unknown): string | undefined {
  return typeof claim === 'string' ? parseSender(claim) : undefined
}

/** Errors of the library, and the reason of each; a class before those that it extends. */
const reasons = [
  [JwtParseError, 'token-malformed'],
  [JwtWithoutValidKidError, 'token-key-unknown'],
  [KidNotFoundInJwksError, 'token-key-unknown'],
  [JwtInvalidSignatureAlgorithmError, 'token-algorithm'],
  [JwtInvalidSignatureError, 'token-signature'],
  [JwtExpiredError, 'token-expired'],
  [JwtNotBeforeError, 'token-not-yet-valid'],
  [JwtInvalidIssuerError, 'token-issuer'],
  [JwtInvalidAudienceError, 'token-audience'],
  [CognitoJwtInvalidClientIdError, 'token-audience'],
  [CognitoJwtInvalidTokenUseError, 'token-use'],
  // What else the library compares: the use and type of the key that the token names.
  [FailedAssertionError, 'token-key-unknown'],
] as const satisfies readonly (readonly [abstract new (...args: never) => Error, TokenReason])[]

/** Returns the reason for which the token is refused; undefined if the error is about something else. */
function reasonOf(error: unknown): TokenReason | undefined {
  if (error instanceof RefusedToken) return error.reason
  return reasons.find(([type]) => error instanceof type)?.[1]
}
