import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { getSignedCookies } from '@aws-sdk/cloudfront-signer'
import { describe, expect, test } from 'vitest'
import { checkSignedContent, type SignatureCheck } from '../../../emulator/cloudfront/signed-request.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { noon } from '../../support/links.ts'

const pairs = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
}
type Algorithm = keyof typeof pairs
const idOf = (name: Algorithm) => name.replace('-', '')
const keyGroup: ReadonlyMap<string, KeyObject> = new Map(
  (Object.keys(pairs) as Algorithm[]).map(name => [idOf(name), pairs[name].publicKey]),
)
const host = 'https://files.example.com'
const url = `${host}/film/07.m4s`
const address = '203.0.113.7'
const soon = new Date(noon + 30_000).toISOString()

/** What makes the signer write a custom policy. */
const custom = { url, dateLessThan: soon, ipAddress: '0.0.0.0/0' }

const secretOf = (name: Algorithm) => ({
  keyPairId: idOf(name),
  privateKey: pairs[name].privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
})

type SignerInput = Parameters<typeof getSignedCookies>[0]
/** Options of the signer; `policy` for a custom policy. */
type More = Pick<SignerInput, 'algorithm'> & { ipAddress?: string; policy?: string }

/** The official signer's cookies, as a browser's Cookie header. */
function official(name: Algorithm, more: More = {}): string {
  const input = { ...secretOf(name), ...('policy' in more ? {} : custom), ...more }
  return headerOf(getSignedCookies(input as SignerInput))
}

const headerOf = (cookies: object) =>
  Object.entries(cookies)
    .map(pair => pair.join('='))
    .join('; ')

const statement = (resource: string | undefined, condition: object = {}) =>
  JSON.stringify({
    Statement: [
      { Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': noon / 1000 + 30 }, ...condition } },
    ],
  })

/** Cookies for everything in a folder, for one address. */
const folder = (name: Algorithm, more: More = {}) =>
  official(name, { policy: statement(`${host}/film/*`, { IpAddress: { 'AWS:SourceIp': `${address}/32` } }), ...more })

interface RequestOptions {
  readonly url?: string
  readonly from?: string
  readonly at?: number
}

function check(
  cookies: string,
  { url: requestUrl = url, from = address, at = noon }: RequestOptions = {},
): SignatureCheck {
  return checkSignedContent({ url: requestUrl, cookies, address: from, now: at as EpochMs }, keyGroup)
}

const code = (result: SignatureCheck) => (result.kind === 'refused' ? result.code : result.kind)

describe.each(['RSA', 'P-256'] as const)("the official signer's cookies with %s", name => {
  test.each<[string, string]>([
    ['an end', official(name)],
    ['a folder', folder(name)],
    ['a folder and SHA-256', folder(name, { algorithm: 'SHA256' })],
    ['a wildcard for one character', official(name, { policy: statement(`${host}/film/0?.m4s`) })],
    ['a wildcard for its scheme', official(name, { policy: statement('*://files.example.com/film/*') })],
    ['other cookies around them', `a=1; __Host-once=x;${folder(name)}; CloudFront-Policy2=x; b="c;d"`],
    ['reversed order', folder(name).split('; ').toReversed().join('; ')],
  ])('are granted with %s', (_, cookies) => {
    expect(check(cookies)).toEqual({ kind: 'granted', url })
  })
})

describe('cookies are refused', () => {
  const plain = folder('P-256', { algorithm: 'SHA256' })
  const without = (cookie: string) =>
    plain
      .split('; ')
      .filter(pair => !pair.startsWith(cookie))
      .join('; ')
  test.each<[string, string, string]>([
    ['if there are none', '', 'MissingKey'],
    ['with the right names in another value', 'session=CloudFront-Key-Pair-Id=P256', 'MissingKey'],
    ['without the key id', without('CloudFront-Key-Pair-Id'), 'MissingKey'],
    ['of one key with the key id of another', plain.replace('Id=P256', 'Id=RSA'), 'AccessDenied'],
    ['without a policy', without('CloudFront-Policy'), 'AccessDenied'],
    ['without a signature', without('CloudFront-Signature'), 'AccessDenied'],
    ['without the name of the hash', without('CloudFront-Hash'), 'AccessDenied'],
    ['with a policy and an end', `${plain}; CloudFront-Expires=${noon / 1000 + 30}`, 'AccessDenied'],
    ['with names in lower case', plain.replaceAll('CloudFront', 'cloudfront'), 'MissingKey'],
    ['in quotes', plain.replace(/Policy=([^;]*)/, 'Policy="$1"'), 'AccessDenied'],
    ['that were percent-encoded', plain.replaceAll('_', '%5F'), 'AccessDenied'],
    ['with a space before the equals sign', plain.replace('Signature=', 'Signature ='), 'AccessDenied'],
    ['with a tab between them', plain.replace('; CloudFront-Signature', ';\tCloudFront-Signature'), 'AccessDenied'],
    ['with commas between them', plain.replaceAll('; ', ', '), 'InvalidKey'],
  ])('%s', (_, cookies, expected) => {
    expect(code(check(cookies))).toBe(expected)
  })

  test.each(['Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'])(
    'if %s comes twice, with the same value or not',
    parameter => {
      const name = `CloudFront-${parameter}`
      const pair = plain.split('; ').find(each => each.startsWith(name)) ?? ''
      expect(check(plain).kind).toBe('granted')
      for (const twin of [pair, `${name}=x`, `${name}=`, name]) {
        expect(check(`${plain}; ${twin}`).kind, twin).toBe('refused')
        expect(check(`${twin}; ${plain}`).kind, twin).toBe('refused')
      }
    },
  )
})

describe('a URL with signature parameters is checked by them only', () => {
  const cookies = folder('P-256', { algorithm: 'SHA256' })

  test.each(['Policy', 'Expires', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'])(
    'and is refused with %s alone, even with valid cookies',
    parameter => {
      expect(check(cookies, { url: `${url}?y=1` }).kind).toBe('granted')
      expect(check(cookies, { url: `${url}?y=1&${parameter}=x` }).kind).toBe('refused')
      expect(check(cookies, { url: `${url}?${parameter}` }).kind).toBe('refused')
    },
  )
})
