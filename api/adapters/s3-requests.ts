import type { ClientConfig } from '../../shared/aws/aws-json-client.ts'
import { createConnectionPool } from '../../shared/aws/connection-pool.ts'
import { headerFinder, type HttpResponse, parseHeadResponse, parseResponse } from '../../shared/aws/http-response.ts'
import { systemClock } from '../../shared/aws/process.ts'
import { createReadSigner } from '../../shared/aws/sigv4.ts'
import { minAttemptMs } from '../../shared/limits.ts'
import type { Link } from '../../shared/link.ts'
import {
  parseVersionId,
  resourceParameters,
  resourcePath,
  type VersionId,
  withParameters,
} from '../../shared/object-key.ts'

/** Timeout of one read, in milliseconds, with all its attempts. */
const readMs = 3000

/** At most two attempts, and none waits long for S3, so that the second one has time, too. */
const maxAttempts = 2
const attemptMs = 1450

/** Longest pause before the second attempt, in milliseconds: that of the SDKs. */
const maxPauseMs = 100

/** Statuses of S3 for an object or a version that it does not have; 405 is for the version id of a delete marker. */
const missingStatuses: ReadonlySet<number> = new Set([404, 405])

/** Statuses after which a second attempt may help: S3 is busy, or has an error of its own. */
const isTemporary = (status: number) => status === 429 || status >= 500

/** The requests: each with its method, and the parameter that makes it one about something else than the bytes. */
const operations = {
  HeadObject: { method: 'HEAD', parameters: [] },
  /** The same, with the checksum. */
  HeadReceived: { method: 'HEAD', parameters: [] },
  GetObjectTagging: { method: 'GET', parameters: ['tagging='] },
  ListObjectsV2: { method: 'GET', parameters: [] },
} as const

type Operation = keyof typeof operations

/** An object, or one version of it. */
type ObjectVersion = Pick<Link, 'key' | 'versionId'>

/** Reads one bucket, without the SDK (docs/decisions/0027-issuing-cost.md): each in at most 3 s. Rejects if S3 does not respond, or refuses. */
export interface S3Requests {
  /** Returns the response about an object, or about the version that is named; `missing` if S3 has none. */
  find(operation: Exclude<Operation, 'ListObjectsV2'>, object: ObjectVersion): Promise<HttpResponse | 'missing'>
  /** Lists objects; `parameters` are in the order of their names. */
  list(parameters: readonly string[]): Promise<HttpResponse>
}

/** Creates the requests to a bucket. An endpoint of `config` names the bucket in the path. */
export function s3Requests(bucket: string, config: ClientConfig): S3Requests {
  const send = senderTo(bucket, config)
  return {
    async find(operation, { key, versionId }) {
      const deadline = systemClock.now() + readMs
      const { parameters } = operations[operation]
      const request = (version: readonly string[]) =>
        send(operation, withParameters(resourcePath({ key }), [...parameters, ...version]), deadline)
      const response = await request(versionId === undefined ? [] : [`${resourceParameters.version}=${versionId}`])
      const { status } = response
      if (status === 200) return response
      if (missingStatuses.has(status)) return 'missing'
      // S3 responds with 400 to text that is no id of its versions, but also to, say, expired credentials.
      if (versionId === undefined || status !== 400) throw unexpected(operation, status)
      const latest = await request([])
      if (latest.status !== 200 && !missingStatuses.has(latest.status)) throw unexpected(operation, latest.status)
      return 'missing'
    },
    async list(parameters) {
      const response = await send('ListObjectsV2', withParameters('/', parameters), systemClock.now() + readMs)
      if (response.status !== 200) throw unexpected('ListObjectsV2', response.status)
      return response
    },
  }
}

/** A response to HEAD has no body, so only its status says what is wrong. */
function unexpected(operation: Operation, status: number): Error {
  return Object.assign(new Error(`${operation}: status ${status}`), { name: `${operation}${status}` })
}

/**
 * Returns a function that sends a request, and a second one if there is no response to the first, or a temporary error. It
 * rejects if there is no time left for an attempt.
 */
function senderTo(bucket: string, { region, credentials, endpoint }: ClientConfig) {
  const { origin, folder } =
    endpoint === undefined ? addressOf(bucket, region) : { origin: endpoint, folder: `/${bucket}` }
  const url = new URL(origin)
  const pool = createConnectionPool(url, systemClock.now)
  const scope = { region, service: 's3', host: url.host }
  const sign = createReadSigner(scope, credentials)
  const signWithChecksum = createReadSigner(scope, credentials, true)
  return async (operation: Operation, path: string, deadline: number): Promise<HttpResponse> => {
    const { method } = operations[operation]
    const target = folder + path
    const parse = method === 'HEAD' ? parseHeadResponse : parseWithHead
    const signed = operation === 'HeadReceived' ? signWithChecksum : sign
    for (let attempt = 1; ; attempt += 1) {
      const now = systemClock.now()
      const timeoutMs = Math.min(attemptMs, deadline - now)
      if (timeoutMs < minAttemptMs) throw new Error(`${operation}: no time left`)
      const request = `${method} ${target} HTTP/1.1\r\n${signed(method, target, now)}\r\n`
      try {
        const response = await pool.send(request, timeoutMs, parse)
        if (attempt === maxAttempts || !isTemporary(response.status)) return response
      } catch (error) {
        if (attempt === maxAttempts) throw error
      }
      await systemClock.pause(Math.random() * maxPauseMs)
    }
  }
}

const versionHeader = headerFinder('x-amz-version-id')

/** Returns the version that a response is about; undefined if the bucket has none, or a link may not name it. */
export function findVersion({ head = '' }: HttpResponse): VersionId | undefined {
  const version = versionHeader(head)
  return version === undefined ? undefined : parseVersionId(version)
}

/** Parses a response with its headers, of which S3 has some that count. */
function parseWithHead(bytes: Buffer): HttpResponse | undefined {
  const response = parseResponse(bytes)
  return response && { ...response, head: bytes.toString('latin1', 0, bytes.indexOf('\r\n\r\n')) }
}

/** Names of buckets that can be part of a host name under AWS's certificates, which cover no dots. */
const hostable = /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/

/** Returns AWS's endpoint for a bucket (AWS, "Virtual hosting of general purpose buckets"). */
function addressOf(bucket: string, region: string): { readonly origin: string; readonly folder: string } {
  const host = `s3.${region}.amazonaws.com`
  return hostable.test(bucket)
    ? { origin: `https://${bucket}.${host}`, folder: '' }
    : { origin: `https://${host}`, folder: `/${bucket}` }
}
