import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer, json } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { type KmsRequest, type Secrets, signAsKms } from './kms.ts'

/** Options of the terminator. */
export interface TerminatorOptions extends Secrets {
  readonly certificate: string
  readonly privateKey: string
  /** Origin that gets all other requests, `http://127.0.0.1:PORT`. */
  readonly upstream: string
}

/** Starts the terminator, asks for the counts since the last time, or makes it close its connections, which are idle. */
export type TerminatorQuestion =
  | ({ readonly kind: 'start' } & TerminatorOptions)
  | { readonly kind: 'count' }
  | { readonly kind: 'hang-up' }

/** First `ready`; then the port after a start, or numbers: requests by operation, such as `DeleteItem`, or connections. */
export type TerminatorAnswer = 'ready' | { readonly port: number } | Readonly<Record<string, number>>

/** Longer than any pause of the bench: AWS keeps connections open between redemptions of a busy edge, too. */
const keepAliveMs = 600_000

/** Shorter than the idle timeout of the upstream server, so that no closed connection is used. */
const upstreamIdleMs = 10_000

let counts: Record<string, number> = {}
const connections = new Set<TLSSocket>()

async function start({ certificate, privateKey, upstream, ...own }: TerminatorOptions): Promise<number> {
  const kmsKey = createPrivateKey(own.kmsPem)
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: upstreamIdleMs })
  const options = { cert: certificate, key: privateKey, keepAliveTimeout: keepAliveMs, requestTimeout: 0 }
  const server = createServer(options, (request, response) => {
    if (request.method === 'HEAD') return sendObject(response)
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.')
    counts[operation] = (counts[operation] ?? 0) + 1
    const responding =
      service === 'secretsmanager'
        ? sendJson(async () => secretFor(await json(request), own.secrets), response)
        : service === 'TrentService'
          ? sendJson(async () => signAsKms((await json(request)) as KmsRequest, kmsKey), response)
          : forward(request, response, agent)
    responding.catch((error: unknown) => {
      console.error(`the terminator could not forward ${operation}:`, error)
      response.writeHead(502).end()
    })
  })
  async function forward(request: IncomingMessage, response: ServerResponse, agent: Agent): Promise<void> {
    const { method, url, headers } = request
    const forwarded = requestOf(new URL(url ?? '/', upstream), { method, headers, agent })
    forwarded.end(await buffer(request))
    const [upstreamResponse] = (await once(forwarded, 'response')) as [IncomingMessage]
    const body = await buffer(upstreamResponse)
    response.writeHead(upstreamResponse.statusCode ?? 502, upstreamResponse.headers).end(body)
  }
  server.on('secureConnection', socket => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** What HeadObject returns for each object of a bucket with versions. */
const objectHeaders = {
  'content-length': '482113',
  'content-type': 'application/pdf',
  etag: '"9b2cf535f27731c974343645a3985328"',
  'x-amz-version-id': '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
}

function sendObject(response: ServerResponse): void {
  counts['HeadObject'] = (counts['HeadObject'] ?? 0) + 1
  response.writeHead(200, objectHeaders).end()
}

function secretFor(input: unknown, secrets: Secrets['secrets']): object {
  const { SecretId: Name } = input as { readonly SecretId: string }
  return { Name, SecretString: secrets[Name], VersionStages: ['AWSCURRENT'] }
}

async function sendJson(make: () => Promise<object>, response: ServerResponse): Promise<void> {
  const body = JSON.stringify(await make())
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const say = (answer: TerminatorAnswer) => process.send?.(answer)

process.once('disconnect', () => process.exit())
process.on('message', (question: TerminatorQuestion) => {
  if (question.kind === 'hang-up') {
    for (const connection of connections) connection.end()
    say({ connections: connections.size })
    return
  }
  if (question.kind === 'count') {
    say(counts)
    counts = {}
    return
  }
  void start(question).then(port => say({ port }))
})
say('ready')
