import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Grantee, signCapability } from '../../../edge/redeem/capability.ts'
import { checkSignedUrl } from '../../../emulator/cloudfront/signed-request.ts'
import type { SigningKey } from '../../../shared/secrets/keys.ts'
import type { Link } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import { maxResourcePath, parseFilename, parseObjectKey, resourcePath } from '../../../shared/object-key.ts'
import { testKeyGroup, testKeys } from '../../support/keys/keys.ts'
import { makeLink, noon, secondsFromNoon } from '../../support/table/links.ts'

const viewer = parseAddress('203.0.113.7')!
const longestIpv6 = parseAddress('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')!
const unbound = { isFirst: true, ipv6: false, secret: undefined }
const to = { viewer, ...unbound, origin: 'https://files.example.com', expiresAt: secondsFromNoon(30) }
const rsa: SigningKey = {
  keyPairId: 'KRSA',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}

const keyGroup = new Map([...testKeyGroup, [rsa.keyPairId, createPublicKey(rsa.privateKey)]])
const link = (fields: Partial<Link> = {}) => makeLink(fields).link
const keyOf = (text: string) => parseObjectKey(text)!

/** What CloudFront would do at noon with a request for a URL. */
const verdictOn = (url: string) => checkSignedUrl({ url, address: '203.0.113.7', now: noon }, keyGroup).kind

/** Decodes a policy of a URL or a cookie (AWS, "Create a signed URL using a custom policy"). */
function decoded(policy: string): string {
  return Buffer.from(policy.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64').toString()
}

/** The one statement of a URL's policy. */
function statementOf(url: string) {
  const { Statement } = JSON.parse(decoded(new URL(url).searchParams.get('Policy') ?? '')) as {
    Statement: [{ Resource: string; Condition: { DateLessThan: { 'AWS:EpochTime': number } } }]
  }
  expect(Statement).toHaveLength(1)
  return Statement[0]
}

describe('a capability', () => {
  test('ends in the requested second, whatever the urlSeconds of the link', () => {
    const expiresAt = secondsFromNoon(7)
    const signed = signCapability(link({ urlSeconds: 5 }), testKeys.signing, { ...to, expiresAt })
    expect(signed.expiresAt).toBe(expiresAt)
    expect(statementOf(signed.url).Condition.DateLessThan['AWS:EpochTime']).toBe(expiresAt)
  })

  test('equals the URL of the official signer, byte for byte, with RSA', () => {
    const signed = signCapability(link({ key: keyOf('a b/ü+%.pdf') }), rsa, to)
    const official = getSignedUrl({
      url: signed.url.split('&Policy=')[0]!,
      keyPairId: rsa.keyPairId,
      privateKey: rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      dateLessThan: new Date(signed.expiresAt * 1000).toISOString(),
      ipAddress: '203.0.113.7',
      algorithm: 'SHA256',
    })
    expect(signed.url).toBe(official)
  })

  test('differs from the URL of the official signer only in the signature, with P-256', () => {
    const { keyPairId, privateKey } = testKeys.signing
    const signed = signCapability(link(), testKeys.signing, to)
    const official = getSignedUrl({
      url: signed.url.split('&Policy=')[0]!,
      keyPairId,
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      dateLessThan: new Date(signed.expiresAt * 1000).toISOString(),
      ipAddress: '203.0.113.7',
      algorithm: 'SHA256',
    })
    const withoutSignature = (url: string) => url.replace(/Signature=[^&]+/, '')
    expect(withoutSignature(signed.url)).toBe(withoutSignature(official))
  })

  test('is valid for its own URL only, whatever the key and file name', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    const inputs = fc.record({
      key: text,
      filename: fc.option(text, { nil: undefined }),
      privateKey: fc.constantFrom(testKeys.signing, rsa),
    })
    fc.assert(
      fc.property(inputs, ({ key, filename, privateKey }) => {
        const [object, name] = [parseObjectKey(key), filename === undefined ? undefined : parseFilename(filename)]
        fc.pre(object !== undefined)
        const { url } = signCapability(link({ key: object, ...(name && { filename: name }) }), privateKey, to)
        expect(verdictOn(url)).toBe('granted')
        const { Resource: resource } = statementOf(url)
        expect(url.startsWith(`${resource}&Policy=`)).toBe(true)
        expect(resource).not.toMatch(/[*\\]|\?.*\?/)
        expect(decodeURIComponent(new URL(url).pathname.slice(1))).toBe(object)
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['https://*.example.com', 'https://files.example.com\\', 'https://files?x'])(
    'is not signed for a host with a wildcard: %s',
    origin => {
      const fields = { filename: 'f' }
      expect(() => signCapability(link(fields), testKeys.signing, { ...to, origin })).toThrow('wildcard')
    },
  )

  describe('of a link that names a version', () => {
    const versionId = '3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH' as NonNullable<Link['versionId']>

    test('is valid for that version only, which comes after the file name', () => {
      const { url, location } = signCapability(link({ filename: 'f', versionId }), testKeys.signing, to)
      const path =
        '/report.pdf?response-content-disposition=attachment%3B%20filename%3D%22f%22%3B%20filename%2A%3DUTF-8%27%27f'
      expect(location.startsWith(`${path}&versionId=${versionId}&Policy=`)).toBe(true)
      expect(statementOf(url).Resource).toBe(`${to.origin}${path}&versionId=${versionId}`)
      expect(verdictOn(url)).toBe('granted')
      for (const changed of ['versionId=other&', '', 'versionId=null&']) {
        expect(verdictOn(url.replace(/versionId=[^&]+&/, changed)), changed).not.toBe('granted')
      }
    })

    test('for a folder names no version and no file name: its cookies open every file', () => {
      const fields = { key: keyOf('film/index.m3u8'), media: 'folder', versionId, filename: 'f' } as const
      const { location, cookies } = signCapability(link(fields), testKeys.signing, to)
      expect(location).toBe('/film/index.m3u8')
      expect(decoded(cookies?.values['CloudFront-Policy'] ?? '')).toContain(`"Resource":"${to.origin}/film/*"`)
    })
  })

  describe('with the longest path of any link, the longest host and the longest address', () => {
    const [key, filename] = [keyOf(`${'ü'.repeat(240)}/${'x'.repeat(200)}`), 'y'.repeat(200)]
    const longest = (versionId: string) =>
      link({ key, filename, versionId: versionId as NonNullable<Link['versionId']> })
    const shorter = resourcePath(longest('')).length
    const longLink = longest('v'.repeat(maxResourcePath - shorter))
    const grantee = {
      ...unbound,
      viewer: parseAddress('255.255.255.255')!,
      origin: `https://${'h'.repeat(253)}`,
      expiresAt: 4_294_967_295 as Link['expiresAt'],
    }

    const secret = { value: 's'.repeat(43), isBrought: true, isProgram: true }
    const bound = {
      'by CloudFront to an address': [longLink, grantee],
      'by the gate to an IPv6 address': [longLink, { ...grantee, viewer: longestIpv6, ipv6: true }],
      'to the client and an IPv6 address': [
        { ...longLink, bind: 'client' },
        { ...grantee, viewer: longestIpv6, ipv6: true, secret },
      ],
      'to the client and an IPv6 address, with the longest names for the access log': [
        { ...longLink, bind: 'client', size: 5_497_558_138_880 },
        { ...grantee, viewer: longestIpv6, ipv6: true, secret, isLogged: true },
      ],
      'by CloudFront to an address, with the longest names for the access log': [
        { ...longLink, size: 5_497_558_138_880 },
        { ...grantee, isLogged: true },
      ],
    } as const satisfies Record<string, readonly [Link, Grantee]>

    test.each(Object.entries(bound))('bound %s has a URL that CloudFront accepts', (_, [to, by]) => {
      const { url } = signCapability(to, { ...rsa, keyPairId: 'K2JCJMDEHXQW5F' }, by)
      expect(url.length).toBeGreaterThan(7800)
      expect(url.length).toBeLessThanOrEqual(8192)
    })
  })
})

describe('the committed vectors', () => {
  const vectors = JSON.parse(readFileSync(new URL('../../vectors/signed-urls.json', import.meta.url), 'utf8')) as {
    name: string
    link: Partial<Link>
    policy: string
    withoutSignature: string
    url: string
  }[]

  test.each(vectors.map(vector => [vector.name, vector] as const))('%s', (_, vector) => {
    const expiresAt = secondsFromNoon(link(vector.link).urlSeconds)
    const { url } = signCapability(link(vector.link), testKeys.signing, { ...to, expiresAt })
    expect(url.replace(/Signature=[^&]+/, 'Signature=')).toBe(vector.withoutSignature)
    // An ECDSA signature differs each time, so the committed one is verified, not compared.
    expect(verdictOn(vector.url)).toBe('granted')
    expect(decoded(new URL(url).searchParams.get('Policy') ?? '')).toBe(vector.policy)
  })
})
