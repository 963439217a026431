import { STATUS_CODES } from 'node:http'
import type { OriginResponse } from '../s3/origin.ts'
import { type FunctionError, invalid, loadFunction, resultOf } from './function-runtime.ts'
import { type GateEvent, gateEvent, type GateRequest } from './gate.ts'
import { responseFault } from './quotas.ts'

type Values = AWSCloudFrontFunction.ValueObject
type Headers = Readonly<Record<string, string>>

/** What becomes of a response of the origin at the pinned-version function: it goes to the viewer with these headers, or not at all. */
export type PinnedVersionResult = { readonly kind: 'deliver'; readonly headers: Headers } | FunctionError

/** Status and headers of a response of the origin below 400; names are in lower case. */
export type DeliveredResponse = Pick<OriginResponse, 'status' | 'headers'>

/** Asks the pinned-version function about one response; `requestId` is CloudFront's. Never throws. */
export type PinnedVersion = (
  request: GateRequest,
  response: DeliveredResponse,
  requestId: string,
) => PinnedVersionResult

/** The event of a viewer response, without its methods. */
export type PinnedVersionEvent = GateEvent & { readonly response: AWSCloudFrontFunction.Response }

/** Headers that a function reads but may not change in a viewer response (AWS, "Restrictions on all edge functions"). */
const readOnly = ['content-encoding', 'content-length', 'transfer-encoding', 'via', 'warning'] as const

/** Loads the code (`bundlePinnedVersion`) as CloudFront does for viewer responses. Throws if the code does. */
export function createPinnedVersion(code: string): PinnedVersion {
  const run = loadFunction(code)
  return (request, response, requestId) =>
    resultOf(() => {
      const { value } = run(pinnedVersionEvent(request, response, requestId))
      return checked(value as Partial<AWSCloudFrontFunction.Response> | null, response)
    })
}

/** Builds the event as CloudFront does (AWS, "CloudFront Functions event structure"): the viewer's request, and the response. */
export function pinnedVersionEvent(
  request: GateRequest,
  { status, headers }: DeliveredResponse,
  requestId: string,
): PinnedVersionEvent {
  const { context, ...event } = gateEvent(request, requestId)
  const values: Values = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }]))
  return {
    ...event,
    context: { ...context, eventType: 'viewer-response' },
    response: { statusCode: status, statusDescription: STATUS_CODES[status] ?? '', headers: values, cookies: {} },
  }
}

/** Accepts other headers only: the function that ships changes neither status nor body. */
function checked(
  value: Partial<AWSCloudFrontFunction.Response> | null,
  before: DeliveredResponse,
): PinnedVersionResult {
  if (value?.statusCode !== before.status || value.body !== undefined) return invalid('not the response of the event')
  const headers = Object.fromEntries(Object.entries(value.headers ?? {}).map(([name, entry]) => [name, entry.value]))
  const changed = readOnly.find(name => headers[name] !== before.headers[name])
  if (changed !== undefined) return invalid(`header ${changed} is read-only`)
  const isReadOnly = (name: string) => (readOnly as readonly string[]).includes(name)
  const own = Object.entries(headers).filter(([name]) => !isReadOnly(name))
  const lists = Object.fromEntries(own.map(([key, text]) => [key, [{ key, value: text }]]))
  const fault = responseFault({ status: String(before.status), headers: lists })
  return fault === undefined ? { kind: 'deliver', headers } : invalid(fault)
}
