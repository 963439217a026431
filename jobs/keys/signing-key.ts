import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeysContext, PublicKey } from './ports.ts'
import type { StoredSigningKey } from './secret-value.ts'

/** Makes a new signing key of the wanted kind, and creates its public half at CloudFront. */
export async function newSigning({ ports, deployment, keySpec }: KeysContext): Promise<StoredSigningKey> {
  const { publicKey, privateKey } = ports.keyPair(keySpec)
  const keyPairId = await ports.cloudfront.createPublicKey(nameOf(publicKey, deployment.name), publicKey)
  return { keyPairId, privateKey }
}

/** Makes sure that CloudFront has the public half. Returns the signing key, with a new id if CloudFront had lost it. */
export async function ensurePublicKey(
  signing: StoredSigningKey,
  { ports, deployment }: KeysContext,
): Promise<StoredSigningKey> {
  const pem = publicHalf(signing.privateKey)
  const found = await ports.cloudfront.publicKey(signing.keyPairId)
  if (found !== undefined && isSameKey(found, pem)) return signing
  return { ...signing, keyPairId: await ports.cloudfront.createPublicKey(nameOf(pem, deployment.name), pem) }
}

/** Rejects unless CloudFront's public key of this id verifies what the signing key signs. */
export async function testSigning(signing: StoredSigningKey, { ports }: KeysContext): Promise<void> {
  const message = ports.random(32)
  const { keyPairId, privateKey } = signing
  const signature = sign('sha256', message, privateKey)
  const pem = await ports.cloudfront.publicKey(keyPairId)
  if (pem === undefined) throw new Error(`CloudFront has no public key ${keyPairId}`)
  if (!verify('sha256', message, pem, signature)) {
    throw new Error(`CloudFront's public key ${keyPairId} doesn't verify what the private key signs`)
  }
}

function publicHalf(privateKey: string): string {
  return createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }).toString()
}

/** Length of the hash in a public key's name, in hexadecimal digits: 64 bits. */
const hashLength = 16

/**
 * Returns the name of a public key at CloudFront: the deployment, and a hash of the key. The same key has the same
 * name, so it can be found after a lost response.
 */
function nameOf(pem: string, deployment: string): string {
  const hash = createHash('sha256').update(derOf(pem)).digest('hex').slice(0, hashLength)
  return `${deployment}-${hash}`
}

/** Returns whether a public key is this deployment's. Exact, since `once` must not remove the keys of `once-eu`. */
export function isOurs({ name }: PublicKey, deployment: string): boolean {
  const hash = name.slice(deployment.length + 1)
  return name === `${deployment}-${hash}` && hash.length === hashLength && /^[0-9a-f]+$/.test(hash)
}

/** Returns whether two PEM texts are the same key, even if their line ends differ. */
function isSameKey(pem: string, other: string): boolean {
  return derOf(pem).equals(derOf(other))
}

function derOf(pem: string): Buffer {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' })
}
