import { hash } from 'node:crypto'
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda'
import type { Auth, TokenContext } from '../../shared/callers/auth.ts'
import { rootErrorName } from '../../shared/errors.ts'
import { type TokenReason, tokenRefusals } from '../../shared/api/token-refusal.ts'
import type { AuthorizerPorts } from './ports.ts'
import { createVerifyToken, type TokenSubject } from './verify.ts'

/** A Lambda authorizer of type TOKEN (API Gateway, "Input to an API Gateway Lambda authorizer"). */
export type Authorizer = (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>

/**
 * Creates the function that API Gateway calls with the header `Authorization` of each request to the token API. A valid token is
 * allowed to call every method: results are cached by token alone, and the functions decide by its subject and groups. A token that
 * is refused gets a denial whose context says why. Rejects if tokens can't be checked, which API Gateway doesn't cache.
 */
export function createAuthorizer(ports: AuthorizerPorts, auth: Auth): Authorizer {
  const verify = createVerifyToken(auth, ports)
  return async ({ authorizationToken, methodArn }) => {
    const startedAt = ports.clock.now()
    const log = (line: Omit<Parameters<AuthorizerPorts['log']>[0], 'ms'>) =>
      ports.log({ ...line, ms: ports.clock.now() - startedAt })
    try {
      const token = tokenIn(authorizationToken)
      const verdict =
        token === undefined ? ({ kind: 'refused', reason: 'token-required' } as const) : await verify(token)
      if (verdict.kind === 'accepted') return allow(verdict, auth, methodArn)
      log({ outcome: 'refused', reason: verdict.reason })
      return deny(verdict.reason, auth, methodArn)
    } catch (error) {
      log({ outcome: 'failed', reason: 'unavailable', error: rootErrorName(error) })
      throw new Error('the token could not be checked', { cause: error })
    }
  }
}

/** Returns the token of a header `Authorization: Bearer TOKEN` (RFC 6750, section 2.1); undefined if it has none. */
function tokenIn(header: string | undefined): string | undefined {
  return /^Bearer +([^\s,]+)$/i.exec(header ?? '')?.[1]
}

function allow(
  { subject, groups, expiresAt, sender }: TokenSubject,
  { issuer }: Auth,
  methodArn: string,
): APIGatewayAuthorizerResult {
  const context: TokenContext = {
    issuer,
    subject,
    groups: JSON.stringify(groups),
    expiresAt: String(expiresAt),
    ...(sender !== undefined && { sender }),
  }
  return { ...policy('Allow', methodArn, subjectHash(issuer, subject)), context: { ...context } }
}

function deny(reason: TokenReason, { senderClaim = '' }: Auth, methodArn: string): APIGatewayAuthorizerResult {
  const detail = tokenRefusals[reason].replace('CLAIM', senderClaim)
  return { ...policy('Deny', methodArn, 'refused'), context: { reason, detail } }
}

/** Returns 22 characters that stand for a subject in the access log, which doesn't name it. */
function subjectHash(issuer: string, subject: string): string {
  return hash('sha256', JSON.stringify([issuer, subject]), 'base64url').slice(0, 22)
}

/** Returns a policy about all methods of the API's stage, which has the first two parts of the method's ARN. */
function policy(effect: 'Allow' | 'Deny', methodArn: string, principalId: string): APIGatewayAuthorizerResult {
  const [api = '', stage = ''] = methodArn.split('/')
  const statement = { Effect: effect, Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*` }
  return { principalId, policyDocument: { Version: '2012-10-17', Statement: [statement] } }
}
