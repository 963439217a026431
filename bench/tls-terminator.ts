import { once } from 'node:events'
import { Agent, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** What the terminator is told when it starts. */
export interface TerminatorOptions {
  readonly certificate: string
  readonly privateKey: string
  /** The text that GetSecretValue gives. */
  readonly secret: string
  /** Where everything else goes: `http://127.0.0.1:PORT`. */
  readonly upstream: string
}

/** To start, or to hand over the counts and begin again at zero. */
export type TerminatorQuestion = { readonly start: TerminatorOptions } | 'count'

/** The port it listens at, then requests by operation, such as `DeleteItem`. */
export type TerminatorAnswer = 'ready' | { readonly port: number } | Readonly<Record<string, number>>

/** Longer than any pause of the bench: AWS's ends don't hang up between two redemptions of a busy edge either. */
const keepAliveMs = 600_000

/** Shorter than what the server behind keeps a connection for, so that none is used that has just been closed. */
const upstreamIdleMs = 10_000

let counts: Record<string, number> = {}

async function start({ certificate, privateKey, secret, upstream }: TerminatorOptions): Promise<number> {
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: upstreamIdleMs })
  const options = { cert: certificate, key: privateKey, keepAliveTimeout: keepAliveMs, requestTimeout: 0 }
  const server = createServer(options, (request, response) => {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.')
    counts[operation] = (counts[operation] ?? 0) + 1
    const answer = service === 'secretsmanager' ? giveSecret(secret, response) : forward(request, response, agent)
    answer.catch((error: unknown) => {
      console.error(`the terminator could not pass on ${operation}:`, error)
      response.writeHead(502).end()
    })
  })
  async function forward(request: IncomingMessage, response: ServerResponse, agent: Agent): Promise<void> {
    const { method, url, headers } = request
    const passed = requestOf(new URL(url ?? '/', upstream), { method, headers, agent })
    passed.end(await buffer(request))
    const [answer] = (await once(passed, 'response')) as [IncomingMessage]
    const body = await buffer(answer)
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

async function giveSecret(secret: string, response: ServerResponse): Promise<void> {
  const body = JSON.stringify({ Name: 'keys', SecretString: secret, VersionStages: ['AWSCURRENT'] })
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const say = (answer: TerminatorAnswer) => process.send?.(answer)

process.once('disconnect', () => process.exit())
process.on('message', (question: TerminatorQuestion) => {
  if (question === 'count') {
    say(counts)
    counts = {}
    return
  }
  void start(question.start).then(port => say({ port }))
})
say('ready')
