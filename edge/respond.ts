import type { CloudFrontHeaders, CloudFrontResultResponse } from 'aws-lambda'
import { answerHeaders } from '../shared/answer-headers.ts'
import { problemText, problemType } from '../shared/problem.ts'
import { type ToldRefusal, toldRefusal } from '../shared/refusal.ts'
import { rfc3339 } from '../shared/time.ts'
import type { Capability } from './capability.ts'
import { pagePolicy, refusalPage } from './pages/refusal.ts'
import type { Accept, Opening } from './parse.ts'
import type { Outcome } from './redeem.ts'

type Headers = Readonly<Record<string, string>>

/** What `/d/*` can be asked with. */
const allowedMethods = 'GET, HEAD, OPTIONS'

// Made once: most answers differ in nothing but status and body.
const everyAnswer = listed(answerHeaders)
const htmlAnswer = {
  ...everyAnswer,
  ...listed({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy }),
}
const problemAnswer = { ...everyAnswer, ...listed({ 'content-type': problemType }) }

/** Turns an outcome into CloudFront's response to the viewer. Pure; the answer depends on nothing but its arguments. */
export function respond(
  outcome: Outcome,
  { accept, method, requestId }: Opening,
  uniform: boolean,
): CloudFrontResultResponse {
  switch (outcome.kind) {
    case 'redeemed':
      return accept === 'json' ? jsonOf(outcome.capability) : answer(302, { location: outcome.capability.location })
    case 'described':
      return method === 'OPTIONS' ? answer(204, { allow: allowedMethods }) : answer(200, {})
    case 'refused':
      return page(toldRefusal(outcome.reason, uniform), { accept, requestId })
  }
}

function jsonOf({ url, expiresAt }: Capability): CloudFrontResultResponse {
  const body = JSON.stringify({ url, expiresAt: rfc3339(expiresAt) })
  return answer(200, { 'content-type': 'application/json' }, { body })
}

function page(
  { row, reason }: ToldRefusal,
  { accept, requestId }: { accept: Accept; requestId: string },
): CloudFrontResultResponse {
  const { status, title, detail, retryAfterSeconds } = row
  const headers = {
    ...(status === 405 ? { allow: allowedMethods } : {}),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  }
  if (accept === 'html') return answer(status, headers, { of: htmlAnswer, body: refusalPage(row) })
  const body = problemText({ status, title, detail, reason, requestId })
  return answer(status, headers, { of: problemAnswer, body })
}

/** A response: text for its status, and `headers` beside those of all answers like it. */
function answer(
  status: number,
  headers: Headers,
  { of = everyAnswer, body }: { of?: CloudFrontHeaders; body?: string } = {},
): CloudFrontResultResponse {
  const whole = { status: String(status), headers: { ...of, ...listed(headers) } }
  return body === undefined ? whole : { ...whole, body }
}

/** CloudFront wants lower-case names with lists of values. */
function listed(headers: Headers): CloudFrontHeaders {
  const lists: CloudFrontHeaders = {}
  for (const key in headers) lists[key] = [{ key, value: headers[key] ?? '' }]
  return lists
}
