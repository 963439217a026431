import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { securityHeaders } from '../../shared/http.ts'
import { deny, isLocal } from './local-only.ts'

/** A function behind a REST API with proxy integration. */
export type ProxyFunction = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** Functions behind the REST API, by path. */
export interface RestApi {
  /** `/exchange`. */
  readonly exchange: ProxyFunction
  /** Everything else. */
  readonly links: ProxyFunction
}

/** Largest body that API Gateway accepts, in bytes (AWS, "Amazon API Gateway quotas"). */
const maxPayloadBytes = 10 * 1024 * 1024

/**
 * Serves a local REST API. It does not emulate IAM; instead, only programs on this machine get through (local-only.ts).
 */
export function serveRestApi({ exchange, links }: RestApi): RequestListener {
  return (request, response) => {
    if (!isLocal(request)) return deny(response)
    const run = pathOf(request) === '/exchange' ? exchange : links
    invoke(request, response, run).catch(() => response.destroy())
  }
}

async function invoke(request: IncomingMessage, response: ServerResponse, run: ProxyFunction): Promise<void> {
  const body = await bodyOf(request)
  if (body === undefined) {
    response.writeHead(413, { ...securityHeaders, connection: 'close' }).end()
    return
  }
  const result = await run(proxyEvent(request, body))
  response.writeHead(result.statusCode, {
    ...(result.headers as Record<string, string>),
    'content-length': Buffer.byteLength(result.body),
  })
  response.end(result.body)
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  // After this stops reading, the request must stay open: the response uses the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxPayloadBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('base64')
}

/** Builds the event as API Gateway does (AWS, "Input format of a Lambda function for proxy integration"). */
function proxyEvent(request: IncomingMessage, body: string): APIGatewayProxyEvent {
  const multiValueHeaders = headerLists(request.rawHeaders)
  const multiValueQueryStringParameters = queryOf(request)
  const userAgent = request.headers['user-agent'] ?? null
  const sourceIp = request.socket.remoteAddress ?? ''
  const requestContext = {
    requestId: randomUUID(),
    identity: { accountId: '000000000000', user: 'local', sourceIp, userAgent },
  }
  return {
    httpMethod: request.method ?? '',
    path: pathOf(request),
    headers: lastOfEach(multiValueHeaders),
    body: body === '' ? null : body,
    isBase64Encoded: true,
    requestContext: requestContext as APIGatewayProxyEvent['requestContext'],
    multiValueHeaders,
    pathParameters: null,
    queryStringParameters: multiValueQueryStringParameters && lastOfEach(multiValueQueryStringParameters),
    multiValueQueryStringParameters,
    stageVariables: null,
    resource: '/{proxy+}',
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? ''
}

/** Returns the decoded query; null if there is none. */
function queryOf({ url = '' }: IncomingMessage): Record<string, string[]> | null {
  const [, query = ''] = url.split(/\?(.*)/s)
  return query === '' ? null : listsOf(new URLSearchParams(query))
}

/** Returns header names as they were sent, each with all its values. */
function headerLists(rawHeaders: readonly string[]): Record<string, string[]> {
  const pairs: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''])
  return listsOf(pairs)
}

function listsOf(pairs: Iterable<[string, string]>): Record<string, string[]> {
  const lists = new Map<string, string[]>()
  for (const [name, value] of pairs) lists.set(name, [...(lists.get(name) ?? []), value])
  return Object.fromEntries(lists)
}

function lastOfEach(lists: Readonly<Record<string, string[]>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1)]))
}
