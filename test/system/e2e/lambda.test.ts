import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { APIGatewayProxyEvent, APIGatewayProxyResult, CloudFrontResultResponse } from 'aws-lambda'
import { beforeAll, expect, test } from 'vitest'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { parseDeployment } from '../../../shared/settings/deployment.ts'
import { type LambdaFunction, onLambda, startLambda } from '../../support/edge/lambda.ts'
import { onDynamodbLocal } from '../../support/table/on-stores.ts'
import { secretsManager } from '../../support/keys/secrets-manager.ts'
import { serveHere } from '../../support/machine/serve.ts'
import { onSwift, type SwiftS3 } from '../../support/content/swift-s3.ts'
import { headerOf, viewerRequest } from '../../support/edge/viewer-request.ts'

const region = 'us-east-1'
const bucket = 'content'
const key = 'a folder/r+é port.pdf'
const content = randomBytes(300_000)

/** Starts the three functions that ship, each in a process under the runtime client, on new tables. */
async function functions(dynamodb: string, s3: SwiftS3) {
  const deployment = parseDeployment({
    mode: 'home',
    homeRegions: [region, 'eu-west-1'],
    linksTable: `links-${randomUUID()}`,
    apiStateTable: `api-state-${randomUUID()}`,
    secretName: 'once-keys',
    gate: false,
  })
  const { config } = tablesAt(dynamodb)
  await createTables([deployment.linksTable, deployment.apiStateTable], deployment.homeRegions, config)
  const env = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: 'token'.repeat(200),
    AWS_ENDPOINT_URL_DYNAMODB: await plainKeys(dynamodb),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: (await secretsManager()).endpoint,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    LINK_ORIGIN: 'https://files.example.com',
    BUCKET: bucket,
    BUCKET_REGION: s3.region,
  }
  const start = async (entry: string) => startLambda(await bundleFunction(entry, deployment), env)
  return {
    links: await start('api/links/main.ts'),
    exchange: await start('api/exchange/main.ts'),
    edge: await start('edge/main.ts'),
  }
}

/**
 * Starts a proxy in front of DynamoDB Local that replaces the access key: DynamoDB Local accepts only letters and digits,
 * but swift's keys have a colon, and a function has one key for both.
 */
async function plainKeys(dynamodb: string): Promise<string> {
  async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization = '', 'x-amz-target': target = '', 'content-type': type = '' } = request.headers
    const headers = {
      authorization: authorization.replace(/Credential=[^/]+/, 'Credential=local'),
      'x-amz-target': String(target),
      'content-type': type,
    }
    const upstream = await fetch(dynamodb, { method: 'POST', headers, body: await buffer(request) })
    const body = Buffer.from(await upstream.arrayBuffer())
    response.writeHead(upstream.status, { 'content-type': upstream.headers.get('content-type') ?? '' }).end(body)
  }
  return (await serveHere((request, response) => void relay(request, response).catch(() => response.destroy()))).origin
}

const testInvokeEvent = JSON.parse(
  readFileSync(new URL('../../vectors/test-invoke-event.json', import.meta.url), 'utf8'),
) as APIGatewayProxyEvent

/** Makes API Gateway's event for a signed POST to a REST API with proxy integration. */
function restEvent(path: string, body: object): APIGatewayProxyEvent {
  const headers = {
    'Content-Type': 'application/json',
    Host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    'User-Agent': 'python-requests/2.32',
    'X-Amz-Date': '20261124T120000Z',
    'X-Forwarded-For': '203.0.113.7',
  }
  const { requestContext } = testInvokeEvent
  const identity = { ...requestContext.identity, sourceIp: '203.0.113.7', userAgent: headers['User-Agent'] }
  return {
    ...testInvokeEvent,
    resource: path,
    path,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { ...requestContext, path: `/v1${path}`, stage: 'v1', identity },
    body: JSON.stringify(body),
  }
}

async function call(fn: LambdaFunction, event: object) {
  const { statusCode, body } = (await fn.invoke(event)) as APIGatewayProxyResult
  const { url = '', reason } = JSON.parse(body) as { url?: string; reason?: string }
  return { status: statusCode, url, reason }
}

/** Issues a link and returns its nonce. */
async function issue(links: LambdaFunction, fields: object): Promise<string> {
  const { status, url } = await call(links, restEvent('/links', { key, ...fields }))
  expect(status).toBe(201)
  return url.slice(-43)
}

const exchangeEvent = (nonce: string) => restEvent('/exchange', { nonce })

/** Requests an object of S3. Returns the status, the object and its name. */
async function get(url: string): Promise<{ status: number; bytes: Buffer; name: string | null }> {
  const response = await fetch(url)
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, bytes, name: response.headers.get('content-disposition') }
}

onLambda(() => {
  onDynamodbLocal(dynamodb => {
    onSwift(s3 => {
      beforeAll(async () => {
        const client = new S3Client(s3())
        await client.send(new CreateBucketCommand({ Bucket: bucket }))
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }))
        client.destroy()
      })

      test.each([{}, { receipt: true }])('a link is issued, exchanged once and downloaded: %j', async fields => {
        const { links, exchange, edge } = await functions(dynamodb, s3())
        const nonce = await issue(links, { filename: 'Résumé.pdf', ...fields })
        const first = await call(exchange, exchangeEvent(nonce))
        expect(first.status).toBe(200)
        expect(first.url).toContain(`${s3().endpoint}/content/a%20folder/`)
        const { status, bytes, name } = await get(first.url)
        expect(status).toBe(200)
        expect(bytes.equals(content)).toBe(true)
        expect(name).toBe(`attachment; filename="R_sum_.pdf"; filename*=UTF-8''R%C3%A9sum%C3%A9.pdf`)
        expect(await call(exchange, exchangeEvent(nonce))).toMatchObject({ status: 403, reason: 'spent' })
        expect(await edge.invoke(viewerRequest({ uri: `/d/${nonce}` }))).toMatchObject({ status: '403' })
        const signature = new URL(first.url).searchParams.get('X-Amz-Signature') ?? 'none'
        const logged = [links, exchange, edge].map(each => each.output()).join('')
        expect(logged).toContain('"outcome":"refused"')
        for (const secret of [nonce, signature, 'port.pdf', '203.0.113']) expect(logged).not.toContain(secret)
      })

      test('an edge redeems a link once, and then it can not be exchanged', async () => {
        const { links, exchange, edge } = await functions(dynamodb, s3())
        const nonce = await issue(links, {})
        const open = async () => (await edge.invoke(viewerRequest({ uri: `/d/${nonce}` }))) as CloudFrontResultResponse
        const first = await open()
        expect(first.status).toBe('302')
        expect(headerOf(first, 'location')).toMatch(/^\/a%20folder\//)
        expect((await open()).status).toBe('403')
        expect(await call(exchange, exchangeEvent(nonce))).toMatchObject({ status: 403, reason: 'spent' })
      })

      test('test-invoke-method gets 200 with a URL that works, then 403', async () => {
        const { links, exchange } = await functions(dynamodb, s3())
        const event = { ...testInvokeEvent, body: JSON.stringify({ nonce: await issue(links, {}) }) }
        const first = await call(exchange, event)
        expect(first.status).toBe(200)
        expect((await get(first.url)).status).toBe(200)
        expect(await call(exchange, event)).toMatchObject({ status: 403, reason: 'spent' })
      })
    })
  })
})
