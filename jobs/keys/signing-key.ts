import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { type EpochSeconds, plusSeconds } from '../../shared/time.ts'
import type { KeysContext, PublicKey } from './ports.ts'
import { withoutReceiptSeconds } from './periods.ts'
import type { FormerSigningText, SecretValue, StoredSigningKey } from './secret-value.ts'

/** Returns whether a rotation needs a new signing key: always, unless the current one is the wanted key in KMS. */
export function needsNewKey(current: StoredSigningKey, { kmsKeyId }: KeysContext): boolean {
  return !('kmsKeyId' in current) || current.kmsKeyId !== kmsKeyId
}

/** Returns whether a signing key is of the wanted kind: the wanted key in KMS, or one in the secret of the wanted spec. */
export function isWanted(signing: StoredSigningKey, { kmsKeyId, keySpec }: KeysContext): boolean {
  if ('kmsKeyId' in signing) return signing.kmsKeyId === kmsKeyId
  return kmsKeyId === undefined && createPrivateKey(signing.privateKey).asymmetricKeyType === keyTypes[keySpec]
}

const keyTypes = { 'P-256': 'ec', 'RSA-2048': 'rsa' } as const

/**
 * Returns the key that signs for links without a receipt beside a next signing key in KMS: the one in the secret that KMS
 * replaces, for as long as links live at most. That is long enough if the api issues no such links any more: so once KMS is to
 * sign, an api that does must be deployed before the keys functions are. A former key stays until its last link has expired.
 */
export function formerKeyBeside(
  next: StoredSigningKey,
  { signing, withoutReceipt }: SecretValue,
  { now, maxLinkSeconds }: { readonly now: EpochSeconds; readonly maxLinkSeconds: number },
): FormerSigningText | undefined {
  if (!('kmsKeyId' in next)) return undefined
  if ('kmsKeyId' in signing) return withoutReceipt && now < withoutReceipt.until ? withoutReceipt : undefined
  const { keyPairId, privateKey } = signing
  return { keyPairId, privateKey, until: plusSeconds(now, withoutReceiptSeconds(maxLinkSeconds)) }
}

/** Returns whether `next` signs for all links without a receipt for which `current` signs. */
export function keepsFormerKey(
  next: SecretValue,
  { signing, withoutReceipt }: SecretValue,
  now: EpochSeconds,
): boolean {
  if (!('kmsKeyId' in next.signing)) return true
  const needed = 'kmsKeyId' in signing ? withoutReceipt && now < withoutReceipt.until && withoutReceipt : signing
  return !needed || next.withoutReceipt?.keyPairId === needed.keyPairId
}

/** Makes a new signing key, or uses the wanted key in KMS, and creates its public half at CloudFront. */
export async function newSigning({ ports, deployment, kmsKeyId, keySpec }: KeysContext): Promise<StoredSigningKey> {
  if (kmsKeyId !== undefined) {
    const { pem, algorithm } = await ports.kms.publicKey(kmsKeyId)
    const keyPairId = await ports.cloudfront.createPublicKey(nameOf(pem, deployment.name), pem)
    return { keyPairId, kmsKeyId, kmsAlgorithm: algorithm }
  }
  const { publicKey, privateKey } = ports.keyPair(keySpec)
  const keyPairId = await ports.cloudfront.createPublicKey(nameOf(publicKey, deployment.name), publicKey)
  return { keyPairId, privateKey }
}

/**
 * Makes sure that CloudFront has the public half. Returns the same signing key, with a new id if CloudFront had lost
 * it.
 */
export async function ensurePublicKey<K extends StoredSigningKey>(
  signing: K,
  { ports, deployment }: KeysContext,
): Promise<K> {
  const pem = 'kmsKeyId' in signing ? (await ports.kms.publicKey(signing.kmsKeyId)).pem : publicHalf(signing.privateKey)
  const found = await ports.cloudfront.publicKey(signing.keyPairId)
  if (found !== undefined && isSameKey(found, pem)) return signing
  return { ...signing, keyPairId: await ports.cloudfront.createPublicKey(nameOf(pem, deployment.name), pem) }
}

/** Rejects unless CloudFront's public key of this id verifies what the signing key signs. */
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
