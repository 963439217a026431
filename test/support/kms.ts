import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { KmsAlgorithm, KmsSigningKey } from '../../shared/keys.ts'
import { serveHere } from './serve.ts'
import { testSecret } from './keys.ts'

/** A signing key in KMS, with its public key for CloudFront and the secret that names it. */
export interface KeyInKms {
  readonly signing: KmsSigningKey
  readonly keyGroup: ReadonlyMap<string, KeyObject>
  /** Text of a secret that names the key, with the MAC keys of all tests. */
  readonly secret: string
  /** Returns the signature in base64: DER for ECDSA, PKCS #1 v1.5 for RSA. */
  signatureOf(message: string | Uint8Array): string
}

/** Makes a key as KMS would: P-256 or RSA-2048. */
export function keyInKms(kmsAlgorithm: KmsAlgorithm): KeyInKms {
  const { privateKey, publicKey } =
    kmsAlgorithm === 'ECDSA_SHA_256'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const named = { keyPairId: 'KTESTKMS0001', kmsKeyId: 'mrk-1234abcd12ab34cd56ef1234567890ab', kmsAlgorithm }
  return {
    signing: { kind: 'kms', ...named },
    keyGroup: new Map([[named.keyPairId, publicKey]]),
    secret: JSON.stringify({ ...(JSON.parse(testSecret) as object), signing: named }),
    signatureOf: message => sign('sha256', Buffer.from(message), privateKey).toString('base64'),
  }
}

/**
 * Serves KMS's Sign alone, in the form of its API reference, and GetSecretValue for the secret that names the key. KMS
 * fails in the Regions that are in `down` at that moment. `asked` has target and Region of each call to KMS. Ends with
 * the test.
 */
export async function startKms(
  key: KeyInKms,
  down: readonly string[] = [],
): Promise<{ readonly endpoint: string; readonly asked: string[] }> {
  const asked: string[] = []
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, region = '', service] =
      /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
    const input = (await json(request)) as Record<string, string>
    if (service === 'kms') asked.push(`${String(request.headers['x-amz-target'])} ${region}`)
    const fails = down.includes(region) ? ([500, { __type: 'KMSInternalException' }] as const) : undefined
    const [status, body] = service === 'kms' ? (fails ?? signed(input, key)) : [200, { SecretString: key.secret }]
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  }
  const { origin } = await serveHere((request, response) => void respond(request, response))
  return { endpoint: origin, asked }
}

function signed(
  { KeyId, Message = '', MessageType, SigningAlgorithm }: Record<string, string>,
  { signing, signatureOf }: KeyInKms,
): readonly [number, object] {
  if (KeyId !== signing.kmsKeyId) return [400, { __type: 'NotFoundException' }]
  const message = Buffer.from(Message, 'base64')
  const isValid = MessageType === 'RAW' && message.length > 0 && message.length <= 4096
  if (!isValid || SigningAlgorithm !== signing.kmsAlgorithm) return [400, { __type: 'ValidationException' }]
  const arn = `arn:aws:kms:us-east-1:111122223333:key/${KeyId}`
  return [200, { KeyId: arn, Signature: signatureOf(message), SigningAlgorithm }]
}
