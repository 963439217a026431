import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import type { KeySet } from '../../../shared/callers/auth.ts'

/** A provider of tokens in this process, with a key of each kind. */
export interface TestProvider {
  readonly issuer: string
  readonly audience: string
  /** Returns the public keys that it publishes. */
  keys(): KeySet
  /** Returns its keys with their private parts, for a server. */
  privateKeys(): readonly JsonWebKey[]
  /** Replaces a key by a new RSA key, named `next`; the name may stay. */
  rotate(kid: string, next?: string): void
  /** Signs a token: `claims` and `header` replace parts of a valid one; undefined leaves a part out. */
  token(claims?: object, header?: object): string
  /** Returns the private key of `kid`. */
  privateKey(kid: string): KeyObject
}

/** Encodes a part of a token. */
export const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const kinds = {
  rsa: { alg: 'RS256', make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }) },
  ec: { alg: 'ES256', make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  ed: { alg: 'EdDSA', make: () => generateKeyPairSync('ed25519') },
} as const

/** Keys and the algorithm of their signatures. */
interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly alg: string
}

const makePair = (kind: keyof typeof kinds): Pair => ({ ...kinds[kind].make(), alg: kinds[kind].alg })

/** What a provider is like. */
export interface TestProviderOptions {
  /** @default https://links.example.com */
  readonly audience?: string
  /** Whether its keys name their algorithm. @default true */
  readonly namesAlgorithms?: boolean
}

/** Makes a provider. Its keys are `rsa`, `ec` and `ed`, for RS256, ES256 and EdDSA. */
export function testProvider(
  issuer = 'https://login.example.com',
  { audience = 'https://links.example.com', namesAlgorithms = true }: TestProviderOptions = {},
): TestProvider {
  const pairs = new Map<string, Pair>((['rsa', 'ec', 'ed'] as const).map(kind => [kind, makePair(kind)]))
  const first = [...pairs.values()][0]!
  const jwk = (key: KeyObject, kid: string, alg: string) => ({
    ...key.export({ format: 'jwk' }),
    ...(namesAlgorithms && { alg }),
    kid,
    use: 'sig',
  })
  return {
    issuer,
    audience,
    keys: () =>
      ({ keys: [...pairs].map(([kid, { publicKey, alg }]) => jwk(publicKey, kid, alg)) }) as unknown as KeySet,
    privateKeys: () => [...pairs].map(([kid, { privateKey, alg }]) => jwk(privateKey, kid, alg)),
    rotate(kid, next = kid) {
      pairs.delete(kid)
      pairs.set(next, makePair('rsa'))
    },
    privateKey: kid => (pairs.get(kid) ?? first).privateKey,
    token(claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000)
      const payload = { iss: issuer, aud: audience, sub: 'reports', iat: now, exp: now + 300, ...claims }
      const kid = 'kid' in header ? String(header.kid) : 'rsa'
      const { privateKey, alg } = pairs.get(kid) ?? first
      return signed({ alg, kid, typ: 'JWT', ...header }, payload, privateKey)
    },
  }
}

/** Signs with SHA-256 as the kind of key says; the header may say something else. */
export function signed(header: object, payload: object, key: KeyObject): string {
  const input = `${part(header)}.${part(payload)}`
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** Makes a token whose signature is an HMAC with `secret`. */
export function macToken(header: object, payload: object, secret: string): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
