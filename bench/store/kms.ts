import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

/** Id of the key in KMS. */
export const kmsKeyId = 'mrk-1234abcd12ab34cd56ef1234567890ab'

/** Name of the secret that names a key in KMS. The secret `keys` has its own. */
export const kmsSecretName = 'keys-in-kms'

/** Time that KMS takes to sign, in milliseconds, besides the local signature. */
const kmsMs = 10

/** What Secrets Manager and KMS have. */
export interface Secrets {
  /** Secrets that GetSecretValue returns, by name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Private key with which KMS signs, in PEM. */
  readonly kmsPem: string
}

/** Makes a P-256 key for KMS, and the secrets of both kinds of deployments. They have the MAC keys of `secret`. */
export function localKms(secret: string): Secrets {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const signing = { keyPairId: 'KBENCHKMS', kmsKeyId, kmsAlgorithm: 'ECDSA_SHA_256' }
  return {
    secrets: { keys: secret, [kmsSecretName]: JSON.stringify({ ...(JSON.parse(secret) as object), signing }) },
    kmsPem: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
  }
}

/** The fields of a request to KMS's Sign that the bench reads. */
export interface KmsRequest {
  readonly KeyId: string
  /** In base64. */
  readonly Message: string
  readonly SigningAlgorithm: string
}

/** Signs as KMS does (AWS, "KMS Sign"), after the time that a call to it takes. */
export async function signAsKms({ KeyId, Message, SigningAlgorithm }: KmsRequest, key: KeyObject): Promise<object> {
  await sleep(kmsMs)
  const signature = sign('sha256', Buffer.from(Message, 'base64'), key)
  return { KeyId, Signature: signature.toString('base64'), SigningAlgorithm }
}
