import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import type { Capability, Grantee, signCapability } from '../../../edge/redeem/capability.ts'
import { parseAddress } from '../../../shared/address.ts'
import type { SigningKey } from '../../../shared/secrets/keys.ts'
import { binds, isClientBound, type Link } from '../../../shared/link.ts'
import { maxResourcePath, nameInKey, resourcePath } from '../../../shared/object-key.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { anyFilename, anyKey, anyVersionId } from './generated.ts'

const origin = 'https://files.example.com'

const anyRedemption = fc
  .record({
    key: anyKey,
    filename: fc.option(anyFilename, { nil: undefined }),
    versionId: fc.option(anyVersionId, { nil: undefined }),
    bind: fc.constantFrom(...binds),
    isFolder: fc.boolean(),
    viewer: fc.oneof(
      fc.ipV4(),
      // An IPv4-mapped address is the IPv4 address.
      fc.ipV6().filter(address => parseAddress(address)?.startsWith('6') === true),
    ),
    ipv6: fc.boolean(),
    seconds: fc.integer({ min: 1, max: 86_400 }),
  })
  // What the api does not issue, or the edge refuses before it signs.
  .filter(({ key, filename, versionId }) => resourcePath({ key, filename, versionId }).length <= maxResourcePath)
  .filter(({ isFolder, key }) => !isFolder || key.includes('/'))
  .filter(
    ({ viewer, ipv6, isFolder, bind }) =>
      !viewer.includes(':') || isClientBound(bind) || bind === 'none' || (ipv6 && !isFolder),
  )

/** A signing key, with its halves in PEM; `privateKey` only if botocore can sign with it. */
interface SigningPair {
  readonly key: SigningKey
  readonly publicKey: string
  readonly privateKey?: string
}

const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ format: 'pem', type }).toString()

/** Makes a new P-256 key. */
export function ecPair(): SigningPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { key: { keyPairId: 'KP256', privateKey }, publicKey: pem(publicKey, 'spki') }
}

/** Makes a new RSA key. */
export function rsaPair(): SigningPair {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { keyPairId: 'KRSA', privateKey } as const
  return { key, publicKey: pem(createPublicKey(privateKey), 'spki'), privateKey: pem(privateKey, 'pkcs8') }
}

/**
 * Has `sign` sign the capabilities of `count` generated redemptions, each with the next key, and returns them as capabilities.py
 * reads them. The same seed makes the same redemptions.
 */
export async function signedLines(
  { count, seed }: { readonly count: number; readonly seed: number },
  nextPair: (index: number) => SigningPair,
  sign: typeof signCapability,
): Promise<readonly object[]> {
  const lines: object[] = []
  for (const redemption of fc.sample(anyRedemption, { numRuns: count, seed })) {
    // The process that runs the tests wants to hear from this one.
    if (lines.length % 500 === 0) await setImmediate()
    lines.push(signedLine(redemption, nextPair(lines.length), sign))
  }
  return lines
}

type Redemption = typeof anyRedemption extends fc.Arbitrary<infer T> ? T : never

function signedLine(
  { key, filename, versionId, bind, isFolder, viewer, ipv6, seconds }: Redemption,
  { key: signingKey, ...pems }: SigningPair,
  sign: typeof signCapability,
): object {
  const fields = { key, bind, ...(filename && { filename }), ...(versionId && { versionId }) }
  const { link, nonce } = makeLink({ ...fields, ...(isFolder && { media: 'folder' }) } satisfies Partial<Link>)
  const secret = { value: link.id.padEnd(43, 'S'), isBrought: true, isProgram: true }
  const expiresAt = secondsFromNoon(seconds)
  const grantee = { viewer: parseAddress(viewer)!, isFirst: true, ipv6, origin, expiresAt, secret } satisfies Grantee
  const { url, cookies }: Capability = sign(link, signingKey, grantee)
  return {
    nonce,
    key,
    bind,
    viewer,
    ipv6,
    origin,
    expiresAt,
    url,
    filename: filename ?? nameInKey(key),
    secret: secret.value,
    ...(versionId && !isFolder && { versionId }),
    ...(isFolder && { cookies: cookies?.values }),
    ...pems,
    keyPairId: signingKey.keyPairId,
  }
}
