import { randomBytes } from 'node:crypto'
import type { APIGatewayEventIdentity, APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { createHandler } from '../../../api/links/handler.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { ApiPorts, LogLine } from '../../../api/ports.ts'
import { manualClock } from '../machine/clock.ts'
import { testDeployment } from '../edge/deployment.ts'
import { testKeyring } from '../keys/keys.ts'
import { memoryIdempotencyStore } from './memory-idempotency-store.ts'
import { type MemoryObjects, memoryObjects } from './memory-objects.ts'
import { memoryQuota } from './memory-quota.ts'
import { memoryStore, type SweptStore } from '../table/memory-store.ts'

/** A response of the api with its parsed body. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: {
    readonly [name: string]: unknown
    readonly id?: string
    readonly url?: string
    readonly reason?: string
    readonly errors?: readonly { readonly field: string; readonly got: string; readonly allowed: string }[]
  }
}

/** An api on a store and a bucket in memory, with a clock that starts at noon. */
export interface TestApi {
  readonly store: SweptStore
  readonly objects: MemoryObjects
  readonly clock: ReturnType<typeof manualClock>
  readonly lines: readonly LogLine[]
  call(
    method: string,
    path: string,
    request?: {
      body?: unknown
      headers?: Record<string, string>
      user?: string
      account?: string
      /** More of what API Gateway says of the caller. */
      identity?: Partial<APIGatewayEventIdentity>
      base64?: boolean
      /** What the authorizer says of a token. */
      authorizer?: Readonly<Record<string, string>>
    },
  ): Promise<ApiAnswer>
}

/** Rate-limit headers of a caller's first request at noon. */
export const rateLimit = { 'ratelimit-policy': '"caller";q=3000;w=60', ratelimit: '"caller";r=2999;t=60' } as const

/** Makes an api by `create`; `ports` and `deployment` replace single ports and fields of the defaults. */
export function testApi(
  ports: Partial<ApiPorts> = {},
  deployment: Partial<WithIssuers> = {},
  create: typeof createHandler = createHandler,
): TestApi {
  const store = memoryStore()
  const objects = memoryObjects()
  const clock = manualClock()
  const lines: LogLine[] = []
  const handler = create(
    {
      clock,
      random: randomBytes,
      keyring: testKeyring,
      links: store.links,
      objects,
      listings: store.listings,
      idempotency: memoryIdempotencyStore(),
      quota: memoryQuota(),
      log: line => lines.push(line),
      ...ports,
    },
    testDeployment(deployment),
    'us-east-1',
  )
  return {
    store,
    objects,
    clock,
    lines,
    async call(method, path, request = {}) {
      return answerOf(await handler(proxyEvent(method, path, request)))
    },
  }
}

/** Parses what a function gives API Gateway. */
export function answerOf({ statusCode, headers, body }: APIGatewayProxyResult): ApiAnswer {
  const parsed = (body === '' ? {} : JSON.parse(body)) as ApiAnswer['body']
  return { status: statusCode, headers: headers as Record<string, string>, body: parsed }
}

/** Makes an event as API Gateway does, for one request of one caller; `path` may have a query. */
export function proxyEvent(
  httpMethod: string,
  path: string,
  {
    body,
    headers = { 'Content-Type': 'application/json' },
    user = 'AROAEXAMPLE:session',
    base64 = false,
    account = '111122223333',
    identity: more,
    authorizer,
  }: Parameters<TestApi['call']>[2] & object = {},
): APIGatewayProxyEvent {
  const identity = { accountId: account, user, ...more }
  const [, query] = path.split(/\?(.*)/s)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const event: Partial<APIGatewayProxyEvent> = {
    httpMethod,
    path: path.split('?')[0] ?? '',
    multiValueQueryStringParameters: query === undefined ? null : valuesOf(new URLSearchParams(query)),
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: text ?? null,
    isBase64Encoded: base64,
    requestContext: {
      requestId: 'r-1',
      identity,
      ...(authorizer && { authorizer }),
    } as APIGatewayProxyEvent['requestContext'],
  }
  return event as APIGatewayProxyEvent
}

function valuesOf(query: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...query.keys()].map(name => [name, query.getAll(name)]))
}
