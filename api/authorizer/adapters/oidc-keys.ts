import { fetch } from 'aws-jwt-verify/https'
import { type Auth, type KeySet, userPoolOf } from '../../../shared/callers/auth.ts'
import type { KeySource } from '../ports.ts'

/** Timeouts of one request, in milliseconds: of an idle connection, and of the whole response. Each request is made once. */
const timeouts = { timeout: 1500, responseTimeout: 2500 }

/**
 * Returns the keys of the settings, or fetches those of the provider over https: from `jwksUri`, or from where its discovery
 * document says (OpenID Connect Discovery 1.0, section 4). Follows no redirects.
 */
export function keySource(auth: Auth): KeySource {
  const { jwks } = auth
  if (jwks !== undefined) return { load: async () => jwks }
  let address: string | undefined
  return {
    async load() {
      address ??= auth.jwksUri ?? knownAddress(auth) ?? (await discover(auth))
      return usableKeys(await json(address))
    },
  }
}

/** Where Amazon Cognito has the keys of a user pool. */
function knownAddress(auth: Auth): string | undefined {
  return userPoolOf(auth) === undefined ? undefined : `${auth.issuer}/.well-known/jwks.json`
}

/** Reads where the keys are. The document must name the same issuer (section 4.3). */
async function discover({ issuer }: Auth): Promise<string> {
  const document = await json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const { issuer: named, jwks_uri: address } = (document ?? {}) as { issuer?: unknown; jwks_uri?: unknown }
  if (named !== issuer) throw new Error('the discovery document is of another issuer')
  if (typeof address !== 'string') throw new Error('the discovery document has no jwks_uri')
  return address
}

async function json(url: string): Promise<unknown> {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await fetch(url, timeouts)))
}

/** Returns the keys for signatures that a token can name. Providers also publish others. */
function usableKeys(document: unknown): KeySet {
  const { keys } = (document ?? {}) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the document is not a JWK set')
  return { keys: keys.filter(isUsable) as KeySet['keys'] }
}

function isUsable(key: unknown): boolean {
  const { kty, kid, use } = (key ?? {}) as { readonly kty?: unknown; readonly kid?: unknown; readonly use?: unknown }
  const isKnown = kty === 'RSA' || kty === 'EC' || kty === 'OKP'
  return isKnown && typeof kid === 'string' && (use === undefined || use === 'sig')
}
