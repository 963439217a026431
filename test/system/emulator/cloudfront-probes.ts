import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { onTestFinished } from 'vitest'
import type { CachePolicy } from '../../../emulator/cloudfront/cache-policy.ts'
import type { GateOrder } from '../../../emulator/cloudfront/content.ts'
import type { OriginRequest } from '../../../emulator/s3/origin.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { type Answer, ask, type RequestOptions } from '../../support/http.ts'

/** Ways to ask the emulator's CloudFront what it does. */
export interface CloudFront {
  /** What becomes of a request with a signature: `granted`, or the code of the 403. */
  signed(request: Signed): string
  /** Seconds for which a response of the origin is cached, with minimum TTL 0. */
  ttl(status: number, cacheControl?: string): number
  /** Starts an edge over HTTP; ends with the test. */
  site(options?: SiteOptions): Promise<Site>
}

/** A request with a custom policy. */
interface Signed {
  /** The policy's Resource. @default everything */
  readonly resource?: string
  /** How often the policy has its statement. @default 1 */
  readonly statements?: number
  /** What the viewer requests. */
  readonly url?: string
  /** Time of the request in epoch seconds. @default `start` */
  readonly at?: number
  readonly by?: 'url' | 'cookies'
  /** By what it is signed. @default SHA1 */
  readonly hash?: 'SHA1' | 'SHA256'
  /** Its `Hash-Algorithm`. @default none */
  readonly named?: string
}

/** A response of the origin to a GET. */
interface OriginObject {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** What an edge has. */
interface SiteOptions {
  readonly object?: () => OriginObject
  readonly cache?: Partial<CachePolicy>
  /** Body of `handler(event)` of the function on viewer requests for content. */
  readonly gate?: string
  readonly gateOrder?: GateOrder
  /** What the Lambda@Edge function of `/d/*` returns. */
  readonly generated?: unknown
  /** Requests that must have arrived before the origin responds to any. @default 1 */
  readonly together?: number
}

/** An edge that runs. */
interface Site {
  /** Requests a target with a signature. Returns when its response may be in the cache. */
  ask(target: string, options?: RequestOptions): Promise<Answer>
  /** Sends bytes, and returns all that the edge sends until it closes the connection. */
  raw(request: string): Promise<string>
  /** Requests that reached the origin. */
  readonly requests: readonly OriginRequest[]
  readonly events: readonly CloudFrontRequestEvent[]
  advance(seconds: number): void
}

/** The time at which everything starts, in epoch seconds. */
export const start = 1_675_200_000

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyPairId = 'K2JCJMDEHXQW5F'
const keyGroup = new Map([[keyPairId, publicKey]])

const base64 = (bytes: Buffer) =>
  bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')

/** Returns the parameters of a signature, each as `NAME=VALUE`. */
function parametersOf({ resource = '*', statements = 1, hash = 'SHA1', named }: Signed, end: number) {
  const statement = { Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': end } } }
  const json = Buffer.from(JSON.stringify({ Statement: Array.from({ length: statements }, () => statement) }))
  const signature = [`Policy=${base64(json)}`, `Signature=${base64(sign(hash, json, privateKey))}`]
  return [...signature, `Key-Pair-Id=${keyPairId}`, ...(named === undefined ? [] : [`Hash-Algorithm=${named}`])]
}

const withQuery = (url: string, pairs: readonly string[]) => `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`

/** Loads the emulator of the repository, or of a copy of it. */
export async function loadCloudFront(root = join(import.meta.dirname, '../../..')): Promise<CloudFront> {
  const load = async (file: string): Promise<unknown> => import(join(root, 'emulator', file))
  const parts = {
    ...((await load(
      'cloudfront/signed-request.ts',
    )) as typeof import('../../../emulator/cloudfront/signed-request.ts')),
    ...((await load('cloudfront/cache-policy.ts')) as typeof import('../../../emulator/cloudfront/cache-policy.ts')),
    ...((await load('cloudfront/distribution.ts')) as typeof import('../../../emulator/cloudfront/distribution.ts')),
    ...((await load('cloudfront/gate.ts')) as typeof import('../../../emulator/cloudfront/gate.ts')),
    ...((await load('servers.ts')) as typeof import('../../../emulator/servers.ts')),
  }
  const policy = { minTtl: 0, defaultTtl: 86_400, maxTtl: 1800, errorTtl: 10, keyParameters: [] }
  return {
    signed: request => signedWith(parts, request),
    ttl: (status, control) =>
      parts.timeToLive(
        { status, headers: control === undefined ? {} : { 'cache-control': control } },
        policy,
        (start * 1000) as EpochMs,
      ),
    site: options => startSite(parts, options),
  }
}

type Parts = Pick<typeof import('../../../emulator/cloudfront/signed-request.ts'), 'checkSignedContent'> &
  Pick<typeof import('../../../emulator/cloudfront/distribution.ts'), 'serveViewers'> &
  Pick<typeof import('../../../emulator/cloudfront/gate.ts'), 'createGate'> &
  Pick<typeof import('../../../emulator/servers.ts'), 'listenOnLoopback'>

function signedWith({ checkSignedContent }: Parts, request: Signed): string {
  const { url = 'https://d111111abcdef8.cloudfront.net/training/orientation.pdf', at = start, by = 'url' } = request
  const values = parametersOf(request, start + 60)
  const sent =
    by === 'url'
      ? { url: withQuery(url, values), cookies: '' }
      : { url, cookies: values.map(each => `CloudFront-${each}`).join('; ') }
  const check = checkSignedContent({ ...sent, address: '192.0.2.10', now: (at * 1000) as EpochMs }, keyGroup)
  return check.kind === 'granted' ? 'granted' : check.code
}

async function startSite(
  { serveViewers, createGate, listenOnLoopback }: Parts,
  { object = () => ({}), cache, gate, gateOrder, generated = { status: '200' }, together = 1 }: SiteOptions = {},
): Promise<Site> {
  const requests: OriginRequest[] = []
  const events: CloudFrontRequestEvent[] = []
  const all = Promise.withResolvers<void>()
  let [seconds, arrived] = [start, 0]
  const viewers = serveViewers({
    keyGroup,
    cache: { minTtl: 0, defaultTtl: 0, maxTtl: 31_536_000, errorTtl: 0, keyParameters: [], ...cache },
    gateOrder,
    gate: gate === undefined ? undefined : createGate(`function handler(event){${gate}}`),
    now: () => (seconds * 1000) as EpochMs,
    viewerRequest: async event => (events.push(event), generated),
    origin: async request => {
      requests.push(request)
      await all.promise
      const { status = 200, headers } = object()
      return {
        status,
        headers: { 'content-length': '10', ...headers },
        body: Readable.from([Buffer.from('0123456789')]),
      }
    },
  })
  const server = await listenOnLoopback(0)
  onTestFinished(() => server.close())
  server.serve((request, response) => {
    viewers(request, response)
    arrived += 1
    if (arrived === together) all.resolve()
  })
  return {
    requests,
    events,
    advance: more => void (seconds += more),
    async ask(target, options) {
      const answer = await ask(server.origin + withQuery(target, parametersOf({}, seconds + 60)), options)
      await new Promise(setImmediate) // the response is stored when its last byte was sent
      return answer
    },
    raw: request => sendBytes(server.origin, request),
  }
}

async function sendBytes(origin: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request, 'latin1')
  return text(socket)
}
