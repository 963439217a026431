import { createPublicKey } from 'node:crypto'
import { GetPublicKeyCommand, KMSClient, type KMSClientConfig, SignCommand } from '@aws-sdk/client-kms'
import type { KmsAlgorithm } from '../../../shared/keys.ts'
import type { Kms } from '../ports.ts'

/** Timeout of a call with all its attempts, in milliseconds. */
const callMs = 10_000

/** Three attempts: none of these calls changes anything. */
const maxAttempts = 3

/** Specs of the keys that CloudFront supports too, with its algorithm (AWS, "Create key pairs for your signers"). */
const algorithms: Readonly<Record<string, KmsAlgorithm>> = {
  ECC_NIST_P256: 'ECDSA_SHA_256',
  RSA_2048: 'RSASSA_PKCS1_V1_5_SHA_256',
}

/** Creates a client of AWS KMS in one Region. */
export function kmsIn(config: KMSClientConfig): Kms {
  const client = new KMSClient({ maxAttempts, ...config })
  const limit = () => ({ abortSignal: AbortSignal.timeout(callMs) })
  return {
    async publicKey(keyId) {
      const { KeySpec = '', PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyId }), limit())
      const algorithm = algorithms[KeySpec]
      if (algorithm === undefined || PublicKey === undefined) {
        const allowed = Object.keys(algorithms).join(' or ')
        throw new Error(`KMS key ${keyId}: got KeySpec ${JSON.stringify(KeySpec)}, allowed: ${allowed}`)
      }
      const key = createPublicKey({ key: Buffer.from(PublicKey), type: 'spki', format: 'der' })
      return { pem: key.export({ type: 'spki', format: 'pem' }).toString(), algorithm }
    },
    async sign({ keyId, algorithm }, message) {
      // RAW: KMS hashes the message, so it must not be hashed already.
      const input = { KeyId: keyId, Message: message, MessageType: 'RAW', SigningAlgorithm: algorithm } as const
      const { Signature } = await client.send(new SignCommand(input), limit())
      if (Signature === undefined) throw new Error(`KMS key ${keyId} returned no signature`)
      return Signature
    },
  }
}
