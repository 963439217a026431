import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { callbackPath, type Login } from '../console/protocol.ts'
import { type Auth, parseAuth } from '../shared/callers/auth.ts'
import { assert } from '../shared/errors.ts'
import type { Issuer } from '../shared/callers/issuers.ts'

/** An OpenID provider on this machine, in memory, and what it is for. */
export interface LocalLogin {
  /** For the page. */
  readonly login: Login
  /** For the API: who logs in has links of their own; programs without a token are the local user, who has all. */
  readonly access: { readonly auth: Auth; readonly issuers: readonly Issuer[] }
  readonly listener: RequestListener
}

/** What the tokens of a local login are like. */
interface TokenOptions {
  /** For how long tokens of the API are valid. @default 300 */
  readonly tokenSeconds?: number
  /** The claim from which the API takes the sender; tokens have `name`. @default senders name it */
  readonly senderClaim?: string | undefined
}

/** The scope of the API: a token for a resource has one. */
const apiScope = 'links'

const group = 'senders'

/**
 * Makes the provider at `origin` for the page at `page`, both as `http://127.0.0.1:PORT`. Any name logs in, with any password, and is a
 * member of `senders`. Loads oidc-provider, which only this needs.
 */
export async function createLogin(
  origin: string,
  page: string,
  { tokenSeconds = 300, senderClaim }: TokenOptions = {},
): Promise<LocalLogin> {
  const { default: Provider } = await import('oidc-provider')
  const keys = newKeys()
  const login = {
    issuer: origin,
    clientId: 'page',
    scope: `openid profile ${apiScope}`,
    parameters: { resource: page },
    ...(senderClaim !== undefined && { isSenderFixed: true as const }),
  }
  const serve = new Provider(origin, configurationOf(login, keys.jwk, { page, tokenSeconds })).callback()
  // Its page would load a font from elsewhere. Between two people it has a form that a script sends.
  const policy = `default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; frame-ancestors 'none'`
  return {
    login,
    access: { auth: { ...authOf(origin, page, keys.publicJwk), senderClaim }, issuers },
    listener: (request, response) => {
      response.setHeader('content-security-policy', policy)
      void serve(request, response)
    },
  }
}

const issuers: readonly Issuer[] = [
  {
    id: 'local',
    principal: '000000000000',
    prefixes: [''],
    verbs: ['issue', 'upload', 'ask', 'exchange', 'admin'],
    ownSender: true,
  },
  { id: group, group, prefixes: [''], verbs: ['issue', 'upload', 'ask', 'read', 'revoke'], own: true, ownSender: true },
]

function newKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const about = { kid: 'local', alg: 'ES256', use: 'sig' }
  const [secret, open] = [privateKey.export({ format: 'jwk' }), publicKey.export({ format: 'jwk' })]
  return { jwk: { ...secret, ...about }, publicJwk: { ...open, ...about } }
}

/** Settings allow an issuer with https only, so its own follows. */
function authOf(issuer: string, audience: string, publicJwk: unknown): Auth {
  const parsed = parseAuth({ issuer: 'https://127.0.0.1', audience, jwks: { keys: [publicJwk] }, cacheSeconds: 0 })
  assert(parsed.ok, 'our settings are valid')
  return { ...parsed.value, issuer }
}

function configurationOf(
  { clientId, scope }: Login,
  jwk: JsonWebKey,
  { page, tokenSeconds }: { readonly page: string; readonly tokenSeconds: number },
): Configuration {
  const origins = [page, page.replace('127.0.0.1', 'localhost')]
  return {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: origins.map(each => each + callbackPath),
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientBasedCORS: (_, origin) => origins.includes(origin),
    findAccount: async (_, name) => ({ accountId: name, claims: async () => ({ sub: name, name }) }),
    claims: { openid: ['sub'], profile: ['name'] },
    conformIdTokenClaims: false,
    extraTokenClaims: async (_, token) => ({ groups: [group], ...('accountId' in token && { name: token.accountId }) }),
    // Without a second page, which would require consent.
    loadExistingGrant: async ({ oidc }) => grantOf(oidc, { scope, resource: page }),
    issueRefreshToken: async () => true,
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: async () => ({
          scope: apiScope,
          audience: page,
          accessTokenFormat: 'jwt',
          accessTokenTTL: tokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    jwks: { keys: [jwk] },
  }
}

async function grantOf(
  { provider, client, session }: KoaContextWithOIDC['oidc'],
  { scope, resource }: { readonly scope: string; readonly resource: string },
) {
  const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' })
  grant.addOIDCScope(scope)
  grant.addResourceScope(resource, apiScope)
  await grant.save()
  return grant
}
