import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { bodyOf } from '../../console/messages.ts'
import { isLoopbackAddress } from '../../shared/local/loopback.ts'

/** Credentials that a database accepts, and no others. */
export interface DatabaseCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Largest request of DynamoDB, in bytes (AWS, "Service, account, and table quotas": BatchWriteItem, 16 MB). */
const maxRequestBytes = 16 * 1024 * 1024

/**
 * Lets only holders of `credentials` reach the handler that `server` has now: a `POST` to `/`, signed in its headers (AWS,
 * "Signature Version 4"), without `Origin`, to 127.0.0.1. dynalite itself checks no signature, and lets every web page read
 * its responses. The time of a signature is not checked: who can copy a request from loopback has the machine already.
 */
export function onlyOwnClients(server: Server, { accessKeyId, secretAccessKey }: DatabaseCredentials): void {
  const handlers = server.listeners('request') as RequestListener[]
  const isSigned = createVerifier(accessKeyId, secretAccessKey)
  server.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!mayAsk(request)) return refuse(response, 403, 'AccessDeniedException')
    const pass = (body: Buffer | undefined) => {
      if (body === undefined) return refuse(response, 413, 'RequestTooLargeException')
      if (!isSigned(request, body)) return refuse(response, 400, 'UnrecognizedClientException')
      for (const handle of handlers) replay(request, body, each => handle(each, response))
    }
    bodyOf(request, maxRequestBytes).then(pass, () => response.destroy())
  })
}

/** Calls a handler with a request whose body was read already. Of requests, dynalite uses only what this one has. */
function replay(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  handle: (request: IncomingMessage) => void,
): void {
  const request = Object.assign(new EventEmitter(), { method, url, headers })
  handle(request as IncomingMessage)
  request.emit('data', body)
  request.emit('end')
}

/** Whether the head may be that of an SDK on this machine. No browser sends a page's `POST` without `Origin`. */
function mayAsk({ method, url, headers }: IncomingMessage): boolean {
  return method === 'POST' && url === '/' && headers.origin === undefined && isLoopbackAddress(headers.host)
}

/** Largest number of keys to keep: one for each Region and day. */
const maxKeys = 100

const authorizationForm =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/((\d{8})\/[a-z0-9-]+\/dynamodb\/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

/** Returns a function that says whether a request is signed with these credentials. It derives a scope's key once. */
function createVerifier(accessKeyId: string, secretAccessKey: string) {
  const keys = new Map<string, Uint8Array>()
  function keyFor(scope: string): Uint8Array {
    const known = keys.get(scope)
    const key = known ?? scope.split('/').reduce(hmac, Buffer.from(`AWS4${secretAccessKey}`))
    if (known === undefined && keys.size < maxKeys) keys.set(scope, key)
    return key
  }
  return ({ headers }: IncomingMessage, body: Buffer): boolean => {
    const [, keyId, scope = '', day, names = '', signature = ''] =
      authorizationForm.exec(headers.authorization ?? '') ?? []
    const time = String(headers['x-amz-date'])
    const signed = names.split(';')
    if (keyId !== accessKeyId || !time.startsWith(`${day}T`)) return false
    if (!['host', 'x-amz-date', 'x-amz-target'].every(name => signed.includes(name))) return false
    const lines = signed.map(name => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}\n`)
    const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${hash('sha256', body)}`
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
    return timingSafeEqual(hmac(keyFor(scope), text), Buffer.from(signature, 'hex'))
  }
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}

/** Refuses as DynamoDB does. The rest of the request, if any, is not read: the connection ends. */
function refuse(response: ServerResponse, status: number, name: string): void {
  const message = "Only the emulator's own programs may use its tables."
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${name}`, message })
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' }).end(body)
}
