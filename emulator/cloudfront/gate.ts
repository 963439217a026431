import type { IncomingMessage } from 'node:http'
import { headerPairs, receivedText, sentText } from './event-text.ts'
import { type FunctionError, invalid, loadFunction, resultOf } from './function-runtime.ts'
import { responseFault } from './quotas.ts'

/** What the gate needs of a viewer's request: an IncomingMessage has it. */
export type GateRequest = Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** What becomes of a viewer's request at the gate: it goes on unchanged, or this is the response. */
export type GateResult =
  // `logged` is what the access log says of the link.
  | { readonly kind: 'pass'; readonly logged?: string | undefined }
  | {
      readonly kind: 'response'
      readonly status: number
      /** By name in lower case. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | FunctionError

/** Asks the gate about one request; `requestId` is CloudFront's. Never throws. */
export type Gate = (request: GateRequest, requestId: string) => GateResult

type Values = AWSCloudFrontFunction.ValueObject
type Response = AWSCloudFrontFunction.Response

/** The event of a viewer request, without its methods. */
export type GateEvent = Pick<AWSCloudFrontFunction.Event, 'version' | 'context' | 'viewer'> & {
  readonly request: AWSCloudFrontFunction.Request
}

/** Loads the gate's code (`bundleGate`) as CloudFront does for viewer requests. Throws if the code does. */
export function createGate(code: string): Gate {
  const run = loadFunction(code)
  return (request, requestId) =>
    resultOf((): GateResult => {
      const { value, isRequest, logged } = run(gateEvent(request, requestId))
      if (isRequest) return logged === undefined ? { kind: 'pass' } : { kind: 'pass', logged }
      return generatedResponse(value as Partial<Response> | null)
    })
}

/** Checks a response of the function by the rules of Lambda@Edge, which has the same headers (AWS, "Restrictions on edge functions"). */
function generatedResponse(value: Partial<Response> | null): GateResult {
  if (typeof value?.statusCode !== 'number') return invalid('neither a response nor the request unchanged')
  const { statusCode: status, headers = {}, body = '' } = value
  if (typeof body !== 'string') return invalid('body is not a string')
  const lists = Object.entries(headers).map(([key, entry]) => [key, [{ key, value: entry.value }]])
  const fault = responseFault({ status: String(status), headers: Object.fromEntries(lists), body })
  if (fault !== undefined) return invalid(fault)
  const values = Object.entries(headers).map(([name, entry]) => [name, sentText(entry.value)])
  return { kind: 'response', status, headers: Object.fromEntries(values), body }
}

/** Builds the event as CloudFront does (AWS, "CloudFront Functions event structure"): nothing is decoded, cookies are apart. */
export function gateEvent(request: GateRequest, requestId: string): GateEvent {
  const [uri = '', query = ''] = receivedText(request.url ?? '').split(/\?(.*)/s)
  const pairs = headerPairs(request.rawHeaders).map(({ key, value }): Pair => [lowerAscii(key), value])
  const cookies = pairs.flatMap(([name, value]) => (name === 'cookie' ? value.split(';') : []))
  return {
    version: '1.0',
    context: {
      distributionDomainName: pairs.find(([name]) => name === 'host')?.[1] ?? '',
      distributionId: 'ELOCAL',
      eventType: 'viewer-request',
      requestId,
    },
    viewer: { ip: request.socket.remoteAddress ?? '' },
    request: {
      method: request.method ?? '',
      uri,
      querystring: valuesByName(query.split('&').filter(Boolean).map(pairOf)),
      headers: valuesByName(pairs.filter(([name]) => name !== 'cookie')),
      cookies: valuesByName(cookies.map(text => pairOf(text.trim())).filter(([name]) => name !== '')),
    },
  }
}

type Pair = readonly [name: string, value: string]

/** Leaves other letters than those of ASCII as they are, as CloudFront does in names of headers. */
function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, letter => letter.toLowerCase())
}

function pairOf(text: string): Pair {
  const [name = '', value = ''] = text.split(/=(.*)/s)
  return [name, value]
}

/** A name that comes several times has all its values in `multiValue`, too. */
function valuesByName(pairs: readonly Pair[]): Values {
  const values: Values = Object.create(null) as Values
  for (const [name, value] of pairs) {
    const entry = values[name]
    if (entry === undefined) values[name] = { value }
    else entry.multiValue = [...(entry.multiValue ?? [{ value: entry.value }]), { value }]
  }
  return values
}
