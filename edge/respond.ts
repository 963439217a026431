import type { CloudFrontResultResponse } from 'aws-lambda'
import { answerHeaders } from '../shared/answer-headers.ts'
import { problemText, problemType } from '../shared/problem.ts'
import { type Reason, type Refusal, refusalFor, uniformRefusal } from '../shared/refusal.ts'
import { rfc3339 } from '../shared/time.ts'
import type { Capability } from './capability.ts'
import { pagePolicy, refusalPage } from './pages/refusal.ts'
import type { Accept, Opening } from './parse.ts'
import type { Outcome } from './redeem.ts'

type Headers = Readonly<Record<string, string>>

/** What `/d/*` can be asked with. */
const allowedMethods = 'GET, HEAD, OPTIONS'

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
      return refuse(outcome.reason, { accept, requestId, uniform })
  }
}

function jsonOf({ url, expiresAt }: Capability): CloudFrontResultResponse {
  return answer(200, { 'content-type': 'application/json' }, JSON.stringify({ url, expiresAt: rfc3339(expiresAt) }))
}

function refuse(reason: Reason, to: { accept: Accept; requestId: string; uniform: boolean }): CloudFrontResultResponse {
  const row = refusalFor(reason)
  if (to.uniform && row.aboutTheNonce) return page(uniformRefusal, uniformRefusal.reason, to)
  return page(row, reason, to)
}

function page(
  row: Refusal,
  reason: string,
  { accept, requestId }: { accept: Accept; requestId: string },
): CloudFrontResultResponse {
  const headers = {
    ...(row.status === 405 ? { allow: allowedMethods } : {}),
    ...(row.retryAfterSeconds === undefined ? {} : { 'retry-after': String(row.retryAfterSeconds) }),
  }
  if (accept === 'html') {
    const html = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy }
    return answer(row.status, { ...headers, ...html }, refusalPage(row))
  }
  const { status, title, detail } = row
  const body = problemText({ status, title, detail, reason, requestId })
  return answer(row.status, { ...headers, 'content-type': problemType }, body)
}

/** CloudFront wants text for a status, and lower-case names with lists of values for headers. */
function answer(status: number, headers: Headers, body?: string): CloudFrontResultResponse {
  const all = Object.entries({ ...answerHeaders, ...headers })
  return {
    status: String(status),
    headers: Object.fromEntries(all.map(([key, value]) => [key, [{ key, value }]])),
    ...(body === undefined ? {} : { body }),
  }
}
