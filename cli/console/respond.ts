import type { IncomingMessage, ServerResponse } from 'node:http'
import { NoResponseError, ProblemError } from '../../client/client.ts'
import { bodyOf, sendProblem } from '../../console/messages.ts'
import type { InvalidField } from '../../shared/fields.ts'
import { reasonOf } from '../terminal/errors.ts'
import { redact } from '../terminal/text.ts'

/** Longest body that is read into memory, in bytes; the API's fields take a few thousand. */
const maxBodyBytes = 64 * 1024

/** Reads a body as text. Rejects with a `ProblemError` if it is too long or has another media type. */
export async function textOf(request: IncomingMessage, type: string): Promise<string> {
  const given = request.headers['content-type'] ?? ''
  if (given.split(';')[0]?.trim() !== type) throw invalid('content-type', given, type)
  const body = await bodyOf(request, maxBodyBytes)
  if (body !== undefined) return body.toString()
  throw invalid('(whole)', `more than ${maxBodyBytes} bytes`, `${maxBodyBytes} bytes`)
}

/** Reads a body as a JSON object. Rejects with a `ProblemError` if it is none. */
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
export function invalid(field: string, got: string, allowed: string): ProblemError {
  return invalidFields([{ field, got, allowed }])
}

/** Returns the refusal of fields. */
export function invalidFields(errors: readonly InvalidField[]): ProblemError {
  const title = 'The request has invalid fields'
  return new ProblemError({ status: 400, reason: 'invalid-fields', title, errors: [...errors], attempts: 1 })
}

/** Returns a refusal of this server. */
export function refusal(status: number, reason: string, detail: string): ProblemError {
  return new ProblemError({ status, reason, title: 'The console refused the request', detail, attempts: 1 })
}

/** Sends an error as a problem document, without secrets: a refusal of the API as it came, anything else as 502. */
export function sendError(response: ServerResponse, error: unknown): void {
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
