import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { TokenContext } from '../shared/auth.ts'
import { assert } from '../shared/errors.ts'
import { type EpochMs, type EpochSeconds, hasPassed } from '../shared/time.ts'
import { tokenChallenge } from '../shared/token-refusal.ts'
import { type ApiRefusal, refuse } from './result.ts'

/** The access token of a request to the token API, as its authorizer has checked it. */
export interface AccessToken {
  /** The provider. */
  readonly issuer: string
  readonly subject: string
  readonly groups: readonly string[]
  readonly expiresAt: EpochSeconds
}

/**
 * Returns the token of a request; undefined if IAM has authorised the request. Throws if the authorizer's words are incomplete: then
 * nothing is known of the caller.
 */
export function accessTokenOf({ requestContext }: APIGatewayProxyEvent): AccessToken | undefined {
  // Only the authorizer of the token API adds to it; an API with IAM may have none, or an empty one.
  const context = requestContext.authorizer
  if (context === null || context === undefined || Object.keys(context).length === 0) return undefined
  const { issuer, subject, groups, expiresAt } = context as Partial<TokenContext>
  assert(
    issuer && subject && groups && /^\d{1,11}$/.test(expiresAt ?? ''),
    'the authorizer names issuer, subject, groups and end',
  )
  const names: unknown = JSON.parse(groups)
  assert(Array.isArray(names) && names.every(name => typeof name === 'string'), 'the authorizer lists groups')
  return { issuer, subject, groups: names, expiresAt: Number(expiresAt) as EpochSeconds }
}

/** Refuses a request whose token has expired since API Gateway cached the authorizer's result. */
export function refuseExpired(event: APIGatewayProxyEvent, now: EpochMs): ApiRefusal | undefined {
  const token = accessTokenOf(event)
  if (token === undefined || !hasPassed(token.expiresAt, now)) return undefined
  return refuse('token-expired', { headers: { 'www-authenticate': tokenChallenge.refused } })
}
