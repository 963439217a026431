import type { TokenReason } from '../../../shared/api/token-refusal.ts'
import { macToken, part, signed, type TestProvider, testProvider } from './tokens.ts'

/** A bad token: what is wrong, the token, and why it is refused. */
export type BadToken = readonly [title: string, token: string, reason: TokenReason]

/** Returns bad tokens for a provider, most of which it has signed itself. */
export function badTokens(provider: TestProvider): readonly BadToken[] {
  return [
    ...badClaims(provider),
    ...badHeaders(provider),
    ...forged(provider),
    ...badLengths(provider),
    ...malformed(provider),
  ]
}

function badClaims({ issuer, audience, token }: TestProvider): readonly BadToken[] {
  const now = Math.floor(Date.now() / 1000)
  return [
    ['of another issuer', testProvider('https://evil.example.com').token(), 'token-issuer'],
    ['of an issuer that differs in a slash', token({ iss: `${issuer}/` }), 'token-issuer'],
    ['of several issuers', token({ iss: [issuer] }), 'token-malformed'],
    ['without an issuer', token({ iss: undefined }), 'token-issuer'],
    ['for another audience', token({ aud: 'https://other.example.com' }), 'token-audience'],
    ['for two other audiences', token({ aud: ['a', 'b'] }), 'token-audience'],
    ['for no audience', token({ aud: undefined }), 'token-audience'],
    ['for an audience that begins in the same way', token({ aud: `${audience}/admin` }), 'token-audience'],
    ['that expired an hour ago', token({ exp: now - 3600 }), 'token-expired'],
    ['that expired a second ago: there is no leeway', token({ exp: now - 1 }), 'token-expired'],
    ['without an end', token({ exp: undefined }), 'token-claims'],
    ['with an end that is text', token({ exp: '9999999999' }), 'token-malformed'],
    ['that starts in an hour', token({ nbf: now + 3600 }), 'token-not-yet-valid'],
    ['without a subject', token({ sub: undefined }), 'token-claims'],
    ['with an empty subject', token({ sub: '' }), 'token-claims'],
    ['with a subject of two lines', token({ sub: 'a\nb' }), 'token-claims'],
    ['with a subject that is no Unicode', token({ sub: '\ud800' }), 'token-claims'],
    ['with a long subject', token({ sub: 'x'.repeat(257) }), 'token-claims'],
  ]
}

function badHeaders({ token }: TestProvider): readonly BadToken[] {
  return [
    ['PS256', token({}, { alg: 'PS256' }), 'token-algorithm'],
    ['RS256 by a key for ES256', token({}, { kid: 'ec', alg: 'RS256' }), 'token-algorithm'],
    ['ES256 by a key for RS256', token({}, { kid: 'rsa', alg: 'ES256' }), 'token-algorithm'],
    ['EdDSA by a key for RS256', token({}, { kid: 'rsa', alg: 'EdDSA' }), 'token-algorithm'],
    ['with the kid of no key', token({}, { kid: 'of-no-key' }), 'token-key-unknown'],
    ['with a kid that is a path', token({}, { kid: '../../dev/null' }), 'token-key-unknown'],
    ['with the kid of every object', token({}, { kid: '__proto__' }), 'token-key-unknown'],
    ['without kid', token({}, { kid: undefined }), 'token-key-unknown'],
    ['with a critical extension', token({}, { crit: ['exp'], exp: 4_000_000_000 }), 'token-type'],
    ['with an empty list of them', token({}, { crit: [] }), 'token-type'],
    ['with an unencoded payload', token({}, { crit: ['b64'], b64: false }), 'token-type'],
    ['for a logout', token({}, { typ: 'logout+jwt' }), 'token-type'],
    ['of a typ that is no text', token({}, { typ: 7 }), 'token-type'],
  ]
}

/** Tokens that others have made, with what they may know: a good token, and the public keys. */
function forged(provider: TestProvider): readonly BadToken[] {
  const [, payload = '', signature = ''] = provider.token().split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const header = { alg: 'RS256', kid: 'rsa', typ: 'JWT' }
  const own = testProvider()
  const by = (more: object) => signed({ ...header, ...more }, claims, own.privateKey('rsa'))
  const publicKey = JSON.stringify(provider.keys().keys.find(({ kid }) => kid === 'rsa'))
  const withHeader = (more: object) => `${part({ kid: 'rsa', ...more })}.${payload}.${signature}`
  return [
    ['alg none, with the signature of another', withHeader({ alg: 'none' }), 'token-algorithm'],
    ['alg none, without a signature', `${part({ alg: 'none', kid: 'rsa' })}.${payload}.`, 'token-malformed'],
    ['alg NONE', withHeader({ alg: 'NONE' }), 'token-algorithm'],
    ['without alg', withHeader({}), 'token-algorithm'],
    ['HS256 with the public key', macToken({ ...header, alg: 'HS256' }, claims, publicKey), 'token-algorithm'],
    ['with a key of its own in jwk', by({ jwk: own.keys().keys[0] }), 'token-signature'],
    ['with jku', by({ jku: 'https://evil.example.com/keys' }), 'token-signature'],
    ['with x5u', by({ x5u: 'https://evil.example.com/certificate' }), 'token-signature'],
    ['with x5c', by({ x5c: ['MIIB'] }), 'token-signature'],
    ['by another key of the same name', by({}), 'token-signature'],
    ['with a changed claim', `${part(header)}.${part({ ...claims, sub: 'admin' })}.${signature}`, 'token-signature'],
    ['with a cut signature', `${part(header)}.${payload}.${signature.slice(0, 20)}`, 'token-signature'],
  ]
}

/** Signatures of other lengths than the 64 bytes of ES256; 8 bytes are one in DER. */
function badLengths({ token }: TestProvider): readonly BadToken[] {
  const unsigned = token({}, { kid: 'ec' }).replace(/[^.]+$/, '')
  const der = Buffer.from('3006020101020101', 'hex')
  return [der, ...[1, 32, 63, 65, 96, 132].map(length => Buffer.alloc(length, 1))].map(signature => [
    `ES256 with a signature of ${signature.length} bytes`,
    `${unsigned}${signature.toString('base64url')}`,
    'token-signature',
  ])
}

function malformed({ token }: TestProvider): readonly BadToken[] {
  const [, payload = '', signature = ''] = token().split('.')
  const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`
  return [
    ['with a kid that is no text', `${part({ alg: 'RS256', kid: 7 })}.${payload}.${signature}`, 'token-malformed'],
    ['with four parts', `${token()}.x`, 'token-malformed'],
    ['with five, encrypted', 'a.b.c.d.e', 'token-malformed'],
    ['that is no JSON', 'e30x.e30x.e30x', 'token-malformed'],
    ['that is a JSON list', `${part([])}.${part([])}.${signature}`, 'token-malformed'],
    ['that is deep', `${Buffer.from(deep).toString('base64url')}.${payload}.${signature}`, 'token-malformed'],
    ['of more than 8,192 characters', token({ more: 'x'.repeat(8192) }), 'token-malformed'],
    ['of garbage', Buffer.from('garbage').toString('base64url'), 'token-malformed'],
    ['of one character', 'x', 'token-malformed'],
  ]
}
