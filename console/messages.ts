import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Problem, problemText, problemType, securityHeaders } from '../shared/http.ts'

// What servers on this machine read and send alike.

/** Reads a body; undefined if it has more than `maxBytes` bytes. The request stays open: the response uses the same connection. */
export async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A problem document to send, as a response with these headers and further members. */
export interface SentProblem extends Omit<Problem, 'requestId'> {
  readonly requestId?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly members?: object
}

/** Sends a problem document, without a `requestId` with a new one. */
export function sendProblem(
  response: ServerResponse,
  { headers, members, requestId = randomUUID(), ...problem }: SentProblem,
): void {
  response.writeHead(problem.status, { ...securityHeaders, 'content-type': problemType, ...headers })
  response.end(problemText({ ...problem, requestId }, members))
}
