import { randomBytes } from 'node:crypto'
import { type AttributeValue, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'

/**
 * Issuing as the AWS documentation shows it: one conditional PutItem by the SDK for each link, all at once, and pages of a
 * Query. Unlike the shipped API it has no quota, no MAC, no check of the body, no idempotency, no retry with another nonce
 * and no log. With a bucket it also asks S3 for each object, as the API does.
 */
interface Configuration {
  readonly region: string
  readonly table: string
  /** Empty: it does not look at objects. */
  readonly bucket: string
}

declare const BASELINE: Configuration

const { region, table, bucket } = BASELINE
const dynamodb = new DynamoDBClient({ region })
const s3 = new S3Client({ region })

/** The items have the attributes, and as many bytes, as those of the API. */
const [urlSeconds, linkSeconds, purgeSeconds] = [30, 86_400, 3605] as const
const object = {
  versionId: '3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY',
  ETag: '"9b2cf535f27731c974343645a3985328"',
  ContentLength: 482_113,
  ContentType: 'application/pdf',
} as const

async function issue({ key }: { readonly key: string }) {
  const found = bucket === '' ? object : await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
  const id = randomBytes(16).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const expiresAt = now + linkSeconds
  const command = new PutItemCommand({
    TableName: table,
    Item: {
      id: { S: id },
      key: { S: key },
      bind: { S: 'exact' },
      issuedAt: { N: String(now) },
      expiresAt: { N: String(expiresAt) },
      purgeAt: { N: String(expiresAt + purgeSeconds) },
      homeRegion: { S: region },
      urlSeconds: { N: String(urlSeconds) },
      versionId: { S: object.versionId },
      size: { N: String(found.ContentLength) },
      etag: { S: String(found.ETag) },
      contentType: { S: String(found.ContentType) },
    },
    ConditionExpression: 'attribute_not_exists(#id)',
    ExpressionAttributeNames: { '#id': 'id' },
  })
  await dynamodb.send(command)
  return { status: 201, link: { id, url: `https://files.example.com/d/${randomBytes(32).toString('base64url')}` } }
}

async function list(query: APIGatewayProxyEvent['queryStringParameters']) {
  const { reference = '', limit, cursor } = query ?? {}
  const command = new QueryCommand({
    TableName: table,
    IndexName: 'byReference',
    KeyConditionExpression: '#reference = :reference',
    ExpressionAttributeNames: { '#reference': 'reference' },
    ExpressionAttributeValues: { ':reference': { S: reference } },
    ScanIndexForward: false,
    Limit: Number(limit),
    ...(cursor !== undefined && {
      ExclusiveStartKey: JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Record<string, AttributeValue>,
    }),
  })
  const { Items = [], LastEvaluatedKey: last } = await dynamodb.send(command)
  const links = Items.map(item =>
    Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, N === undefined ? S : Number(N)])),
  )
  return { links, ...(last && { next: Buffer.from(JSON.stringify(last)).toString('base64url') }) }
}

/** Handles `POST /links`, `POST /links/batch` and `GET /links` behind an API Gateway REST API. */
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  if (event.httpMethod === 'GET') {
    return { statusCode: 200, body: JSON.stringify(await list(event.queryStringParameters)) }
  }
  const input = JSON.parse(event.body ?? '') as { key: string; links: { key: string }[] }
  if (event.path === '/links') return { statusCode: 201, body: JSON.stringify((await issue(input)).link) }
  return { statusCode: 200, body: JSON.stringify({ results: await Promise.all(input.links.map(issue)) }) }
}
