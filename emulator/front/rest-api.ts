import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { isReceivedPath } from '../../api/uploads/received-handler.ts'
import { securityHeaders } from '../../shared/http.ts'
import { deny, isLocal } from '../../console/local-only.ts'
import { bodyOf } from '../../console/messages.ts'
import type { AuthorizerContext, TokenLogin } from './token-login.ts'

/** A function behind a REST API with proxy integration. */
type ProxyFunction = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

/** Functions behind the REST API, by path. */
export interface RestApi {
  /** `/exchange`. */
  readonly exchange: ProxyFunction
  /** `/uploads`, `/received` and below. @default those of `links` */
  readonly uploads?: ProxyFunction | undefined
  /** Everything else. */
  readonly links: ProxyFunction
  /** Checks access tokens. @default they are ignored */
  readonly tokens?: TokenLogin | undefined
}

/** The IAM user that every program on this machine is, for a list of issuers. */
const localUser = 'arn:aws:iam::000000000000:user/local'

/** Largest body that API Gateway accepts, in bytes (AWS, "Amazon API Gateway quotas"). */
const maxPayloadBytes = 10 * 1024 * 1024

/**
 * Serves a local REST API. It does not emulate IAM; instead, only programs on this machine get through (local-only.ts), as one IAM
 * user. With `tokens`, a request with an access token is one to the token API, which on AWS has a URL of its own. Nothing comes before
 * the routes of `/received`.
 */
export function serveRestApi(functions: RestApi): RequestListener {
  return (request, response) => {
    if (!isLocal(request)) return deny(response)
    respond(request, response, functions).catch(() => response.destroy())
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { exchange, links, uploads = links, tokens }: RestApi,
): Promise<void> {
  const path = pathOf(request)
  // On AWS, its routes have no authorizer.
  const isReceived = isReceivedPath(path)
  const authorizer = isReceived ? undefined : await tokens?.check(request, response)
  if (authorizer === 'refused') return
  const body = await bodyOf(request, maxPayloadBytes)
  if (body === undefined) {
    response.writeHead(413, { ...securityHeaders, connection: 'close' }).end()
    return
  }
  const run = path === '/exchange' ? exchange : isReceived || /^\/uploads(\/|$)/.test(path) ? uploads : links
  const event = proxyEvent(request, body.toString('base64'))
  const result = await run(authorizer === undefined && !isReceived ? event : withoutIam(event, authorizer))
  response.writeHead(result.statusCode, {
    ...(result.headers as Record<string, string>),
    'content-length': Buffer.byteLength(result.body),
  })
  response.end(result.body)
}

/** Returns the event of a request with an access token, or to a route without an authorizer: of IAM, API Gateway then says nothing. */
function withoutIam(event: APIGatewayProxyEvent, authorizer: AuthorizerContext | undefined): APIGatewayProxyEvent {
  const { requestContext } = event
  const identity = { ...requestContext.identity, accountId: null, user: null, userArn: null }
  return { ...event, requestContext: { ...requestContext, identity, authorizer } }
}

/** Builds the event as API Gateway does (AWS, "Input format of a Lambda function for proxy integration"). */
function proxyEvent(request: IncomingMessage, body: string): APIGatewayProxyEvent {
  const multiValueHeaders = headerLists(request.rawHeaders)
  const multiValueQueryStringParameters = queryOf(request)
  const userAgent = request.headers['user-agent'] ?? null
  const sourceIp = request.socket.remoteAddress ?? ''
  const requestContext = {
    requestId: randomUUID(),
    identity: { accountId: '000000000000', user: 'local', userArn: localUser, sourceIp, userAgent },
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
