import { once } from 'node:events'
import { Agent, type IncomingMessage, request as sendOn, type ServerResponse } from 'node:http'
import { buffer, json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { dynamodbError, type Fault } from './fault-server.ts'
import { serveHere } from '../machine/serve.ts'
import { itemIdOf } from '../table/simulated-dynamodb.ts'

/** Faults of one request and its response on a real connection. */
export const fates = [
  'reset before send',
  'reset after send',
  'black hole',
  'black hole though done',
  'slow response',
  'late execution',
  'duplicated request',
  'duplicated response',
  'reordered responses',
  'truncated, then reset',
  'truncated',
  '500',
  '500 though done',
  '503',
  'throttled',
  'write conflict',
] as const

/** A fault, or `fine` for none. */
export type Fate = (typeof fates)[number] | 'fine'

/** A request that the database has executed. */
export interface Execution {
  readonly operation: string
  readonly id: string
  readonly status: number
  readonly body: string
  /** What the sender added to its request under this name; the proxy removes it. */
  readonly requestNumber: string
}

/** Options of a proxy. */
export interface ProxyOptions {
  /** Called after each execution. */
  readonly onExecution?: (execution: Execution) => void
  /** Forwards at most one request per item at a time, so that `onExecution` is called in the order of execution. */
  readonly oneAtATime?: boolean
}

/** A proxy in front of a DynamoDB. */
export interface FaultProxy {
  readonly endpoint: string
  /** Lets the next writes to the item with this id meet these fates, one after another; later writes are fine. */
  plan(id: string, fates: readonly Fate[]): void
}

/** Milliseconds of a delay that is longer than an edge waits for one response. */
const lateMs = 1700

/** Starts a proxy in front of the DynamoDB at `endpoint`; ends with the test. */
export async function faultProxy(
  endpoint: string,
  { onExecution = () => undefined, oneAtATime = false }: ProxyOptions = {},
): Promise<FaultProxy> {
  const plans = new Map<string, Fate[]>()
  const agent = new Agent({ keepAlive: true })
  const queue = turnstile()
  const lastByItem = new Map<string, Promise<unknown>>()
  function inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (lastByItem.get(id) ?? Promise.resolve()).then(act)
    lastByItem.set(
      id,
      turn.catch(() => undefined),
    )
    return turn
  }
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const { requestNumber = '', ...input } = (await json(request)) as Parameters<typeof itemIdOf>[0] & {
      requestNumber?: string
    }
    const body = Buffer.from(JSON.stringify(input))
    const id = itemIdOf(input)
    const isWrite = operation === 'DeleteItem' || operation === 'UpdateItem'
    const fate = (isWrite ? plans.get(id)?.shift() : undefined) ?? 'fine'
    const executeNow = async () => {
      const result = await forward(endpoint, request, { body, agent })
      onExecution({ operation, id, status: result.status, body: result.body.toString(), requestNumber })
      return result
    }
    const execute = () => (oneAtATime ? inTurn(id, executeNow) : executeNow())
    await applyFate(fate, { request, response, execute, queue })
  }
  const { origin } = await serveHere((request, response) => {
    handle(request, response).catch(() => request.socket.destroy())
  })
  return { endpoint: origin, plan: (id, fates) => void plans.set(id, [...fates]) }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly queue: ReturnType<typeof turnstile>
  /** Forwards the request and resolves with the database's response. */
  execute(): Promise<StoreResponse>
}

async function applyFate(fate: Fate, { request, response, execute, queue }: Exchange): Promise<void> {
  const { socket } = request
  switch (fate) {
    case 'fine':
      return reply(response, await execute(), queue)
    case 'reset before send':
      return void socket.resetAndDestroy()
    case 'reset after send':
      await execute()
      return void socket.resetAndDestroy()
    case 'black hole':
      return undefined
    case 'black hole though done':
      return void (await execute())
    case 'slow response': {
      const result = await execute()
      await pause(lateMs)
      return reply(response, result, queue)
    }
    case 'late execution':
      await pause(lateMs)
      return reply(response, await execute(), queue)
    case 'duplicated request': {
      const result = await execute()
      reply(response, result, queue)
      return void (await execute())
    }
    case 'duplicated response': {
      const result = await execute()
      reply(response, result, queue)
      return void socket.write(rawOf(result))
    }
    case 'reordered responses': {
      const result = await execute()
      await queue.waitForAnother()
      return reply(response, result, queue)
    }
    case 'truncated, then reset': {
      const { status, headers, body } = await execute()
      response.writeHead(status, headers)
      response.write(body.subarray(0, body.length / 2), () => socket.resetAndDestroy())
      return undefined
    }
    case 'truncated': {
      const result = await execute()
      return reply(response, { ...result, body: result.body.subarray(0, result.body.length / 2) }, queue)
    }
    case '500 though done':
      await execute()
      return reply(response, canned(dynamodbError(500, 'InternalServerError')), queue)
    case '500':
      return reply(response, canned(dynamodbError(500, 'InternalServerError')), queue)
    case '503':
      return reply(response, canned(dynamodbError(503, 'ServiceUnavailable')), queue)
    case 'throttled':
      return reply(response, canned(dynamodbError(400, 'ThrottlingException')), queue)
    case 'write conflict':
      return reply(response, canned(dynamodbError(400, 'ReplicatedWriteConflictException')), queue)
  }
}

/** Delays a response until another one has overtaken it, or for 300 ms. */
function turnstile() {
  const waiting = new Set<() => void>()
  return {
    /** A response was sent. */
    passed() {
      for (const resolve of waiting) resolve()
      waiting.clear()
    },
    waitForAnother: () => Promise.race([new Promise<void>(resolve => waiting.add(resolve)), pause(300)]),
  }
}

interface StoreResponse {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
}

function canned(error: Fault): StoreResponse {
  if (typeof error !== 'object') throw new TypeError('not a response')
  return {
    status: error.status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(error.body),
  }
}

function reply(response: ServerResponse, { status, headers, body }: StoreResponse, queue: { passed(): void }): void {
  // By DynamoDB's checksum of the whole body the SDK would detect that half is missing.
  const { 'x-amz-crc32': _, 'content-length': __, ...others } = headers
  response.writeHead(status, { ...others, 'content-length': String(body.length) }).end(body)
  queue.passed()
}

function rawOf({ status, body }: StoreResponse): Buffer {
  const head = `HTTP/1.1 ${status} Again\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

async function forward(
  endpoint: string,
  { method, url, headers }: IncomingMessage,
  { body, agent }: { body: Buffer; agent: Agent },
): Promise<StoreResponse> {
  const sent = sendOn(endpoint + (url ?? ''), {
    ...(method && { method }),
    headers: { ...headers, 'content-length': body.length },
    agent,
  })
  sent.end(body)
  const [received] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: received.statusCode ?? 0, headers: received.headers, body: await buffer(received) }
}
