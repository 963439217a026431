import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import * as v from 'valibot'
import { describeInvalid, type InvalidField, parsedText, readFields, wholeNumber } from '../../shared/fields.ts'
import { securityHeaders, problemText, problemType } from '../../shared/http.ts'
import { parseNonce } from '../../shared/nonce.ts'
import type { RaceResult } from './protocol.ts'

/** Who races for what. */
export interface Race {
  /** `/d/<nonce>`: asked for at each edge in turn. */
  readonly path: string
  /** The origins of the edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  readonly viewers: number
  /** The link wants to be confirmed: viewers POST with an Idempotency-Key of their own, where they else just GET. */
  readonly confirm: boolean
}

/** How long a viewer waits, in milliseconds; an edge answers within 4,000. */
const patienceMs = 10_000

/**
 * Has all viewers open one link at the same moment, each over a connection of its own, spread evenly over the edges and
 * let go in random order. Rejects only when an edge can't be connected to.
 */
export async function race({ path, edges, viewers, confirm }: Race): Promise<readonly RaceResult[]> {
  const lined = await lineUp(edges, viewers)
  const start = performance.now()
  return Promise.all(
    shuffled(lined).map(async ({ viewer, edge, host, socket }) => {
      const answer = await open(socket, { host, path, confirm }).catch(() => ({ status: 0, body: '' }))
      socket.destroy()
      return { viewer, edge, ms: performance.now() - start, ...verdictOf(answer) }
    }),
  )
}

/** A viewer at an edge, connected and waiting. */
interface Lined {
  readonly viewer: number
  readonly edge: string
  readonly host: string
  readonly socket: Socket
}

/** All of them or, with an error, none. In random order: who is connected first is heard first. */
async function lineUp(edges: Race['edges'], viewers: number): Promise<readonly Lined[]> {
  const places = Object.entries(edges)
  const numbers = shuffled(Array.from({ length: viewers }, (_, index) => index))
  const lined = numbers.map(index => {
    const [edge, origin] = places[index % places.length] ?? ['', '']
    const { hostname, port, host } = new URL(origin)
    return { viewer: index + 1, edge, host, socket: connect({ host: hostname, port: Number(port), noDelay: true }) }
  })
  try {
    await Promise.all(lined.map(({ socket }) => once(socket, 'connect')))
    return lined
  } catch (error) {
    // Errors of the others come later; nobody waits for them any more.
    for (const { socket } of lined) socket.on('error', () => undefined).destroy()
    throw error
  }
}

function shuffled<T>(all: readonly T[]): readonly T[] {
  return all
    .map(one => ({ one, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ one }) => one)
}

async function open(
  socket: Socket,
  { host, path, confirm }: { host: string; path: string; confirm: boolean },
): Promise<{ status: number; body: string }> {
  const asking = send({
    createConnection: () => socket,
    path,
    method: confirm ? 'POST' : 'GET',
    headers: { host, accept: '*/*', 'user-agent': 'once-console', ...(confirm && { 'idempotency-key': randomUUID() }) },
    signal: AbortSignal.timeout(patienceMs),
  })
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}

function verdictOf({ status, body }: { status: number; body: string }): Pick<RaceResult, 'status' | 'reason' | 'won'> {
  const won = status === 302 || status === 303
  const reason = won ? undefined : reasonIn(body)
  return reason === undefined ? { status, won } : { status, won, reason }
}

function reasonIn(body: string): string | undefined {
  try {
    const { reason } = JSON.parse(body) as { reason?: unknown }
    return typeof reason === 'string' ? reason : undefined
  } catch {
    return undefined
  }
}

/** How many viewers may race: two make a race, and 200 connections are no burden for anybody. */
export const raceViewers = { least: 2, most: 200 } as const

/** Longest body that is read, in bytes: a link and two numbers. */
const maxBodyBytes = 2048

const fields = {
  /** A link of this emulator. Only its path is used, so nothing else can be asked for by this way. */
  url: parsedText(pathOfLink, 'a link such as http://127.0.0.1:8081/d/ with 43 characters after it'),
  viewers: wholeNumber(raceViewers.least, raceViewers.most, 'viewers'),
  confirm: v.optional(v.boolean('true or false'), false),
}

/**
 * Answers `POST /console/race`, `{url, viewers, confirm?}`: 200 `{viewers: [Finish, …]}` in the order of their numbers,
 * when the last has finished. One race at a time, so that none disturbs another's times: 409.
 */
export function raceOver(edges: Race['edges']): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let running = false
  return async (request, response) => {
    const read = readFields(fields, await jsonOf(request))
    if (!read.ok) return refuse(response, 400, read.invalid)
    if (running) return refuse(response, 409, [{ field: '(whole)', got: 'a second race', allowed: 'one at a time' }])
    running = true
    try {
      const { url: path, viewers, confirm } = read.value
      const finishes = await race({ path, viewers, confirm, edges })
      const body = JSON.stringify({ viewers: finishes.toSorted((a, b) => a.viewer - b.viewer) })
      response.writeHead(200, { ...securityHeaders, 'content-type': 'application/json' }).end(body)
    } finally {
      running = false
    }
  }
}

function pathOfLink(text: string): string | undefined {
  const [, nonce = ''] = /^http:\/\/127\.0\.0\.1:\d{1,5}\/d\/([\w-]{43})$/.exec(text) ?? []
  return parseNonce(nonce) === undefined ? undefined : `/d/${nonce}`
}

/** Undefined for whatever isn't short JSON. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= maxBodyBytes) chunks.push(chunk)
  }
  if (length > maxBodyBytes || !/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    return undefined
  }
}

function refuse(response: ServerResponse, status: 400 | 409, invalid: readonly InvalidField[]): void {
  const title = status === 400 ? 'The request has invalid fields' : 'A race is under way'
  const reason = status === 400 ? 'invalid-fields' : 'race-under-way'
  const detail = invalid.map(describeInvalid).join('; ')
  const body = problemText({ status, title, detail, reason, requestId: randomUUID() }, { errors: invalid })
  response.writeHead(status, { ...securityHeaders, 'content-type': problemType }).end(body)
}
