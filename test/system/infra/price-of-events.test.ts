import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import type { CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { dynamodbIdempotencyStore, dynamodbQuota } from '../../../api/adapters/dynamodb-api-state.ts'
import { dynamodbLinkLists, dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { s3Objects } from '../../../api/adapters/s3-objects.ts'
import { s3Requests } from '../../../api/adapters/s3-requests.ts'
import { createHandler as createApi } from '../../../api/links/handler.ts'
import { dynamodbIn as dynamodbOfEdge } from '../../../edge/adapters/aws.ts'
import { createHandler as createEdge } from '../../../edge/redeem/handler.ts'
import { costOf } from '../../../infra/app/cost/cost.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { standard } from '../../../infra/app/profiles.ts'
import { dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import { proxyEvent } from '../../support/api/api.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { viewerRequest } from '../../support/edge/viewer-request.ts'

/** Links of one run: whole blocks of the quota of 3,000, and whole batches. */
const links = 600

/** What a run did, counted where it left our code. */
interface Counted {
  requests: number
  linkWrites: number
  quotaWrites: number
  otherCalls: number
  looks: number
  edge: number
  redirectBytes: number
}

/** The api and the edge as shipped but for their keys and their clock, on a table and a bucket that count. */
async function runLinks(linksPerRequest: 1 | 100): Promise<Counted> {
  const counted = { requests: 0, linkWrites: 0, quotaWrites: 0, otherCalls: 0, looks: 0, edge: 0, redirectBytes: 0 }
  const { issue, redeem } = await placeThatCounts(counted)
  for (let issued = 0; issued < links; issued += linksPerRequest) {
    for (const url of await issue(linksPerRequest)) {
      const response = await redeem(new URL(url).pathname)
      expect(response.status).toBe('302')
      counted.redirectBytes += sizeOf(response)
    }
  }
  return counted
}

/** A table that does what these requests need, at once, so that no request is repeated on a busy machine. */
function countingTable(counted: Counted): RequestListener {
  const items = new Map<string, unknown>()
  let used = 0
  const execute = (operation: string, { Item, Key, ExpressionAttributeValues: values }: StoreRequest) => {
    const isQuota = operation === 'UpdateItem' && values?.[':cost'] !== undefined
    if (isQuota) counted.quotaWrites += 1
    else if (operation === 'PutItem' || operation === 'DeleteItem') counted.linkWrites += 1
    else counted.otherCalls += 1
    if (Item !== undefined) items.set(Item.id.S, Item)
    used += Number(values?.[':cost']?.N ?? 0)
    return isQuota ? { used: { N: String(used) } } : items.get(Key?.id.S ?? '')
  }
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const Attributes = execute(operation, (await json(request)) as StoreRequest)
    response.end(JSON.stringify(Attributes === undefined ? {} : { Attributes }))
  }
  return (request, response) => void respond(request, response)
}

/** What the table reads of a request. */
interface StoreRequest {
  readonly Item?: { readonly id: { readonly S: string } }
  readonly Key?: { readonly id: { readonly S: string } }
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly N: string }>>
}

async function placeThatCounts(counted: Counted) {
  const [region] = standard.homeRegions
  const deployment = testDeployment({ homeRegions: [region], callerQuota: 3000 })
  const { linksTable, apiStateTable } = deployment
  const store = await serveHere(countingTable(counted))
  const bucket = await serveHere((_, response) => {
    counted.looks += 1
    response.writeHead(200, { 'x-amz-version-id': 'L4kqtJlcpXroDTDmpUMLUoQ8Zcrv5Zr1', 'content-length': 9 }).end()
  })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const config = { endpoint: store.origin, credentials }
  const common = { clock: manualClock(), random: randomBytes, keyring: testKeyring, log: () => undefined }
  const ofApi = dynamodbOfApi([region], () => config)
  const api = createApi(
    {
      ...common,
      links: dynamodbLinks(linksTable, ofApi),
      listings: dynamodbLinkLists(linksTable, ofApi),
      objects: s3Objects(s3Requests('content', { region, endpoint: bucket.origin, credentials })),
      idempotency: dynamodbIdempotencyStore(apiStateTable, { region, ...config }),
      quota: dynamodbQuota(apiStateTable, { region, ...config }),
    },
    deployment,
    region,
  )
  const table = dynamodbLinkTable(
    linksTable,
    dynamodbOfEdge([region], () => config),
  )
  const edge = createEdge({ ...common, table }, deployment, region)
  return {
    async issue(count: 1 | 100): Promise<readonly string[]> {
      counted.requests += 1
      const asked = Array.from({ length: count }, () => ({ key: `reports/${randomBytes(12).toString('hex')}.pdf` }))
      const event = count === 1 ? proxyEvent('POST', '/links', { body: asked[0] }) : batchEvent(asked)
      const { body } = await api(event)
      const answer = JSON.parse(body) as { url: string; results?: { link: { url: string } }[] }
      return answer.results?.map(({ link }) => link.url) ?? [answer.url]
    },
    redeem(uri: string): Promise<CloudFrontResultResponse> {
      counted.edge += 1
      return edge(viewerRequest({ uri }))
    },
  }
}

const batchEvent = (all: readonly object[]) => proxyEvent('POST', '/links/batch', { body: { links: all } })

/** Returns the bytes of a response as CloudFront sends it, with the headers that CloudFront adds. */
function sizeOf({ headers = {} }: CloudFrontResultResponse): number {
  const added = 320
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map(({ value }) => `${name}: ${value}\r\n`))
  return 'HTTP/1.1 302 Found\r\n\r\n'.length + lines.join('').length + added
}

/** Prices, typed from the price lists again, of a million of what was counted for `links` links in two replicas. */
function priceOf(counted: Counted, milliseconds: { readonly edge: number; readonly api: number }) {
  const each = 1 / links
  return {
    'CloudFront requests': 2 * counted.edge * each * 1.0,
    gate: counted.edge * each * 0.1,
    'bytes of redirects': counted.redirectBytes * each * 1e-3 * 0.085,
    'Lambda@Edge': counted.edge * each * (0.6 + milliseconds.edge * 0.125 * 0.05001),
    'API Gateway': counted.requests * each * 3.5,
    'functions of the api': counted.requests * each * (0.2 + milliseconds.api * 0.25 * 0.0133334),
    'HeadObject before issuing': counted.looks * each * 0.4,
    'S3 requests for files': counted.edge * each * 0.4,
    'DynamoDB writes': counted.linkWrites * each * 2 * 0.625,
    "DynamoDB writes of callers' quotas": counted.quotaWrites * each * 0.625,
  }
}

describe('a million links cost by what is counted on the way what the bill says', () => {
  test.each([
    { linksPerRequest: 1, milliseconds: { edge: 40, api: 25 } },
    { linksPerRequest: 100, milliseconds: { edge: 40, api: 1000 } },
  ] as const)('$linksPerRequest in a request', async ({ linksPerRequest, milliseconds }) => {
    const counted = await runLinks(linksPerRequest)
    expect(counted.otherCalls).toBe(0)
    const bill = costOf(parseSettings(standard), { linksPerRequest })
    const priced = priceOf(counted, milliseconds)
    for (const [what, dollars] of Object.entries(priced)) {
      const billed = bill.find(line => line.what === what)?.million ?? 0
      expect(billed, what).toBeGreaterThanOrEqual(dollars * 0.999)
      expect(billed - dollars, what).toBeLessThan(0.03)
    }
    const priceless = bill.filter(({ what, million }) => million > 0 && !Object.hasOwn(priced, what))
    expect(priceless.map(({ what }) => what)).toEqual([
      'transfer between edges and tables',
      'DynamoDB storage and backups',
      'function that reads the stream',
    ])
    expect(priceless.reduce((sum, { million }) => sum + million, 0)).toBeLessThan(0.1)
  })
})
