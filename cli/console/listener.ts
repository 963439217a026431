import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { deny, isLocal, isVisit } from '../../console/local-only.ts'
import { isPagePath, sendJson, sendPageFile } from '../../console/page-files.ts'
import type { Setup } from '../../console/protocol.ts'
import { NoResponseError, ProblemError } from '../../client/client.ts'
import { bodyOf, sendProblem } from '../../console/messages.ts'
import { maxBatchBytes } from '../../shared/limits.ts'
import { reasonOf } from '../terminal/errors.ts'
import { redact } from '../terminal/text.ts'

/** What a console's server knows of itself. */
export interface ConsoleSession {
  /** `http://127.0.0.1:PORT`, where it listens. */
  readonly origin: string
  /** What every request must show: the file that opens the page has it, which only this user can read. */
  readonly token: string
  readonly setup: Setup
  /** Called when the page was sent with the token. */
  readonly onOpened: () => void
  /** Responds to everything that is not the page's. */
  readonly api: Route
}

/** Path to which the file posts the token, to open the page. */
export const openPath = '/console/open'

/**
 * Serves the console's page, which holds nothing of this user, and to requests with the token the operations. Refuses other names than
 * its own address, which excludes rebound ones, pages of other origins, and everything without the token but the page.
 */
export function createListener(session: ConsoleSession): RequestListener {
  return (request, response) => {
    respond(request, response, session).catch((error: unknown) => sendError(response, error))
  }
}

async function respond(request: IncomingMessage, response: ServerResponse, session: ConsoleSession): Promise<void> {
  const { method = '', url = '' } = request
  if (request.headers.host !== new URL(session.origin).host) return deny(response)
  if (method === 'POST' && url === openPath) return open(request, response, session)
  if (!isLocal(request) && !isVisit(request)) return deny(response)
  const path = url.split('?')[0] ?? ''
  if (method === 'GET' && isPagePath(path)) return sendPageFile(response, path, { reached })
  if (!isToken(request.headers.authorization ?? '', `Bearer ${session.token}`)) throw locked
  if (method === 'GET' && url === '/console/setup') return sendJson(response, session.setup)
  await session.api(request, response)
}

/** Sends the page with the token, which the page keeps in its tab. Only the file has what must be posted. */
async function open(
  request: IncomingMessage,
  response: ServerResponse,
  { token, onOpened }: ConsoleSession,
): Promise<void> {
  const form = new URLSearchParams(await textOf(request, 'application/x-www-form-urlencoded'))
  if (!isToken(form.get('token') ?? '', token)) throw locked
  await sendPageFile(response, '/', { reached, token })
  onOpened()
}

/** Takes the same time for every other text. */
function isToken(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

const locked = refusal(
  401,
  'token-required',
  'Run once console again: the file that it prints opens one tab, until that command ends.',
)

/** Where the page may send files: the URLs of S3 that the API signs, in any Region. */
const reached = ['https://*.amazonaws.com']

/** Responds to one request. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Reads a body as text. Rejects with a `ProblemError` if it is too long or has another media type. */
async function textOf(request: IncomingMessage, type: string): Promise<string> {
  const given = request.headers['content-type'] ?? ''
  if (given.split(';')[0]?.trim() !== type) throw invalid('content-type', given, type)
  const body = await bodyOf(request, maxBatchBytes)
  if (body !== undefined) return body.toString()
  throw invalid('(whole)', `more than ${maxBatchBytes} bytes`, `${maxBatchBytes} bytes`)
}

/** Reads a body as a JSON object. Rejects with a `ProblemError` if it is something else. */
export async function jsonOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await textOf(request, 'application/json')
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // Below.
  }
  throw invalid('(whole)', 'something else', 'a JSON object')
}

/** Returns the refusal of a field. */
function invalid(field: string, got: string, allowed: string): ProblemError {
  const title = 'The request has invalid fields'
  const errors = [{ field, got, allowed }]
  return new ProblemError({ status: 400, reason: 'invalid-fields', title, errors, attempts: 1 })
}

/** Returns a refusal of this server. */
export function refusal(status: number, reason: string, detail: string): ProblemError {
  return new ProblemError({ status, reason, title: 'The console refused the request', detail, attempts: 1 })
}

/** Sends an error as a problem document, without secrets: a refusal of the API as it came, anything else as 502. */
function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const { status, reason, title, detail, errors, requestId } = asProblem(error)
  const problem = { status, reason, title, detail: redact(detail), requestId }
  sendProblem(response, { ...problem, members: { errors }, headers: { connection: 'close' } })
}

function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  const cause = error instanceof NoResponseError ? (error.cause ?? error) : error
  const name = cause instanceof Error ? cause.name : 'Error'
  const detail = `the call failed: ${name}: ${reasonOf(cause)}`
  return new ProblemError({ status: 502, reason: 'unavailable', title: 'AWS did not respond', detail, attempts: 1 })
}
