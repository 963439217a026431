/**
 * Refusals of tokens, in the order in which the authorizer checks. API Gateway sends them as `401`, before any function of the API
 * runs. The details hold nothing of a request; `CLAIM` is where that of `auth.senderClaim` goes. `token-expired` is also what the API says
 * of a cached result.
 */
export const tokenRefusals = {
  'token-required': 'Send an access token: Authorization: Bearer TOKEN.',
  'token-malformed': 'The token is no signed JWT, or is larger than 8 KB.',
  'token-type': 'The token is not an access token: its header has another typ, or critical extensions.',
  'token-algorithm':
    'The algorithm of the token must be RS256, RS384, RS512, ES256, ES384, ES512 or EdDSA, and fit its key.',
  'token-issuer': 'The token is from another issuer.',
  'token-key-unknown': 'The issuer has no such key: kid of the token names none of those that it publishes.',
  'token-signature': 'The signature of the token is wrong.',
  'token-expired': 'The token has expired. Get a new one.',
  'token-not-yet-valid': 'The token is not valid yet: its nbf is more than a minute ahead.',
  'token-audience': 'The token is for another audience.',
  'token-use': 'The token is not an access token of Amazon Cognito.',
  'token-claims': 'The token lacks exp, or has no sub of 1 to 256 characters.',
  'token-sender': 'The token lacks its sender in the claim CLAIM: 1 to 60 visible characters on one line.',
} as const

/** Reason of a refusal of a token. */
export type TokenReason = keyof typeof tokenRefusals

/** Title of all of them. */
export const tokenRefusalTitle = 'The access token was refused'

/** `WWW-Authenticate` of a response to a token that was refused, and to a request without one (RFC 6750, section 3). */
export const tokenChallenge = { refused: 'Bearer error="invalid_token"', absent: 'Bearer' } as const

/** What a caller gets while tokens can't be checked, because the issuer's keys can't be fetched: `503`. */
export const uncheckedToken = {
  reason: 'unavailable',
  title: 'The access token could not be checked',
  detail: 'The keys of its issuer could not be fetched. Nothing was done. Send it again.',
  retryAfterSeconds: 5,
} as const
