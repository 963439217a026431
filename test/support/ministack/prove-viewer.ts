import { CloudFrontClient, GetFunctionCommand, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { gzipSync } from 'node:zlib'
import { http } from '../../../cli/adapters/http.ts'
import type { HttpClient } from '../../../cli/ports/links.ts'
import { createGate } from '../../../emulator/cloudfront/gate.ts'
import { account } from './ministack.ts'
import type { Front } from './front.ts'

/** Where viewers' requests go. */
export interface ViewerSite {
  readonly endpoint: string
  readonly front: Front
}

const name = 'once-prove'
const trialRequestId = 'trial-request'

/**
 * Returns a client that reaches the distribution of links at a front, and throw-away ones at what they consist of. Access logs get the entries
 * that `once prove` waits for.
 */
export function viewerOf(site: ViewerSite): HttpClient {
  return {
    async fetch(url, init) {
      const { host, pathname, search } = new URL(url)
      const trial = await trialAt(host, site)
      if (trial !== undefined) return atTrial(trial, site)
      const headers = { ...Object.fromEntries(new Headers(init.headers)), host }
      const { signal } = init
      const response = await http.fetch(`${site.front.origin}${pathname}${search}`, {
        headers,
        ...(signal && { signal }),
      })
      if (!pathname.startsWith('/d/') && 'range' in headers) await logPart(site, response)
      if (pathname.endsWith('large.txt')) await logBrokenOff(site, response)
      return response
    },
  }
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
async function atTrial(kind: TrialKind, site: ViewerSite): Promise<Response> {
  const { FunctionCode } = await clients(site).cloudfront.send(
    new GetFunctionCommand({ Name: `${name}-${kind}`, Stage: 'LIVE' }),
  )
  const code = Buffer.from(FunctionCode ?? []).toString()
  if (kind === 'logs') return logged(code, site)
  const socket = { remoteAddress: '2001:db8::8a2e:370:7334' }
  const result = createGate(code)({ method: 'GET', url: '/', rawHeaders: [], socket }, 'request')
  if (result.kind !== 'response') throw new Error(`the function made no response: ${result.kind}`)
  return responseWith(result.status, result.body)
}

/** The log of the throw-away distribution is in the bucket of its stack. */
async function logged(code: string, site: ViewerSite): Promise<Response> {
  if (!code.includes("cf.logCustomData('once-prove')")) throw new Error('the function logs nothing')
  const entry = { 'x-edge-request-id': trialRequestId, 'viewer-request-log-data': name }
  await putLog(site, bucket => bucket.includes('prove'), entry)
  return responseWith(200, 'logged')
}

async function logPart(site: ViewerSite, response: Response): Promise<void> {
  const id = response.headers.get('x-amz-cf-id')
  const entry = { 'x-edge-request-id': id, 'sc-status': '206', 'sc-range-start': '5', 'sc-range-end': '9' }
  await putLog(site, bucket => bucket.includes('access-logs'), entry)
}

async function logBrokenOff(site: ViewerSite, response: Response): Promise<void> {
  const id = response.headers.get('x-amz-cf-id')
  const results = { 'x-edge-result-type': 'Error', 'x-edge-detailed-result-type': 'ClientCommError' }
  const entry = { 'x-edge-request-id': id, 'sc-bytes': '20', ...results }
  await putLog(site, bucket => bucket.includes('access-logs'), entry)
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

function responseWith(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'x-amz-cf-id': trialRequestId } })
}
