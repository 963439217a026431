import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import * as v from 'valibot'
import { describeInvalid, type InvalidField, parsedText, readFields, wholeNumber } from '../../shared/fields.ts'
import { securityHeaders } from '../../shared/http.ts'
import { parseNonce } from '../../shared/nonce.ts'
import { bodyOf, sendProblem } from '../../console/messages.ts'
import type { RaceResult } from '../../console/protocol.ts'

/** Options of a race. */
export interface Race {
  /** `/d/<nonce>`, requested at all edges. */
  readonly path: string
  /** Origins of the edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  readonly viewers: number
  /** Whether the link requires a confirmation: then viewers POST, each with its own Idempotency-Key; otherwise they GET. */
  readonly confirm: boolean
}

/** Timeout of a viewer's request, in milliseconds; an edge responds within 4,000. */
const timeoutMs = 10_000

/**
 * Has all viewers request one link at the same moment, each over its own connection, spread evenly over the edges, in
 * random order. Rejects only if a connection to an edge fails.
 */
async function race({ path, edges, viewers, confirm }: Race): Promise<readonly RaceResult[]> {
  const racers = await connectAll(edges, viewers)
  const start = performance.now()
  return Promise.all(
    shuffled(racers).map(async ({ viewer, edge, host, socket }) => {
      const response = await redeem(socket, { host, path, confirm }).catch(() => ({ status: 0, body: '' }))
      socket.destroy()
      return { viewer, edge, ms: performance.now() - start, ...resultOf(response) }
    }),
  )
}

/** Connects all viewers, each to an edge, or rejects and closes all connections. Random order: the edge reads the first connection first. */
async function connectAll(edges: Race['edges'], viewers: number) {
  const origins = Object.entries(edges)
  const numbers = shuffled(Array.from({ length: viewers }, (_, index) => index))
  const racers = numbers.map(index => {
    const [edge, origin] = origins[index % origins.length] ?? ['', '']
    const { hostname, port, host } = new URL(origin)
    return { viewer: index + 1, edge, host, socket: connect({ host: hostname, port: Number(port), noDelay: true }) }
  })
  try {
    await Promise.all(racers.map(({ socket }) => once(socket, 'connect')))
    return racers
  } catch (error) {
    // The other connections may fail later, when nothing awaits them any more.
    for (const { socket } of racers) socket.on('error', () => undefined).destroy()
    throw error
  }
}

function shuffled<T>(all: readonly T[]): readonly T[] {
  return all
    .map(one => ({ one, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ one }) => one)
}

async function redeem(
  socket: Socket,
  { host, path, confirm }: { host: string; path: string; confirm: boolean },
): Promise<{ status: number; body: string }> {
  const request = send({
    createConnection: () => socket,
    path,
    method: confirm ? 'POST' : 'GET',
    headers: { host, accept: '*/*', 'user-agent': 'once-console', ...(confirm && { 'idempotency-key': randomUUID() }) },
    signal: AbortSignal.timeout(timeoutMs),
  })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}

function resultOf({ status, body }: { status: number; body: string }): Pick<RaceResult, 'status' | 'reason' | 'won'> {
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

/** Longest body of a request, in bytes: it holds a link and two options. */
const maxBodyBytes = 2048

const fields = {
  /** A link of this emulator. The race uses only its path, so it can't send requests elsewhere. */
  url: parsedText(pathOfLink, 'a link such as http://127.0.0.1:8081/d/ with 43 characters after it'),
  /** 200 connections are still a small load for the machine. */
  viewers: wholeNumber(2, 200, 'viewers'),
  confirm: v.optional(v.boolean('true or false'), false),
}

/**
 * Handles `POST /console/race`, `{url, viewers, confirm?}`: after the last viewer, responds with 200 `{viewers:
 * [RaceResult, …]}`, ordered by number. During a race, refuses others with 409, since they would distort its times.
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
      const results = await race({ path, viewers, confirm, edges })
      const body = JSON.stringify({ viewers: results.toSorted((a, b) => a.viewer - b.viewer) })
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

/** Parses the body; undefined if it is too long or no JSON. */
async function jsonOf(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined
  try {
    const body = await bodyOf(request, maxBodyBytes)
    return body && JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

function refuse(response: ServerResponse, status: 400 | 409, invalid: readonly InvalidField[]): void {
  const title = status === 400 ? 'The request has invalid fields' : 'A race is still running'
  const reason = status === 400 ? 'invalid-fields' : 'race-under-way'
  const detail = invalid.map(describeInvalid).join('; ')
  sendProblem(response, { status, title, detail, reason, members: { errors: invalid } })
}
