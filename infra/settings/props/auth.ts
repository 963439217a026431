/** Prop `auth` of `OnceAtEdge`: the OpenID Connect provider whose access tokens the token API accepts. */
export interface AuthProps {
  /**
   * The provider's issuer identifier, exactly as its tokens have it in `iss`. May be a token of the CDK, such as
   * `userPool.userPoolProviderUrl`.
   */
  readonly issuer: string

  /**
   * What `aud` of a token must be or contain; with Amazon Cognito, the id of the app client. May be a token of the CDK, such as
   * `client.userPoolClientId`.
   */
  readonly audience: string

  /**
   * The claim that lists the groups of a token's subject.
   * @default - `cognito:groups` with Amazon Cognito, otherwise `groups`
   */
  readonly groupsClaim?: string | undefined

  /**
   * The provider's public keys, a JWK set: so nothing is fetched. Network `private` requires it. A rotation of the keys then
   * needs a deployment.
   * @default - they are fetched
   */
  readonly jwks?: { readonly keys: readonly Jwk[] } | undefined

  /**
   * Where the keys are fetched.
   * @default - as `/.well-known/openid-configuration` of the issuer says
   */
  readonly jwksUri?: string | undefined

  /**
   * Seconds for which API Gateway reuses a result for the same token, 0 to 60. No result outlives its token.
   * @default 60
   */
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
