import { CloudFrontClient, GetFunctionCommand, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { gzipSync } from 'node:zlib'
import { httpClient } from '../../../cli/adapters/http.ts'
import type { HttpClient, HttpResponse } from '../../../cli/ports/links.ts'
import { createGate } from '../../../emulator/cloudfront/gate.ts'
import { account } from './ministack.ts'
import type { Front } from './front.ts'

/** What CloudFront does that AWS does not document, and what clients do. By default what the deployment relies on. */
export interface Behaviour {
  /** Whether CloudFront takes the signature for a false one. */
  readonly refusesSignature?: boolean
  /** Whether the gate comes before the signature. */
  readonly gateFirst?: boolean
  /** A header that does not arrive at files. */
  readonly drops?: 'once-client' | 'cookie'
  /** Whether redirects lose their cookies. */
  readonly losesCookie?: boolean
  /** How `viewer.ip` spells the address of a viewer at a throw-away distribution. */
  readonly viewerIp?: string
  /** Whether, and with what of the function, an entry of the log arrives. @default it does not */
  readonly logs?: { readonly data: string }
  /** Whether an entry of the access log arrives, and with which range. */
  readonly range?: readonly [string, string]
  /** Whether an entry of a download that is broken off arrives, and with which result. */
  readonly brokenOff?: string
}

/** Where viewers' requests go. */
export interface ViewerSite {
  readonly endpoint: string
  /** By whether the gate comes first. */
  readonly front: (gateFirst: boolean) => Promise<Front>
}

const name = 'once-prove'
const trialRequestId = 'trial-request'

/** Returns a client that reaches the distribution of links at a front, and throw-away ones at what they consist of. */
export function viewerOf(site: ViewerSite, behaviour: Behaviour): HttpClient {
  const client = httpClient()
  return {
    async send(request) {
      const { host, pathname, search } = new URL(request.url)
      const trial = await trialAt(host, site)
      if (trial !== undefined) return atTrial(trial, site, behaviour)
      const { origin } = await site.front(behaviour.gateFirst === true)
      const query = behaviour.refusesSignature === true ? search.replace(/Signature=..../, 'Signature=AAAA') : search
      const isFile = !pathname.startsWith('/d/')
      const kept = Object.entries(request.headers).filter(([each]) => !isFile || each !== behaviour.drops)
      const headers = { ...Object.fromEntries(kept), host }
      const response = await client.send({
        method: request.method,
        url: `${origin}${pathname}${query}`,
        headers,
        signal: request.signal,
      })
      if (isFile && 'range' in request.headers && behaviour.range !== undefined)
        await logPart(site, response, behaviour.range)
      if (pathname.endsWith('large.txt') && behaviour.brokenOff !== undefined)
        await logBrokenOff(site, response, behaviour.brokenOff)
      return behaviour.losesCookie === true ? withoutCookie(response) : response
    },
  }
}

function withoutCookie(response: HttpResponse): HttpResponse {
  return { ...response, header: each => (each === 'set-cookie' ? undefined : response.header(each)) }
}

const clients = ({ endpoint }: ViewerSite) => ({
  cloudfront: new CloudFrontClient({ endpoint, region: 'us-east-1' }),
  s3: new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true }),
})

type TrialKind = 'ipv6' | 'logs'

/** Returns the kind of the throw-away stack whose distribution has the host; undefined for the host of links. */
async function trialAt(host: string, site: ViewerSite): Promise<TrialKind | undefined> {
  const { DistributionList } = await clients(site).cloudfront.send(new ListDistributionsCommand({}))
  const found = DistributionList?.Items?.find(({ DomainName }) => DomainName === host)
  return (['ipv6', 'logs'] as const).find(kind => found?.Comment?.startsWith(`${name}-${kind}:`))
}

/** Runs the function of a throw-away distribution, as it was published. */
async function atTrial(kind: TrialKind, site: ViewerSite, behaviour: Behaviour): Promise<HttpResponse> {
  const { FunctionCode } = await clients(site).cloudfront.send(
    new GetFunctionCommand({ Name: `${name}-${kind}`, Stage: 'LIVE' }),
  )
  const code = Buffer.from(FunctionCode ?? []).toString()
  if (kind === 'logs') return logged(code, site, behaviour)
  const socket = { remoteAddress: behaviour.viewerIp ?? '192.0.2.1' }
  const result = createGate(code)({ method: 'GET', url: '/', rawHeaders: [], socket }, 'request')
  if (result.kind !== 'response') throw new Error(`the function made no response: ${result.kind}`)
  return responseWith(result.status, result.body)
}

/** The log of the throw-away distribution is in the bucket of its stack. */
async function logged(code: string, site: ViewerSite, { logs }: Behaviour): Promise<HttpResponse> {
  if (!code.includes("cf.logCustomData('once-prove')")) throw new Error('the function logs nothing')
  if (logs !== undefined)
    await putLog(site, bucket => bucket.includes('prove'), {
      'x-edge-request-id': trialRequestId,
      'viewer-request-log-data': logs.data,
    })
  return responseWith(200, 'logged')
}

async function logPart(
  site: ViewerSite,
  response: HttpResponse,
  [start, end]: readonly [string, string],
): Promise<void> {
  const id = response.header('x-amz-cf-id')
  const entry = { 'x-edge-request-id': id, 'sc-status': '206', 'sc-range-start': start, 'sc-range-end': end }
  await putLog(site, bucket => bucket.includes('access-logs'), entry)
}

async function logBrokenOff(site: ViewerSite, response: HttpResponse, result: string): Promise<void> {
  const id = response.header('x-amz-cf-id')
  const results = { 'x-edge-result-type': 'Error', 'x-edge-detailed-result-type': result }
  await putLog(site, bucket => bucket.includes('access-logs'), {
    'x-edge-request-id': id,
    'sc-bytes': '20',
    ...results,
  })
}

async function putLog(site: ViewerSite, isLog: (bucket: string) => boolean, entry: object): Promise<void> {
  const { s3 } = clients(site)
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
  const bucket = Buckets.map(({ Name = '' }) => Name).find(isLog)
  if (bucket === undefined) throw new Error('there is no bucket for this log')
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }))
  const Body = gzipSync(`${JSON.stringify(entry)}\n`)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `AWSLogs/${account}/${KeyCount}.gz`, Body }))
}

function responseWith(status: number, body: string): HttpResponse {
  return {
    status,
    header: each => (each === 'x-amz-cf-id' ? trialRequestId : undefined),
    body: (async function* () {
      yield Buffer.from(body)
    })(),
    text: async () => body,
    end: () => undefined,
  }
}
