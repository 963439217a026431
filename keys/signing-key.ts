import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { KeysContext, PublicKey } from './ports.ts'
import type { StoredSigningKey } from './secret-value.ts'

/** Whether the next value of the secret needs another signing key: always, unless KMS has the one that is wanted. */
export function needsNewKey(current: StoredSigningKey, { kmsKeyId }: KeysContext): boolean {
  return !('kmsKeyId' in current) || current.kmsKeyId !== kmsKeyId
}

/** A signing key that nobody used before, or the wanted one of KMS, with its public half at CloudFront. */
export async function newSigning({ ports, deployment, kmsKeyId }: KeysContext): Promise<StoredSigningKey> {
  if (kmsKeyId !== undefined) {
    const { pem, algorithm } = await ports.kms.publicKey(kmsKeyId)
    const keyPairId = await ports.cloudfront.createPublicKey(nameOf(pem, deployment.name), pem)
    return { keyPairId, kmsKeyId, kmsAlgorithm: algorithm }
  }
  const { publicKey, privateKey } = ports.keyPair()
  const keyPairId = await ports.cloudfront.createPublicKey(nameOf(publicKey, deployment.name), publicKey)
  return { keyPairId, privateKey }
}

/** The same signing key, known to CloudFront: under a new id if CloudFront has lost the one it had. */
export async function ensurePublicKey(
  signing: StoredSigningKey,
  { ports, deployment }: KeysContext,
): Promise<StoredSigningKey> {
  const pem = 'kmsKeyId' in signing ? (await ports.kms.publicKey(signing.kmsKeyId)).pem : publicHalf(signing.privateKey)
  const held = await ports.cloudfront.publicKey(signing.keyPairId)
  if (held !== undefined && isSameKey(held, pem)) return signing
  return { ...signing, keyPairId: await ports.cloudfront.createPublicKey(nameOf(pem, deployment.name), pem) }
}

/** Rejects unless what this key signs is what CloudFront verifies under its id. */
export async function testSigning(signing: StoredSigningKey, { ports }: KeysContext): Promise<void> {
  const message = ports.random(32)
  const { keyPairId } = signing
  const signature =
    'kmsKeyId' in signing
      ? await ports.kms.sign({ keyId: signing.kmsKeyId, algorithm: signing.kmsAlgorithm }, message)
      : sign('sha256', message, signing.privateKey)
  const pem = await ports.cloudfront.publicKey(keyPairId)
  if (pem === undefined) throw new Error(`CloudFront has no public key ${keyPairId}`)
  if (!verify('sha256', message, pem, signature)) {
    throw new Error(`CloudFront's public key ${keyPairId} doesn't verify what the private key signs`)
  }
}

function publicHalf(privateKey: string): string {
  return createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' }).toString()
}

/** Characters of a public key's name that tell it from others of the deployment: 64 bits of its hash. */
const markLength = 16

/**
 * What a public key is called at CloudFront: the deployment, and a hash of the key. The same key has the same name, so
 * that it can be found again when CloudFront's answer was lost.
 */
export function nameOf(pem: string, deployment: string): string {
  const mark = createHash('sha256').update(derOf(pem)).digest('hex').slice(0, markLength)
  return `${deployment}-${mark}`
}

/** Whether a public key is this deployment's. Exactly so: `once` must not take away the keys of `once-eu`. */
export function isOurs({ name }: PublicKey, deployment: string): boolean {
  const mark = name.slice(deployment.length + 1)
  return name === `${deployment}-${mark}` && mark.length === markLength && /^[0-9a-f]+$/.test(mark)
}

/** Whether two PEM texts are the same key, whatever their line ends. */
export function isSameKey(pem: string, other: string): boolean {
  return derOf(pem).equals(derOf(other))
}

function derOf(pem: string): Buffer {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' })
}
