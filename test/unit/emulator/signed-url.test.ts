import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { describe, expect, test } from 'vitest'
import { signCapability } from '../../../edge/redeem/capability.ts'
import { checkSignedUrl, type SignatureCheck } from '../../../emulator/cloudfront/signed-request.ts'
import { parseAddress } from '../../../shared/address.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { testKeyGroup, testKeys } from '../../support/keys.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/links.ts'

const pairs = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
}
const keyGroup: ReadonlyMap<string, KeyObject> = new Map(
  Object.entries(pairs).map(([name, { publicKey }]) => [name.replace('-', ''), publicKey]),
)
const url = 'https://files.example.com/a/b.pdf?x=1'
const address = '203.0.113.7'
const soon = new Date(noon + 30_000).toISOString()

type SignerInput = Parameters<typeof getSignedUrl>[0]

/** A URL as the official signer makes it, with a custom policy. */
function official(name: keyof typeof pairs, more: Partial<SignerInput> = {}): string {
  const privateKey = pairs[name].privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const input = { url, keyPairId: name.replace('-', ''), privateKey, dateLessThan: soon, ipAddress: '0.0.0.0/0' }
  return getSignedUrl({ ...input, ...more } as SignerInput)
}

const check = (signed: string, at: EpochMs = noon, from = address): SignatureCheck =>
  checkSignedUrl({ url: signed, address: from, now: at }, keyGroup)

/** A URL signed with any policy, also a malformed one. */
const withPolicy = (policy: unknown) =>
  official('RSA', { policy: typeof policy === 'string' ? policy : JSON.stringify(policy) })
const statement = (resource: string, condition: object = {}) => ({
  Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': noon / 1000 + 30 }, ...condition } }],
})

describe.each(['RSA', 'P-256'] as const)("the official signer's URLs with %s", name => {
  test.each<[string, Partial<SignerInput>]>([
    ['an end', {}],
    ['an end and SHA-256', { algorithm: 'SHA256' }],
    ['an address', { ipAddress: address }],
    ['a network and SHA-256', { ipAddress: '203.0.113.0/24', algorithm: 'SHA256' }],
  ])('are granted with %s', (_, more) => {
    expect(check(official(name, more))).toEqual({ kind: 'granted', url })
  })

  test('are refused from another address', () => {
    expect(check(official(name, { ipAddress: address }), noon, '203.0.113.8').kind).toBe('refused')
    expect(check(official(name, { ipAddress: address }), noon, '::ffff:203.0.113.7').kind).toBe('refused')
  })
})

describe('a refusal has the code of CloudFront', () => {
  test.each([
    ['no signature', url, 'MissingKey'],
    ['an unknown key', official('RSA').replace('Key-Pair-Id=RSA', 'Key-Pair-Id=K9'), 'InvalidKey'],
    ['a parameter added', `${official('RSA')}&y=2`, 'AccessDenied'],
    ['a parameter removed', official('RSA').replace('x=1&', ''), 'AccessDenied'],
    ['a parameter twice', `${official('RSA')}&Key-Pair-Id=RSA`, 'AccessDenied'],
    ['another object', official('RSA').replace('b.pdf', 'c.pdf'), 'AccessDenied'],
    ['a canned policy', `${official('RSA')}&Expires=${noon / 1000 + 30}`, 'AccessDenied'],
    ['white space', withPolicy(`${JSON.stringify(statement(url))} `), 'MalformedPolicy'],
    ['no end', withPolicy({ Statement: [{ Resource: url, Condition: {} }] }), 'MalformedPolicy'],
    ['an unknown condition', withPolicy(statement(url, { Referer: {} })), 'MalformedPolicy'],
    ['an IPv6 address', withPolicy(statement(url, { IpAddress: { 'AWS:SourceIp': '::1/128' } })), 'MalformedPolicy'],
  ])('%s', (_, signed, code) => {
    expect(check(signed)).toMatchObject({ kind: 'refused', code })
  })
})

test.each([
  ['https://files.example.com/a/b.pdf?x=1', true],
  ['https://files.example.com/a/b.pdf', false],
  ['https://files.example.com/a/*', true],
  ['https://files.example.com/a/*?x=1', true],
  ['https://files.example.com/?/b.pdf?x=1', true],
  ['https://files.example.com/a/b*f', false],
  ['https://files.example.com/b/*', false],
  ['https://*/a/b.pdf?x=1', true],
  ['https://*', true],
  ['https://files.example.com', false],
  ['https://other.example.com/*', false],
  ['*://files.example.com/*', true],
  ['http://files.example.com/*', false],
  ['*', true],
])('a policy for %s covers the URL: %s', (resource, granted) => {
  expect(check(withPolicy(statement(resource))).kind === 'granted').toBe(granted)
})

describe('a capability of ours', () => {
  const bearer = { viewer: parseAddress(address)!, isFirst: true, ipv6: false, secret: undefined }
  const to = { ...bearer, origin: 'https://files.example.com', expiresAt: secondsFromNoon(30) }
  const checkOurs = (signed: string) => checkSignedUrl({ url: signed, address, now: noon }, testKeyGroup)

  test('is refused if any bit is flipped', () => {
    for (const fields of [{}, { filename: 'Résumé.pdf' }]) {
      const { url: signed } = signCapability(makeLink(fields).link, testKeys.signing, to)
      expect(checkOurs(signed).kind).toBe('granted')
      const bytes = Buffer.from(signed)
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(checkOurs(flipped.toString('latin1')).kind, flipped.toString('latin1')).toBe('refused')
      }
    }
  })
})
