import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CloudFrontHeaders, CloudFrontRequest, CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { send } from '../s3/origin.ts'
import { functionResponse } from './content.ts'
import { headerPairs, receivedText, sentText } from './event-text.ts'
import { type FunctionError, invalid } from './function-runtime.ts'
import { maxBodyBytes, maxFunctionMs, responseFault } from './quotas.ts'

/** A viewer-request function. The caller checks its result. */
export type ViewerRequestFunction = (event: CloudFrontRequestEvent) => Promise<unknown>

type FunctionResult = { readonly kind: 'response'; readonly response: CloudFrontResultResponse } | FunctionError

/** Runs the function for one request and sends its response, or CloudFront's 502 or 503. Never calls the origin. */
export async function respondByFunction(
  request: IncomingMessage,
  response: ServerResponse,
  { run, requestId, includeBody }: { run: ViewerRequestFunction; requestId: string; includeBody: boolean },
): Promise<void> {
  const body = includeBody && bodyMethods.has(request.method ?? '') ? await readBody(request) : undefined
  const result = await runFunction(run, viewerRequestEvent(request, requestId, body))
  if (result.kind === 'error') return send(response, functionResponse(result))
  const { status, statusDescription, headers = {}, body: text } = result.response
  for (const [name, values] of Object.entries(headers)) {
    const texts = values.map(({ value }) => sentText(value))
    response.setHeader(values[0]?.key ?? name, texts)
  }
  response.writeHead(Number(status), statusDescription, { 'x-cache': 'LambdaGeneratedResponse from cloudfront' })
  response.end(request.method === 'HEAD' ? undefined : text)
}

/** The body of a request, as a function gets it. */
type RequestBody = NonNullable<CloudFrontRequest['body']>

/** Methods whose requests have a body. Of others the event has none. */
const bodyMethods: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Reads a body up to the longest that a function gets; the rest is not kept (AWS, "Restrictions on Lambda@Edge", request body). */
async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxBodyBytes) break
  }
  request.resume()
  const data = Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('base64')
  return { action: 'read-only', data, encoding: 'base64', inputTruncated: bytes > maxBodyBytes }
}

async function runFunction(run: ViewerRequestFunction, event: CloudFrontRequestEvent): Promise<FunctionResult> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), maxFunctionMs)
  })
  try {
    const response = await Promise.race([run(event), timeout])
    const fault = responseFault(response)
    if (fault !== undefined) return invalid(fault)
    return { kind: 'response', response: response as CloudFrontResultResponse }
  } catch (error) {
    return { kind: 'error', status: 503, fault: error instanceof Error ? error.name : 'function error' }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Builds the event as CloudFront does (AWS, "Lambda@Edge event structure"): path as sent, query apart, headers in lists. It has a body only
 * if the association includes it.
 */
function viewerRequestEvent(request: IncomingMessage, requestId: string, body?: RequestBody): CloudFrontRequestEvent {
  const [uri = '', querystring = ''] = receivedText(request.url ?? '').split(/\?(.*)/s)
  const headers = Object.groupBy(headerPairs(request.rawHeaders), ({ key }) => key.toLowerCase())
  return {
    Records: [
      {
        cf: {
          config: {
            distributionDomainName: request.headers.host ?? '',
            distributionId: 'ELOCAL',
            eventType: 'viewer-request',
            requestId,
          },
          request: {
            clientIp: request.socket.remoteAddress ?? '',
            headers: headers as CloudFrontHeaders,
            method: request.method ?? '',
            querystring,
            uri,
            ...(body !== undefined && { body }),
          },
        },
      },
    ],
  }
}
