import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Account, AwsError } from './account.ts'
import { json } from './json-services.ts'
import type { Protocol } from './protocol.ts'
import { route53 } from './prerequisites.ts'
import { query } from './query-services.ts'
import { restJson } from './rest-json-services.ts'
import { cloudFront } from './rest-xml-cloudfront.ts'
import { s3 } from './rest-xml-s3.ts'

const protocols: Readonly<Record<string, Protocol>> = {
  ...Object.fromEntries(['cloudformation', 'iam', 'sns', 'sts'].map(service => [service, query])),
  ...Object.fromEntries(
    ['ssm', 'acm', 'dynamodb', 'secretsmanager', 'logs', 'kms', 'wafv2', 'monitoring', 'events'].map(service => [
      service,
      json,
    ]),
  ),
  ...Object.fromEntries(['lambda', 'apigateway'].map(service => [service, restJson])),
  cloudfront: cloudFront,
  route53,
  s3,
}

/**
 * Serves the control planes of AWS on loopback, as far as the command line uses them, by their API references. Clients use
 * it through `AWS_ENDPOINT_URL`. The scope of a request's signature names its service and Region. Requests without one are those of
 * viewers to the distribution.
 */
export async function serveAccount(
  account: Account | (() => Account),
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const server = createServer(
    (request, response) => void handle(request, response, typeof account === 'function' ? account() : account),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function handle(request: IncomingMessage, response: ServerResponse, account: Account): Promise<void> {
  if (request.headers.authorization === undefined) return distribute(request, response, account)
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '')
  const [, region = '', service = ''] = scope ?? []
  const protocol = protocols[service]
  if (protocol === undefined) return void response.writeHead(501).end(`this server has no service ${service}`)
  const { method = '' } = request
  const url = new URL(request.url ?? '', 'http://loopback')
  const body = await text(request)
  const target = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1)
  const operation = target || new URLSearchParams(body).get('Action') || `${method} ${url.pathname}${url.search}`
  try {
    const line = `${service} ${operation} ${region}`
    account.requests.push(line)
    account.onRequest(line)
    if (account.denies(line)) throw new AwsError('AccessDeniedException', `not authorized to perform ${line}`, 403)
    const result = protocol.respond({ account, region, service, method, url, operation, body })
    response.writeHead(200, { 'content-type': protocol.type }).end(result)
  } catch (error) {
    const known =
      error instanceof AwsError ? error : new AwsError('NotImplemented', String((error as Error).stack), 501)
    response.writeHead(known.status, { 'content-type': protocol.type, 'x-amzn-errortype': known.code })
    response.end(protocol.errorBody(known))
  }
}

/** Responds as the distribution: the edge makes responses of `/d/*`. */
function distribute({ method, url = '', headers }: IncomingMessage, response: ServerResponse, account: Account): void {
  account.requests.push(`viewer ${method} ${headers.host}${url}`)
  const { status, mark } = account.viewers[url.startsWith('/d/') ? 'link' : 'file']
  response.writeHead(status, mark === undefined ? {} : { 'x-once': mark }).end()
}
