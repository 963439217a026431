import { once } from 'node:events'
import { Agent, type IncomingMessage, request as sendOn, type ServerResponse } from 'node:http'
import { buffer, json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { dynamodbError, type Fault as Answer } from './fault-server.ts'
import { serveHere } from './serve.ts'
import { itemIdOf } from './simulated-dynamodb.ts'

/** What can become of one request and its answer on a real connection. */
export const fates = [
  'reset before send',
  'reset after send',
  'black hole',
  'black hole though done',
  'slow answer',
  'late execution',
  'duplicated request',
  'duplicated answer',
  'reordered answers',
  'truncated, then reset',
  'truncated',
  '500',
  '500 though done',
  '503',
  'throttled',
  'write conflict',
] as const

/** One of them, or nothing of the kind. */
export type Fate = (typeof fates)[number] | 'fine'

/** A request that the database has carried out. */
export interface Execution {
  readonly operation: string
  readonly id: string
  readonly status: number
  readonly body: string
  /** What the sender added to its request under this name; the database doesn't get to see it. */
  readonly opening: string
}

/** How a proxy is watched. */
export interface ProxyOptions {
  readonly onExecution?: (execution: Execution) => void
  readonly oneAtATime?: boolean
}

/** A proxy in front of a DynamoDB. */
export interface FaultProxy {
  readonly endpoint: string
  /** The next writes to the item of that id meet these, one after the other; then all is fine. */
  plan(id: string, fates: readonly Fate[]): void
}

/** Milliseconds that something comes late: more than an edge waits for one answer. */
const latenessMs = 1700

/**
 * Starts a proxy in front of the DynamoDB at `endpoint`; ended with the test. `onExecution` hears of all that was done;
 * it hears in the order in which it was done if at most one request an item is let through at a time.
 */
export async function faultProxy(
  endpoint: string,
  { onExecution = () => undefined, oneAtATime = false }: ProxyOptions = {},
): Promise<FaultProxy> {
  const plans = new Map<string, Fate[]>()
  const agent = new Agent({ keepAlive: true })
  const queue = turnstile()
  const turns = new Map<string, Promise<unknown>>()
  function inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(act)
    turns.set(
      id,
      turn.catch(() => undefined),
    )
    return turn
  }
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const { opening = '', ...input } = (await json(request)) as Parameters<typeof itemIdOf>[0] & { opening?: string }
    const body = Buffer.from(JSON.stringify(input))
    const id = itemIdOf(input)
    const isWrite = operation === 'DeleteItem' || operation === 'UpdateItem'
    const fate = (isWrite ? plans.get(id)?.shift() : undefined) ?? 'fine'
    const carryOut = async () => {
      const answer = await forward(endpoint, request, { body, agent })
      onExecution({ operation, id, status: answer.status, body: answer.body.toString(), opening })
      return answer
    }
    const execute = () => (oneAtATime ? inTurn(id, carryOut) : carryOut())
    await meet(fate, { request, response, execute, queue })
  }
  const { origin } = await serveHere((request, response) => {
    pass(request, response).catch(() => request.socket.destroy())
  })
  return { endpoint: origin, plan: (id, fates) => void plans.set(id, [...fates]) }
}

interface Passage {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly queue: ReturnType<typeof turnstile>
  execute(): Promise<Forwarded>
}

async function meet(fate: Fate, { request, response, execute, queue }: Passage): Promise<void> {
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
    case 'slow answer': {
      const answer = await execute()
      await pause(latenessMs)
      return reply(response, answer, queue)
    }
    case 'late execution':
      await pause(latenessMs)
      return reply(response, await execute(), queue)
    case 'duplicated request': {
      const answer = await execute()
      reply(response, answer, queue)
      return void (await execute())
    }
    case 'duplicated answer': {
      const answer = await execute()
      reply(response, answer, queue)
      return void socket.write(rawOf(answer))
    }
    case 'reordered answers': {
      const answer = await execute()
      await queue.letPass()
      return reply(response, answer, queue)
    }
    case 'truncated, then reset': {
      const { status, headers, body } = await execute()
      response.writeHead(status, headers)
      response.write(body.subarray(0, body.length / 2), () => socket.resetAndDestroy())
      return undefined
    }
    case 'truncated': {
      const answer = await execute()
      return reply(response, { ...answer, body: answer.body.subarray(0, answer.body.length / 2) }, queue)
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

/** An answer held back here goes on when another one has overtaken it, or soon after. */
function turnstile() {
  const waiting = new Set<() => void>()
  return {
    passed() {
      for (const go of waiting) go()
      waiting.clear()
    },
    letPass: () => Promise.race([new Promise<void>(resolve => waiting.add(resolve)), pause(300)]),
  }
}

interface Forwarded {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
}

function canned(answer: Answer): Forwarded {
  if (typeof answer !== 'object') throw new TypeError('not an answer')
  return {
    status: answer.status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(answer.body),
  }
}

function reply(response: ServerResponse, { status, headers, body }: Forwarded, queue: { passed(): void }): void {
  // DynamoDB's checksum is of the whole body; with it the SDK would see by itself that half is missing.
  const { 'x-amz-crc32': _, 'content-length': __, ...others } = headers
  response.writeHead(status, { ...others, 'content-length': String(body.length) }).end(body)
  queue.passed()
}

function rawOf({ status, body }: Forwarded): Buffer {
  const head = `HTTP/1.1 ${status} Again\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

async function forward(
  endpoint: string,
  { method, url, headers }: IncomingMessage,
  { body, agent }: { body: Buffer; agent: Agent },
): Promise<Forwarded> {
  const sent = sendOn(endpoint + (url ?? ''), {
    ...(method && { method }),
    headers: { ...headers, 'content-length': body.length },
    agent,
  })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) }
}
