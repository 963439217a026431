import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { LinkItem } from '../../../shared/table/link-item.ts'

/** The service's identity in PEM, and what it returns. */
interface ServiceOptions {
  readonly certificate: string
  readonly privateKey: string
  /** Text of the secret that Secrets Manager returns. */
  readonly secret: string
  /** The item that each write to DynamoDB found, under the key of the write. */
  readonly item: LinkItem
}

/** Starts the service, or asks for the counts since the last time. */
export type ServiceQuestion = ({ readonly kind: 'start' } & ServiceOptions) | { readonly kind: 'count' }

/** First `ready`; then the port after a start, or the numbers of requests by operation, such as `DeleteItem`. */
export type ServiceAnswer = 'ready' | { readonly port: number } | Readonly<Record<string, number>>

/** Longer than any pause of the bench: AWS keeps connections open between redemptions of a busy edge, too. */
const keepAliveMs = 600_000

let counts: Record<string, number> = {}

/**
 * Starts Secrets Manager and DynamoDB behind TLS on a free port of loopback. It evaluates no condition: what is measured is
 * the CPU and the wait of the function that calls, so each write finds the link.
 */
async function start({ certificate, privateKey, secret, item }: ServiceOptions): Promise<number> {
  const options = { cert: certificate, key: privateKey, keepAliveTimeout: keepAliveMs, requestTimeout: 0 }
  const current = JSON.stringify({ Name: 'keys', SecretString: secret, VersionStages: ['AWSCURRENT'] })
  const server = createServer(options, (request, response) => {
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.')
    counts[operation] = (counts[operation] ?? 0) + 1
    void json(request).then(input => {
      const { Key } = input as { readonly Key?: LinkItem }
      const isSecret = service === 'secretsmanager'
      return send(response, isSecret ? current : JSON.stringify({ Attributes: { ...item, ...Key } }))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

function send(response: ServerResponse, body: string): void {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'content-length': Buffer.byteLength(body) }
  response.writeHead(200, headers).end(body)
}

const say = (answer: ServiceAnswer) => process.send?.(answer)

process.once('disconnect', () => process.exit())
process.on('message', (question: ServiceQuestion) => {
  if (question.kind === 'start') return void start(question).then(port => say({ port }))
  say(counts)
  counts = {}
})
say('ready')
