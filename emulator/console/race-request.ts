import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import * as v from 'valibot'
import { describeInvalid, type InvalidField, parsed, readFields, wholeNumber } from '../../shared/fields.ts'
import { answerHeaders, problemText, problemType } from '../../shared/http.ts'
import { parseNonce } from '../../shared/nonce.ts'
import { type Race, race } from './race.ts'

/** How many viewers may race: two make a race, and 200 connections are no burden for anybody. */
export const raceViewers = { least: 2, most: 200 } as const

/** Longest body that is read, in bytes: a link and two numbers. */
const maxBodyBytes = 2048

const fields = {
  /** A link of this emulator. Only its path is used, so nothing else can be asked for by this way. */
  url: parsed(pathOfLink, 'a link such as http://127.0.0.1:8081/d/ with 43 characters after it'),
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
      response.writeHead(200, { ...answerHeaders, 'content-type': 'application/json' }).end(body)
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
  response.writeHead(status, { ...answerHeaders, 'content-type': problemType }).end(body)
}
