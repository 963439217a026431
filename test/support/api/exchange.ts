import { randomBytes } from 'node:crypto'
import type { APIGatewayEventIdentity, APIGatewayProxyEvent } from 'aws-lambda'
import { s3Presigner } from '../../../api/adapters/s3-presigner.ts'
import { createExchangeHandler } from '../../../api/exchange/handler.ts'
import type { ExchangePorts } from '../../../api/exchange/ports.ts'
import type { WithIssuers } from '../../../api/local-deployment.ts'
import type { LogLine } from '../../../api/ports.ts'
import type { Region } from '../../../shared/regions.ts'
import { type ApiAnswer, answerOf, proxyEvent } from './api.ts'
import { manualClock } from '../machine/clock.ts'
import { testDeployment } from '../edge/deployment.ts'
import { testKeyring } from '../keys/keys.ts'
import { countedCalls, memoryStore, type Store } from '../table/memory-store.ts'

/** The function that makes the exchange under test: the one that ships, or that of a copy. */
export type CreateExchange = typeof createExchangeHandler

/** Fields of a request; the defaults are those of a program without an `Idempotency-Key`. */
export interface Exchanging {
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly user?: string
  /** More of what API Gateway says of the caller. */
  readonly identity?: Partial<APIGatewayEventIdentity>
  /** What the authorizer says of a token. */
  readonly authorizer?: Readonly<Record<string, string>>
  readonly address?: string
  readonly method?: string
  readonly path?: string
}

/** An exchange on a store in memory, with a clock that starts at noon, its log lines and its calls to the store. */
export interface TestExchange {
  readonly store: Store
  readonly clock: ReturnType<typeof manualClock>
  readonly lines: readonly LogLine[]
  /** Returns the number of calls to the store. */
  calls(): number
  /** Sends one event unchanged. */
  answer(event: APIGatewayProxyEvent): Promise<ApiAnswer>
  /** Exchanges a nonce; `fields` changes the request. */
  exchange(nonce: string, fields?: Exchanging): Promise<ApiAnswer>
}

/** Replacements for the parts of a test exchange. */
export interface ExchangeParts {
  readonly create?: CreateExchange
  readonly ports?: Partial<ExchangePorts>
  readonly deployment?: Partial<WithIssuers>
  readonly region?: Region
  readonly store?: Store
  readonly clock?: ReturnType<typeof manualClock>
}

/** Makes a presigner for a bucket on AWS, with invalid credentials. */
export function testPresigner(bucket = 'content'): ExchangePorts['presigner'] {
  return s3Presigner(bucket, { region: 'us-east-1', credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' } })
}

/** Makes an exchange; `parts` replaces single parts. */
export function testExchange(parts: ExchangeParts = {}): TestExchange {
  const { create = createExchangeHandler, ports = {}, deployment, region = 'us-east-1' } = parts
  const { store = memoryStore(), clock = manualClock() } = parts
  const lines: LogLine[] = []
  const { table, calls } = countedCalls(ports.table ?? store.table)
  const common = { clock, random: randomBytes, keyring: testKeyring, presigner: testPresigner() }
  const handler = create(
    { ...common, log: line => lines.push(line), ...ports, table },
    testDeployment(deployment),
    region,
  )
  const answer = async (event: APIGatewayProxyEvent) => answerOf(await handler(event))
  return {
    store,
    clock,
    lines,
    calls,
    answer,
    exchange: (nonce, fields) => answer(exchangeEvent(nonce, fields)),
  }
}

/** Makes an event as API Gateway does, for one caller with one nonce. */
export function exchangeEvent(nonce: string, fields: Exchanging = {}): APIGatewayProxyEvent {
  const { method = 'POST', path = '/exchange', address = '203.0.113.7', body = { nonce }, user, headers } = fields
  const { authorizer } = fields
  const given = { ...(user && { user }), ...(headers && { headers }), ...(authorizer && { authorizer }) }
  const event = proxyEvent(method, path, { body, ...given })
  const { requestContext } = event
  const client = { sourceIp: address, userAgent: 'python-requests/2.32' }
  const identity = { ...requestContext.identity, ...client, ...fields.identity }
  return { ...event, requestContext: { ...requestContext, identity } }
}
