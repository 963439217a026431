import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CloudFrontHeaders, CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { maxFunctionMs, maxUriCharacters, responseFault } from './quotas.ts'

/** A viewer-request function; whatever it gives back is checked. */
export type ViewerRequestFunction = (event: CloudFrontRequestEvent) => Promise<unknown>

/** CloudFront's own error page for what a function did wrong (AWS, "HTTP 502" and "HTTP 503" status codes). */
interface FunctionError {
  readonly status: 502 | 503
  /** For whoever runs the emulator; the viewer of a real distribution isn't told. */
  readonly fault: string
}

/** Runs the function for one request and sends what it made, or CloudFront's 502 or 503. Never the origin's answer. */
export async function answerByFunction(
  request: IncomingMessage,
  response: ServerResponse,
  { run, requestId }: { run: ViewerRequestFunction; requestId: string },
): Promise<void> {
  const result = await resultOf(request, run, requestId)
  if ('fault' in result) {
    response.writeHead(result.status, {
      'content-type': 'text/html',
      'x-cache': `Error from cloudfront: ${result.fault}`,
    })
    response.end('<h1>The request could not be satisfied.</h1>')
    return
  }
  for (const [name, values] of Object.entries(result.headers ?? {})) {
    response.setHeader(
      values[0]?.key ?? name,
      values.map(({ value }) => value),
    )
  }
  const body = result.bodyEncoding === 'base64' ? Buffer.from(result.body ?? '', 'base64') : result.body
  response.writeHead(Number(result.status), result.statusDescription, {
    'x-cache': 'LambdaGeneratedResponse from cloudfront',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function resultOf(
  request: IncomingMessage,
  run: ViewerRequestFunction,
  requestId: string,
): Promise<CloudFrontResultResponse | FunctionError> {
  if ((request.url?.length ?? 0) > maxUriCharacters)
    return { status: 502, fault: `URI over ${maxUriCharacters} characters` }
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), maxFunctionMs)
  })
  try {
    const result = await Promise.race([run(viewerRequestEvent(request, requestId)), timeout])
    const fault = responseFault(result)
    return fault === undefined ? (result as CloudFrontResultResponse) : { status: 502, fault }
  } catch (error) {
    return { status: 503, fault: error instanceof Error ? error.name : 'function error' }
  } finally {
    clearTimeout(timer)
  }
}

/** The event as CloudFront builds it (AWS, "Lambda@Edge event structure"): path as sent, query apart, headers in lists. */
export function viewerRequestEvent(request: IncomingMessage, requestId: string): CloudFrontRequestEvent {
  const [uri = '', querystring = ''] = (request.url ?? '').split(/\?(.*)/s)
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
            headers: headerLists(request.rawHeaders),
            method: request.method ?? '',
            querystring,
            uri,
          },
        },
      },
    ],
  }
}

function headerLists(rawHeaders: readonly string[]): CloudFrontHeaders {
  const pairs = rawHeaders.flatMap((key, index) => (index % 2 === 0 ? { key, value: rawHeaders[index + 1] ?? '' } : []))
  return Object.groupBy(pairs, ({ key }) => key.toLowerCase()) as CloudFrontHeaders
}
