import { generateKeyPairSync, sign } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { serveHere } from '../../support/serve.ts'
import { type ReceivedRequest, type Reply, standInCloudFront } from './stand-in-cloudfront.ts'
import { type JsonReply, standInSecretsManager } from './stand-in-secrets-manager.ts'

/** Returns a version id like those of Secrets Manager. */
export const versionId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** A KMS whose keys really sign. */
function standInKms() {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
  const keys = {
    'mrk-ec': { ...p256, spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256' },
    'mrk-rsa': { ...rsa, spec: 'RSA_2048', algorithm: 'RSASSA_PKCS1_V1_5_SHA_256' },
    'mrk-384': { ...p384, spec: 'ECC_NIST_P384', algorithm: 'ECDSA_SHA_384' },
  } as const
  function respond(operation: string, input: object): JsonReply {
    const { KeyId = '', Message = '', ...parameters } = input as Record<string, string>
    const key = keys[KeyId as keyof typeof keys]
    if (key === undefined) return { error: 'NotFoundException' }
    if (operation === 'GetPublicKey') {
      const der = key.publicKey.export({ type: 'spki', format: 'der' })
      return { ok: { KeyId, KeySpec: key.spec, PublicKey: der.toString('base64'), KeyUsage: 'SIGN_VERIFY' } }
    }
    if (parameters['MessageType'] !== 'RAW' || parameters['SigningAlgorithm'] !== key.algorithm) {
      return { error: 'InvalidKeyUsageException' }
    }
    const signature = sign('sha256', Buffer.from(Message, 'base64'), key.privateKey)
    return { ok: { KeyId, Signature: signature.toString('base64') } }
  }
  return { respond }
}

/**
 * Starts stand-ins of CloudFront, Secrets Manager and KMS on loopback, for the real adapters. If `loses` returns true,
 * a request is executed but gets no response: the connection ends instead.
 */
export async function controlPlane(now: () => number) {
  const cloudfront = standInCloudFront(now)
  const secrets = standInSecretsManager('once-keys', now)
  const kms = standInKms()
  const requests: string[] = []
  const faults = { loses: (_request: string) => false }
  secrets.make(versionId(0), 'K;8!a placeholder that CloudFormation generated', 'AWSCURRENT')

  async function execute(request: IncomingMessage): Promise<{ name: string; reply: Reply }> {
    const body = await text(request)
    const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
    if (service === '') {
      const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://here')
      const etag = request.headers['if-match']
      const received: ReceivedRequest = { method: request.method ?? '', path, query, ifMatch: etag, body }
      return { name: `${received.method} ${path}`, reply: cloudfront.respond(received) }
    }
    const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
    const input = JSON.parse(body) as object
    const isSecret = service === 'secretsmanager'
    const json = isSecret ? secrets.respond(operation, input, region) : kms.respond(operation, input)
    const reply = 'ok' in json ? { status: 200, body: json.ok } : { status: 400, body: { __type: json.error } }
    return { name: operation, reply: { status: reply.status, body: JSON.stringify(reply.body) } }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { name, reply } = await execute(request)
    requests.push(name)
    if (faults.loses(name)) return void request.socket.destroy()
    response.writeHead(reply.status, { 'content-type': 'application/xml', ...reply.headers })
    response.end(reply.body)
  }

  const { origin } = await serveHere((request, response) => void respond(request, response))
  return { origin, cloudfront, secrets, requests, faults }
}

/** The stand-ins, with what tests can inspect and break. */
export type ControlPlane = Awaited<ReturnType<typeof controlPlane>>
