import { randomUUID } from 'node:crypto'
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { KMSClient, SignCommand } from '@aws-sdk/client-kms'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { getSignedUrl as presign } from '@aws-sdk/s3-request-presigner'
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResultResponse,
} from 'aws-lambda'
import { client, consume } from './main.ts'
import { customPolicy, signedUrl } from './policy.ts'

// Each other path of a viewer as the AWS documentation shows it: a function with one call to the store and the official
// signer. Their pages have one language, no brand and no details of the file; a form has no token.

interface Configuration {
  readonly region: string
  readonly table: string
  readonly keyPairId: string
  readonly privateKey: string
  readonly kmsKeyId: string
  readonly bucket: string
}

declare const BASELINE: Configuration

const { region, table, keyPairId, privateKey, kmsKeyId, bucket } = BASELINE
const kmsClient = new KMSClient({ region })
const s3Client = new S3Client({ region })

/** Sends a page with a player, and signed cookies for the folder of its film. */
export async function player(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const request = requestOf(event)
  const item = await use(request, randomUUID())
  if (item === undefined) return forbidden
  const film = `/${item['key']?.S}`
  const cookies = getSignedCookies({
    url: `https://${hostOf(request)}${film.slice(0, film.lastIndexOf('/'))}/*`,
    keyPairId,
    privateKey,
    dateLessThan: new Date(Date.now() + Number(item['urlSeconds']?.N) * 1000),
    ipAddress: request.clientIp,
  })
  const setCookie = Object.entries(cookies).map(([name, value]) => ({
    key: 'Set-Cookie',
    value: `${name}=${value}; Path=/; Secure; HttpOnly`,
  }))
  return page(`<video controls src="${film}"></video>`, { 'set-cookie': setCookie })
}

/** Sends a page with a button to `GET`, and to its form a page that leads to the signed URL. */
export async function confirmation(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const request = requestOf(event)
  if (request.method === 'POST') return started(await use(request, randomUUID()), request)
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: keyOf(request), ConsistentRead: true }),
  )
  return Item === undefined ? forbidden : page('<form method="post"><button>Download</button></form>')
}

/** Redirects the first client to the signed URL, again if it repeats its request with the same Idempotency-Key. */
export async function receipt(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const request = requestOf(event)
  return redirect(await use(request, request.headers['idempotency-key']?.[0]?.value ?? randomUUID()), request)
}

/** Redirects to a URL that KMS signs. */
export async function kms(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const request = requestOf(event)
  const item = await use(request, randomUUID())
  if (item === undefined) return forbidden
  const url = `https://${hostOf(request)}/${item['key']?.S}`
  const policy = customPolicy({ url, endsAt: endOf(item), address: request.clientIp })
  const sign = { KeyId: kmsKeyId, Message: Buffer.from(policy), MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' }
  const { Signature: signature = new Uint8Array() } = await kmsClient.send(
    new SignCommand(sign as SignCommand['input']),
  )
  return found(signedUrl(url, policy, { signature, keyPairId }))
}

/** Trades a nonce for a presigned S3 URL, behind API Gateway. */
export async function exchange(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { nonce } = JSON.parse(event.body ?? '') as { nonce: string }
  const key = await consume(nonce)
  if (key === undefined) return { statusCode: 403, body: '' }
  const url = await presign(s3Client, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 30 })
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ url }) }
}

type Item = Readonly<Record<string, AttributeValue>>

/** Marks the link as used by `usedBy` and returns its item; undefined if it is not valid or another client used it. */
async function use(request: CloudFrontRequest, usedBy: string): Promise<Item | undefined> {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: keyOf(request),
    UpdateExpression: 'SET usedBy = :client, usedAt = if_not_exists(usedAt, :now)',
    ConditionExpression:
      'attribute_exists(id) AND expiresAt > :now AND (attribute_not_exists(usedBy) OR usedBy = :client)',
    ExpressionAttributeValues: {
      ':client': { S: usedBy },
      ':now': { N: String(Math.floor(Date.now() / 1000)) },
    },
    ReturnValues: 'ALL_NEW',
  })
  try {
    return (await client.send(command)).Attributes
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw error
  }
}

function endOf(item: Item): number {
  return Number(item['usedAt']?.N) + Number(item['urlSeconds']?.N)
}

function redirect(item: Item | undefined, request: CloudFrontRequest): CloudFrontResultResponse {
  if (item === undefined) return forbidden
  return found(urlFor(item, request))
}

function started(item: Item | undefined, request: CloudFrontRequest): CloudFrontResultResponse {
  if (item === undefined) return forbidden
  const url = urlFor(item, request)
  return page(`<p>Your download has started. <a href="${url.replaceAll('&', '&amp;')}">Start it again</a>`, {
    refresh: [{ key: 'Refresh', value: `0;url=${url}` }],
  })
}

function urlFor(item: Item, request: CloudFrontRequest): string {
  return getSignedUrl({
    url: `https://${hostOf(request)}/${item['key']?.S}`,
    keyPairId,
    privateKey,
    dateLessThan: new Date(endOf(item) * 1000),
    ipAddress: request.clientIp,
  })
}

const noStore = { 'cache-control': [{ key: 'Cache-Control', value: 'no-store' }] }
const forbidden: CloudFrontResultResponse = { status: '403', statusDescription: 'Forbidden' }

function found(url: string): CloudFrontResultResponse {
  return { status: '302', headers: { location: [{ key: 'Location', value: url }], ...noStore } }
}

function page(content: string, headers: CloudFrontResultResponse['headers'] = {}): CloudFrontResultResponse {
  const type = { 'content-type': [{ key: 'Content-Type', value: 'text/html; charset=utf-8' }] }
  const body = `<!doctype html><html lang="en"><title>Download</title><body>${content}</body></html>`
  return { status: '200', headers: { ...type, ...noStore, ...headers }, body }
}

function requestOf(event: CloudFrontRequestEvent): CloudFrontRequest {
  const request = event.Records[0]?.cf.request
  if (request === undefined) throw new Error('an event without a request')
  return request
}

function keyOf({ uri }: CloudFrontRequest) {
  return { id: { S: uri.slice('/d/'.length) } }
}

function hostOf({ headers }: CloudFrontRequest): string {
  return headers['host']?.[0]?.value ?? ''
}
