import type { EpochMs } from '../../shared/time.ts'
import { createConnectionPool } from './connection-pool.ts'
import { createSigner, type Credentials } from './sigv4.ts'
import { systemClock } from './process.ts'

/** A service of AWS in one Region. */
export interface AwsJsonClient {
  /**
   * Asks for one operation with one request, and gives what the service answered. Rejects after `timeoutMs` at the latest;
   * an error of the service has the shape that the SDK gives it, so `effectOf` reads both.
   */
  call(operation: string, input: object, timeoutMs: number): Promise<object>
  /** Begins to connect, for the next call to find. Never throws. */
  preconnect(): void
}

/** A service's name, and its dialect of the AWS JSON protocol (Smithy, "AWS JSON 1.0 protocol" and 1.1). */
export interface ServiceProtocol {
  readonly service: string
  readonly jsonVersion: '1.0' | '1.1'
  readonly targetPrefix: string
}

/** How a service is reached. */
export interface ClientConfig {
  readonly region: string
  readonly credentials: Credentials
  /** @default `https://SERVICE.REGION.amazonaws.com` */
  readonly endpoint?: string | undefined
  /** @default the machine's clock */
  readonly now?: () => EpochMs
}

/** A service that speaks an AWS JSON protocol, without the SDK: docs/decisions/0010-lean-edge.md. */
export function awsService(
  { service, jsonVersion, targetPrefix }: ServiceProtocol,
  reach: ClientConfig,
): AwsJsonClient {
  const { region, credentials, now = systemClock.now } = reach
  const endpoint = new URL(reach.endpoint ?? `https://${service}.${region}.amazonaws.com`)
  const connections = createConnectionPool(endpoint, now)
  const sign = createSigner({ region, service, host: endpoint.host }, credentials)
  const contentType = `application/x-amz-json-${jsonVersion}`
  return {
    async call(operation, input, timeoutMs) {
      const body = JSON.stringify(input)
      const signed = sign({ contentType, target: `${targetPrefix}.${operation}`, body }, now())
      const head = `POST / HTTP/1.1\r\n${signed}content-length:${Buffer.byteLength(body)}\r\n\r\n`
      const answer = await connections.ask(head + body, timeoutMs)
      const output: unknown = JSON.parse(answer.body)
      if (!isObject(output)) throw new Error(`${operation}: the answer is no object`)
      if (answer.status !== 200) throw errorOf(operation, answer.status, output)
      return output
    },
    preconnect: () => connections.preconnect(),
  }
}

/** Only an answer that names its error says what was done. Its text may hold what must not be logged: it isn't kept. */
function errorOf(operation: string, status: number, output: { __type?: unknown; Item?: unknown }): Error {
  const { __type: type, Item } = output
  if (typeof type !== 'string') return new Error(`${operation}: an error ${status} without a name`)
  const name = type.slice(type.indexOf('#') + 1)
  const $fault = status < 500 ? 'client' : 'server'
  const error = new Error(`${operation}: ${name}`)
  return Object.assign(error, { name, $fault, $metadata: { httpStatusCode: status }, ...(isObject(Item) && { Item }) })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
