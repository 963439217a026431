import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { KeySet } from '../../shared/auth.ts'

/** A provider of tokens in this process, with a key of each kind. */
export interface TestProvider {
  readonly issuer: string
  /** Returns the public keys that it publishes. */
  keys(): KeySet
  /** Replaces a key; the token of before has no key any more. `kid` may stay. */
  rotate(kid: string, next?: string): void
  /** Signs a token: `claims` and `header` replace parts of a valid one; undefined leaves a part out. */
  token(claims?: object, header?: object): string
  /** Returns the private key of `kid`. */
  privateKey(kid: string): KeyObject
}

const seconds = () => Math.floor(Date.now() / 1000)

/** Encodes a part of a token. */
export const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const kinds = {
  rsa: { alg: 'RS256', make: () => generateKeyPairSync('rsa', { modulusLength: 2048 }) },
  ec: { alg: 'ES256', make: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }) },
  ed: { alg: 'EdDSA', make: () => generateKeyPairSync('ed25519') },
} as const

type Pair = ReturnType<(typeof kinds)[keyof typeof kinds]['make']> & { readonly alg: string }

/** Makes a provider. Its keys are `rsa`, `ec` and `ed`, for RS256, ES256 and EdDSA; with `namesAlgorithms` off they lack `alg`. */
export function testProvider(
  issuer = 'https://login.example.com',
  { audience = 'https://links.example.com', namesAlgorithms = true } = {},
): TestProvider {
  const pairs = new Map<string, Pair>()
  const make = (kind: keyof typeof kinds) => ({ ...kinds[kind].make(), alg: kinds[kind].alg }) as Pair
  for (const kind of ['rsa', 'ec', 'ed'] as const) pairs.set(kind, make(kind))
  const pairOf = (kid: string) => pairs.get(kid) ?? [...pairs.values()][0]!
  return {
    issuer,
    keys() {
      const keys = [...pairs].map(([kid, { publicKey, alg }]) => ({
        ...publicKey.export({ format: 'jwk' }),
        ...(namesAlgorithms && { alg }),
        kid,
        use: 'sig',
      }))
      return { keys } as unknown as KeySet
    },
    rotate(kid, next = kid) {
      pairs.delete(kid)
      pairs.set(next, make('rsa'))
    },
    privateKey: kid => pairOf(kid).privateKey,
    token(claims = {}, header = {}) {
      const now = seconds()
      const payload = { iss: issuer, aud: audience, sub: 'reports', iat: now, exp: now + 300, ...claims }
      const kid = 'kid' in header ? String(header.kid) : 'rsa'
      const { privateKey, alg } = pairOf(kid)
      return signed({ alg, kid, typ: 'JWT', ...header }, payload, privateKey)
    },
  }
}

/** Signs what is given as `alg` of the key says: the header may lie. */
export function signed(header: object, payload: object, key: KeyObject): string {
  const input = `${part(header)}.${part(payload)}`
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** Makes a token whose signature is an HMAC with `secret`. */
export function macToken(header: object, payload: object, secret: string | Buffer): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
