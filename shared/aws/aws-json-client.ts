import type { EpochMs } from '../time.ts'
import { onePerRegion, type Region } from '../regions.ts'
import { createConnectionPool } from './connection-pool.ts'
import { createSigner, type Credentials } from './sigv4.ts'

/** Client of an AWS service in one Region. */
export interface AwsJsonClient {
  /**
   * Calls an operation with one request and returns its output. Rejects after `timeoutMs` at the latest. Errors of the
   * service have the shape that the SDK gives them, so `effectOf` reads both.
   */
  call(operation: string, input: object, timeoutMs: number): Promise<object>
  /** Connects, for the next call. Resolves when it has, or can't. */
  preconnect(): Promise<void>
}

/** A service's name and its version of the AWS JSON protocol (Smithy, "AWS JSON 1.0 protocol" and 1.1). */
export interface ServiceProtocol {
  readonly service: string
  readonly jsonVersion: '1.0' | '1.1'
  readonly targetPrefix: string
}

/** Where a service is, and who calls it. */
export interface ClientConfig {
  readonly region: string
  readonly credentials: Credentials
  /** @default `https://SERVICE.REGION.amazonaws.com` */
  readonly endpoint?: string | undefined
  /** @default the machine's clock */
  readonly now?: () => EpochMs
}

const machineClock = () => Date.now() as EpochMs

/** Returns a client of a service with an AWS JSON protocol, without the SDK: docs/decisions/0010-lean-edge.md. */
export function createAwsJsonClient(
  { service, jsonVersion, targetPrefix }: ServiceProtocol,
  config: ClientConfig,
): AwsJsonClient {
  const { region, credentials, now = machineClock } = config
  const endpoint = new URL(config.endpoint ?? `https://${service}.${region}.amazonaws.com`)
  const pool = createConnectionPool(endpoint, now)
  const sign = createSigner({ region, service, host: endpoint.host }, credentials)
  const contentType = `application/x-amz-json-${jsonVersion}`
  return {
    async call(operation, input, timeoutMs) {
      const body = JSON.stringify(input)
      const signed = sign({ contentType, target: `${targetPrefix}.${operation}`, body }, now())
      const head = `POST / HTTP/1.1\r\n${signed}content-length:${Buffer.byteLength(body)}\r\n\r\n`
      const response = await pool.send(head + body, timeoutMs)
      const output: unknown = JSON.parse(response.body)
      if (!isObject(output)) throw new Error(`${operation}: not a JSON object`)
      if (response.status !== 200) throw errorOf(operation, response.status, output)
      return output
    },
    preconnect: () => pool.preconnect(),
  }
}

/** Only a response that names its error says what the service did. The error's text is dropped: it may hold secrets. */
function errorOf(operation: string, status: number, output: { __type?: unknown; Item?: unknown }): Error {
  const { __type: type, Item } = output
  if (typeof type !== 'string') return new Error(`${operation}: status ${status} without an error name`)
  const name = type.slice(type.indexOf('#') + 1)
  const $fault = status < 500 ? 'client' : 'server'
  const error = new Error(`${operation}: ${name}`)
  return Object.assign(error, { name, $fault, $metadata: { httpStatusCode: status }, ...(isObject(Item) && { Item }) })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const dynamodb = { service: 'dynamodb', jsonVersion: '1.0', targetPrefix: 'DynamoDB_20120810' } as const

/** Returns a client of DynamoDB in the one Region that `config` names. */
export function dynamodbClient(config: ClientConfig): AwsJsonClient {
  return createAwsJsonClient(dynamodb, config)
}

/** Returns a client of DynamoDB in each of `regions`. A Region's config may name another to call instead. */
export function dynamodbClients(
  regions: readonly Region[],
  configFor: (region: Region) => Omit<ClientConfig, 'region'> & { readonly region?: Region },
): (region: Region) => AwsJsonClient {
  return onePerRegion(regions, region => dynamodbClient({ region, ...configFor(region) }))
}
