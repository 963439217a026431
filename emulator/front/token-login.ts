import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { APIGatewayAuthorizerResult } from 'aws-lambda'
import { keySource } from '../../api/authorizer/adapters/oidc-keys.ts'
import { createAuthorizer } from '../../api/authorizer/handler.ts'
import { sendProblem } from '../../console/messages.ts'
import type { Auth } from '../../shared/callers/auth.ts'
import { type EpochMs, plusMs } from '../../shared/time.ts'
import { tokenChallenge, tokenRefusalTitle, uncheckedToken } from '../../shared/api/token-refusal.ts'
import type { Parts } from '../api-functions.ts'

/** What the authorizer says of a request's token: API Gateway's `requestContext.authorizer`. */
export type AuthorizerContext = Readonly<Record<string, unknown>>

/** Checks the tokens of requests, as API Gateway does with the authorizer. */
export interface TokenLogin {
  /** Returns the context of a valid token; undefined if the request has none. Otherwise it sends a refusal, and returns `refused`. */
  check(request: IncomingMessage, response: ServerResponse): Promise<AuthorizerContext | 'refused' | undefined>
}

/** Most results that are kept. */
const maxResults = 1000

/** Creates the login, with the authorizer that ships and keys of the provider. A result is reused for the same token, for the seconds that the settings say. */
export function createTokenLogin(auth: Auth, { clock, log }: Parts): TokenLogin {
  const ports = { clock, keys: keySource(auth), log: (line: object) => log({ authorizer: auth.issuer, ...line }) }
  const authorize = createAuthorizer(ports, auth)
  const results = new Map<string, { readonly until: EpochMs; readonly result: APIGatewayAuthorizerResult }>()
  async function resultFor(header: string): Promise<APIGatewayAuthorizerResult> {
    const key = createHash('sha256').update(header).digest('base64url')
    const known = results.get(key)
    if (known !== undefined && clock.now() < known.until) return known.result
    const result = await authorize({ type: 'TOKEN', authorizationToken: header, methodArn: localArn })
    if (results.size >= maxResults) results.clear()
    results.set(key, { until: plusMs(clock.now(), auth.cacheSeconds * 1000), result })
    return result
  }
  return {
    async check({ headers }, response) {
      const { authorization: header } = headers
      if (header === undefined || !/^bearer /i.test(header)) return undefined
      try {
        const { principalId, policyDocument, context } = await resultFor(header)
        const isAllowed = policyDocument.Statement.every(({ Effect }) => Effect === 'Allow')
        return isAllowed ? { principalId, ...context } : refuse(response, context ?? {})
      } catch {
        return sendUnchecked(response)
      }
    },
  }
}

/** The API's ARN, as an authorizer gets it. */
const localArn = 'arn:aws:execute-api:us-east-1:000000000000:local/v1/GET/links'

function refuse(response: ServerResponse, context: AuthorizerContext): 'refused' {
  const { reason, detail } = context as { readonly reason: string; readonly detail: string }
  const challenge = reason === 'token-required' ? tokenChallenge.absent : tokenChallenge.refused
  const headers = { 'www-authenticate': challenge }
  sendProblem(response, { title: tokenRefusalTitle, status: 401, detail, reason, headers })
  return 'refused'
}

function sendUnchecked(response: ServerResponse): 'refused' {
  const { retryAfterSeconds, ...about } = uncheckedToken
  sendProblem(response, { ...about, status: 503, headers: { 'retry-after': String(retryAfterSeconds) } })
  return 'refused'
}
