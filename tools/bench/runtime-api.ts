import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'

/** Lambda's Runtime API (AWS, "Using the Lambda runtime API"), for one runtime and one invocation at a time. */
export interface RuntimeApi {
  /** `127.0.0.1:PORT`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string
  /** Resolves when a runtime first asks for an event, and so has ended its init. */
  readonly initialized: Promise<void>
  /** Gives an event to the next runtime that asks for one. Rejects if the function or its loading fails, or after 20 s. */
  invoke(event: object): Promise<unknown>
  close(): Promise<void>
}

/** The current invocation. */
interface Invocation {
  readonly id: string
  readonly event: object
  readonly settle: { resolve(response: unknown): void; reject(error: Error): void }
}

const invocationMs = 20_000

/** Starts the API on a free port of loopback. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const initialized = Promise.withResolvers<void>()
  let count = 0
  let waiting: ServerResponse | undefined
  let current: Invocation | undefined
  function deliver(): void {
    if (waiting === undefined || current === undefined) return
    sendInvocation(waiting, current)
    waiting = undefined
  }
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      waiting = response
      initialized.resolve()
      return deliver()
    }
    const isResponse = request.url?.endsWith('/response') === true
    const body = isResponse ? await json(request) : await text(request)
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}')
    if (isResponse) current?.settle.resolve(body)
    else current?.settle.reject(new Error(`the runtime reported ${String(body)}`))
  }
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => void handle(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initialized: initialized.promise,
    async invoke(event) {
      const { promise, ...settle } = Promise.withResolvers<unknown>()
      current = { id: String((count += 1)), event, settle }
      deliver()
      const timer = setTimeout(() => settle.reject(new Error('the runtime did not respond in time')), invocationMs)
      return promise.finally(() => {
        clearTimeout(timer)
        current = undefined
      })
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function sendInvocation(response: ServerResponse, { id, event }: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': id,
    'lambda-runtime-deadline-ms': String(Date.now() + 5000),
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:111122223333:function:bench:1',
    'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
  })
  response.end(JSON.stringify(event))
}

/** AWS's own runtime client, aws-lambda-ric, or why it is missing. */
type RuntimeClient =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'missing'; readonly missing: string }

/** Finds the client if it is installed. */
export function installedRuntimeClient(): RuntimeClient {
  const folder = join(import.meta.dirname, 'runtime-client/node_modules/aws-lambda-ric')
  return existsSync(join(folder, 'rapid-client.node'))
    ? { kind: 'found', file: join(folder, 'index.mjs') }
    : { kind: 'missing', missing: 'aws-lambda-ric is not installed (npm ci --prefix tools/bench/runtime-client)' }
}
