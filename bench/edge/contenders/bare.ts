import { createHmac, hash } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'

/**
 * The physical floor, by hand: one TLS connection, one signed DeleteItem, a 302. It checks no nonce, reads no secret,
 * signs no URL and repeats nothing. It starts to connect at the end of init without waiting for it, so that the CPU time of
 * TLS is init's where init has it, and keeps the connection. One request at a time, as Lambda sends them.
 */
declare const TABLE: string

const { env } = process
const region = env['AWS_REGION'] ?? ''
const endpoint = new URL(env['AWS_ENDPOINT_URL_DYNAMODB'] ?? `https://dynamodb.${region}.amazonaws.com`)

/** Timeout of the only attempt. */
const timeoutMs = 5_000
/** As the shipped edge has it (docs/decisions/0026-warm-up.md). */
const maxIdleMs = 45_000
/** A connection that was unused for longer may have been closed while Lambda had frozen the process. */
const freezableMs = 1_000

let session: Buffer | undefined
let received = ''
let signingKey: { readonly scope: string; readonly key: Buffer | string } | undefined
let pending: PromiseWithResolvers<Response> | undefined
let usedAt = Date.now()
let socket = open()

interface Response {
  readonly status: string
  readonly body: string
}

/** Viewer-request function of `/d/*`: sends 302 to a link's first viewer, 403 to others. */
export async function handler(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const { uri, headers } = event.Records[0]!.cf.request
  const key = await consume(uri.slice('/d/'.length))
  if (key === undefined) return { status: '403', statusDescription: 'Forbidden' }
  return {
    status: '302',
    statusDescription: 'Found',
    headers: {
      location: [{ key: 'Location', value: `https://${headers['host']?.[0]?.value}/${key}` }],
      'cache-control': [{ key: 'Cache-Control', value: 'no-store' }],
    },
  }
}

/** Deletes the link and returns its object key; undefined if there is no valid link. */
async function consume(nonce: string): Promise<string | undefined> {
  const body = JSON.stringify({
    TableName: TABLE,
    Key: { id: { S: nonce } },
    ConditionExpression: 'attribute_exists(id) AND expiresAt > :now',
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1000)) } },
    ReturnValues: 'ALL_OLD',
  })
  const response = await send(sign(body))
  if (response.status === '400' && response.body.includes('ConditionalCheckFailedException')) return undefined
  if (response.status !== '200') throw new Error(`DynamoDB sent ${response.status}`)
  const { Attributes } = JSON.parse(response.body) as { Attributes?: { key?: { S: string } } }
  return Attributes?.key?.S
}

async function send(request: string): Promise<Response> {
  const idleMs = Date.now() - usedAt
  if (idleMs > freezableMs) await new Promise(setImmediate)
  if (!socket.writable || idleMs > maxIdleMs) {
    socket.destroy()
    socket = open()
  }
  pending = Promise.withResolvers()
  received = ''
  socket.write(request)
  const response = await pending.promise
  usedAt = Date.now()
  return response
}

/** Starts to connect. A request can be written at once: TLS sends it after the handshake. */
function open(): TLSSocket {
  const opened = connect({
    host: endpoint.hostname,
    port: Number(endpoint.port || 443),
    servername: endpoint.hostname,
    ALPNProtocols: ['http/1.1'],
    session,
  })
  const fail = (error: Error) => socket === opened && pending?.reject(error)
  opened.setNoDelay(true).setEncoding('latin1').setTimeout(timeoutMs)
  opened.on('session', ticket => (session = ticket))
  opened.on('data', receive)
  opened.on('timeout', () => pending && opened.destroy(new Error(`no response in ${timeoutMs} ms`)))
  opened.on('error', fail)
  opened.on('close', () => fail(new Error('the connection was closed')))
  return opened
}

function receive(text: string): void {
  received += text
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received.slice(0, headEnd))?.[1])
  const body = received.slice(headEnd + 4)
  if (body.length < length) return
  pending?.resolve({ status: received.slice(9, 12), body: Buffer.from(body, 'latin1').toString() })
  pending = undefined
}

/** Returns the bytes of a DeleteItem (AWS, "Create a signed AWS API request"). */
function sign(body: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const token = `x-amz-security-token:${env['AWS_SESSION_TOKEN']}`
  const target = 'x-amz-target:DynamoDB_20120810.DeleteItem'
  const headers = [
    'content-type:application/x-amz-json-1.0',
    `host:${endpoint.host}`,
    `x-amz-date:${time}`,
    token,
    target,
  ]
  const names = headers.map(line => line.slice(0, line.indexOf(':'))).join(';')
  const canonical = `POST\n/\n\n${headers.join('\n')}\n\n${names}\n${hash('sha256', body)}`
  const scope = `${time.slice(0, 8)}/${region}/dynamodb/aws4_request`
  if (signingKey?.scope !== scope) signingKey = { scope, key: deriveKey(scope) }
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
  const signature = hmac(signingKey.key, text).toString('hex')
  const credential = `Credential=${env['AWS_ACCESS_KEY_ID']}/${scope}`
  const authorization = `authorization:AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`
  const length = `content-length:${Buffer.byteLength(body)}`
  return `${['POST / HTTP/1.1', ...headers, authorization, length].join('\r\n')}\r\n\r\n${body}`
}

function deriveKey(scope: string): Buffer | string {
  return scope.split('/').reduce<Buffer | string>(hmac, `AWS4${env['AWS_SECRET_ACCESS_KEY']}`)
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
