import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { CloudFrontRequestEvent } from 'aws-lambda'
import { onTestFinished } from 'vitest'
import type { CachePolicy } from '../../../../emulator/cloudfront/cache-policy.ts'
import type { GateOrder } from '../../../../emulator/cloudfront/content.ts'
import type { LoopbackServer } from '../../../../emulator/servers.ts'
import type { OriginRequest } from '../../../../emulator/s3/origin.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import { type Answer, ask, type RequestOptions } from '../../../support/http.ts'

/** Ways to ask the emulator's CloudFront what it does. */
export interface CloudFront {
  /** What becomes of a request with a signature: `granted`, or the code of the 403. AWS documents the 403 and two messages, no code. */
  signed(request: Signed): string
  /** Whether a Resource in a signed URL, or in cookies, covers a URL. */
  covers(resource: string | undefined, url: string, by?: Signed['by']): boolean
  /** Seconds for which a response of the origin is cached, under `policy`. */
  ttl(response: OriginObject, policy?: Partial<CachePolicy>): number
  /** Starts an edge over HTTP; ends with the test. */
  site(options?: SiteOptions): Promise<Site>
  /** Numbers that no request of a test reaches. */
  readonly maxFunctionMs: number
  readonly managedHeaders: Readonly<Record<string, string>>
  readonly planCache: CachePolicy
  contentCache(cacheSeconds: number): CachePolicy
}

/** A request with a signature. Its policy is signed as it is; `canned` is for a URL with `Expires`. */
export interface Signed {
  readonly policy?: object | string
  readonly canned?: { readonly url: string; readonly expires: number }
  /** What the viewer requests. @default the file of AWS's examples */
  readonly url?: string
  /** @default 192.0.2.10 */
  readonly ip?: string
  /** Time of the request in epoch seconds. @default 1675200000 */
  readonly at?: number
  readonly by?: 'url' | 'cookies'
  readonly key?: keyof typeof keys
  readonly hash?: 'SHA1' | 'SHA256'
  /** Changes the parameters after they were signed. */
  readonly change?: (values: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
}

/** A response of the origin to a GET. */
export interface OriginObject {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What an edge has. */
export interface SiteOptions {
  readonly object?: OriginObject | ((request: OriginRequest) => OriginObject)
  readonly cache?: Partial<CachePolicy>
  /** Body of `handler(event)` of the function on viewer requests for content. */
  readonly gate?: string
  readonly gateOrder?: GateOrder
  /** Same on viewer responses; the policies are managed ones then. */
  readonly delivery?: string
  /** The Lambda@Edge function of `/d/*`. */
  readonly lambda?: (event: CloudFrontRequestEvent) => unknown
  /** Whether it listens as an edge of the emulator, which limits the heads of requests. */
  readonly isEdge?: boolean
  /** Requests that must have arrived before the origin responds to any. @default 1 */
  readonly together?: number
}

/** How a target is signed: with a canned policy. */
interface Signature {
  /** Not at all. */
  readonly unsigned?: boolean
  /** From now on. @default 60 */
  readonly seconds?: number
  /** More of the query, which is not signed. */
  readonly added?: string
}

/** An edge that runs. */
export interface Site {
  /** Requests a target. Returns when its response may be in the cache. */
  ask(target: string, options?: RequestOptions & Signature): Promise<Answer>
  /** Sends bytes, and returns all that the edge sends until it closes the connection. */
  raw(request: string): Promise<string>
  /** Requests that reached the origin. */
  readonly requests: readonly OriginRequest[]
  readonly events: readonly CloudFrontRequestEvent[]
  advance(seconds: number): void
}

const keys = {
  K2JCJMDEHXQW5F: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  KP256EXAMPLE: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
}
const keyGroup: ReadonlyMap<string, KeyObject> = new Map(
  Object.entries(keys).map(([id, { publicKey }]) => [id, publicKey]),
)
const day: CachePolicy = { minTtl: 0, defaultTtl: 86_400, maxTtl: 31_536_000, errorTtl: 10, keyParameters: [] }
const start = 1_675_200_000

const base64 = (bytes: Buffer) =>
  bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')

/** Signs as the commands in AWS's "Linux commands and OpenSSL" do. */
function signingValues({ policy, canned, key = 'K2JCJMDEHXQW5F', hash = 'SHA1' }: Signed) {
  const statement = { Resource: canned?.url, Condition: { DateLessThan: { 'AWS:EpochTime': canned?.expires } } }
  const signedPolicy = policy ?? { Statement: [statement] }
  const json = typeof signedPolicy === 'string' ? signedPolicy : JSON.stringify(signedPolicy)
  return {
    ...(canned === undefined ? { Policy: base64(Buffer.from(json)) } : { Expires: String(canned.expires) }),
    Signature: base64(sign(hash, Buffer.from(json), keys[key].privateKey)),
    'Key-Pair-Id': key,
    ...(hash === 'SHA256' && { 'Hash-Algorithm': hash }),
  }
}

const pairsOf = (values: object, prefix = '') =>
  Object.entries(values).map(([name, value]) => `${prefix}${name}=${value}`)
const withQuery = (url: string, pairs: readonly string[]) => `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`

/** Loads the emulator of the repository, or of a copy of it. */
export async function loadCloudFront(root = join(import.meta.dirname, '../../../..')): Promise<CloudFront> {
  const load = async (file: string): Promise<unknown> => import(join(root, 'emulator', file))
  const parts = {
    ...((await load(
      'cloudfront/signed-request.ts',
    )) as typeof import('../../../../emulator/cloudfront/signed-request.ts')),
    ...((await load('cloudfront/cache-policy.ts')) as typeof import('../../../../emulator/cloudfront/cache-policy.ts')),
    ...((await load('cloudfront/quotas.ts')) as typeof import('../../../../emulator/cloudfront/quotas.ts')),
    ...((await load('cloudfront/plan.ts')) as typeof import('../../../../emulator/cloudfront/plan.ts')),
    ...((await load('cloudfront/distribution.ts')) as typeof import('../../../../emulator/cloudfront/distribution.ts')),
    ...((await load('cloudfront/gate.ts')) as typeof import('../../../../emulator/cloudfront/gate.ts')),
    ...((await load('cloudfront/delivery.ts')) as typeof import('../../../../emulator/cloudfront/delivery.ts')),
    ...((await load('s3/conditions.ts')) as typeof import('../../../../emulator/s3/conditions.ts')),
    ...((await load('servers.ts')) as typeof import('../../../../emulator/servers.ts')),
  }
  const signed = (request: Signed) => signedWith(parts, request)
  return {
    signed,
    covers: (resource, url, by = 'url') => signed({ policy: policyFor(resource), url, by }) === 'granted',
    ttl: ({ status = 200, headers = {} }, policy) =>
      parts.timeToLive({ status, headers }, { ...day, ...policy }, (start * 1000) as EpochMs),
    site: options => startSite(parts, options),
    maxFunctionMs: parts.maxFunctionMs,
    managedHeaders: parts.managedHeaders,
    planCache: parts.planCache,
    contentCache: parts.contentCache,
  }
}

type Parts = Pick<typeof import('../../../../emulator/cloudfront/signed-request.ts'), 'checkSignedContent'> &
  Pick<typeof import('../../../../emulator/cloudfront/distribution.ts'), 'serveViewers'> &
  Pick<typeof import('../../../../emulator/cloudfront/gate.ts'), 'createGate'> &
  Pick<typeof import('../../../../emulator/cloudfront/delivery.ts'), 'createDelivery'> &
  Pick<typeof import('../../../../emulator/s3/conditions.ts'), 'evaluate'> &
  Pick<typeof import('../../../../emulator/servers.ts'), 'listenOnLoopback' | 'openServers'>

function policyFor(Resource: string | undefined): object {
  return { Statement: [{ Resource, Condition: { DateLessThan: { 'AWS:EpochTime': start + 60 } } }] }
}

function signedWith({ checkSignedContent }: Parts, request: Signed): string {
  const { ip = '192.0.2.10', at = start, by = 'url', change = values => values } = request
  const url = request.url ?? request.canned?.url ?? 'https://d111111abcdef8.cloudfront.net/training/orientation.pdf'
  const values = change(signingValues(request))
  const sent =
    by === 'url'
      ? { url: withQuery(url, pairsOf(values)), cookies: '' }
      : { url, cookies: pairsOf(values, 'CloudFront-').join('; ') }
  const check = checkSignedContent({ ...sent, address: ip, now: (at * 1000) as EpochMs }, keyGroup)
  return check.kind === 'granted' ? 'granted' : check.code
}

async function startSite(parts: Parts, { object = {}, together = 1, ...options }: SiteOptions = {}): Promise<Site> {
  const requests: OriginRequest[] = []
  const events: CloudFrontRequestEvent[] = []
  const clock = { seconds: start }
  const all = Promise.withResolvers<void>()
  const { lambda = () => ({ status: '200' }) } = options
  const viewers = parts.serveViewers({
    ...distributionParts(parts, options),
    now: () => (clock.seconds * 1000) as EpochMs,
    viewerRequest: async event => (events.push(event), lambda(event)),
    origin: async request => {
      requests.push(request)
      await all.promise
      return respond(parts, request, typeof object === 'function' ? object(request) : object)
    },
  })
  let arrived = 0
  const server = await listen(parts, options.isEdge === true)
  server.serve((request, response) => {
    viewers(request, response)
    arrived += 1
    if (arrived === together) all.resolve()
  })
  return {
    requests,
    events,
    advance: seconds => void (clock.seconds += seconds),
    ask: (target, request) => askSigned(server.origin, target, { now: clock.seconds, ...request }),
    raw: request => sendBytes(server.origin, request),
  }
}

function distributionParts({ createGate, createDelivery }: Parts, { cache, gate, gateOrder, delivery }: SiteOptions) {
  return {
    keyGroup,
    cache: { ...day, defaultTtl: 0, ...cache },
    gateOrder,
    gate: gate === undefined ? undefined : createGate(`function handler(event){${gate}}`),
    delivery: delivery === undefined ? undefined : createDelivery(`function handler(event){${delivery}}`),
  }
}

async function askSigned(
  origin: string,
  target: string,
  { now, unsigned = false, seconds = 60, added = '', ...options }: RequestOptions & Signature & { now: number },
): Promise<Answer> {
  const host = String(options.headers?.['Host'] ?? new URL(origin).host)
  const values = signingValues({ canned: { url: `http://${host}${target}`, expires: now + seconds } })
  const path = (unsigned ? target : withQuery(target, pairsOf(values))) + added
  const answer = await ask(origin + path, options)
  await new Promise(setImmediate) // the response is stored when its last byte was sent
  return answer
}

async function sendBytes(origin: string, request: string): Promise<string> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request, 'latin1')
  return text(socket)
}

async function listen({ listenOnLoopback, openServers }: Parts, isEdge: boolean): Promise<LoopbackServer> {
  if (!isEdge) {
    const server = await listenOnLoopback(0)
    onTestFinished(() => server.close())
    return server
  }
  const opened = new AsyncDisposableStack()
  onTestFinished(() => opened.disposeAsync())
  const { edges } = await openServers({ port: 0, regions: ['us-east-1'] }, opened)
  return edges.get('us-east-1') as LoopbackServer
}

/** Responds as S3 does: one range, conditions, an ETag and a date. */
function respond(
  { evaluate }: Parts,
  request: OriginRequest,
  { status = 200, headers, body = '0123456789' }: OriginObject,
) {
  const withBody = (content: string) =>
    request.method === 'GET' ? { body: Readable.from([Buffer.from(content)]) } : {}
  const length = (content: string) => ({ 'content-length': String(Buffer.byteLength(content)) })
  if (status !== 200) return { status, headers: { ...length(body), ...headers }, ...withBody(body) }
  const etag = `"${createHash('md5').update(body).digest('hex')}"`
  const modifiedAt = ((start - 60) * 1000) as EpochMs
  const common = { etag, 'last-modified': new Date(modifiedAt).toUTCString(), ...headers }
  const result = evaluate(request.headers, { etag, modifiedAt, size: body.length })
  if (result.kind === 'not-modified') return { status: 304, headers: common }
  if (result.kind === 'invalid-range') return { status: 416, headers: length(''), ...withBody('') }
  if (result.kind !== 'part') return { status: 200, headers: { ...common, ...length(body) }, ...withBody(body) }
  const part = body.slice(result.first, result.last + 1)
  const range = { 'content-range': `bytes ${result.first}-${result.last}/${body.length}` }
  return { status: 206, headers: { ...common, ...length(part), ...range }, ...withBody(part) }
}
