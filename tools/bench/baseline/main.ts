import { ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'

/**
 * The edge as the AWS documentation shows it: the SDK's client and the official signer, one conditional delete with the
 * nonce as key. Unlike the shipped edge it reads no secret (the bundler inlines its key), checks no nonce before it calls
 * the store, has no retries with a deadline, and writes neither a log line nor a page for the viewer.
 */
interface Configuration {
  readonly region: string
  readonly table: string
  readonly keyPairId: string
  /** RSA-2048 in PEM: what most distributions have. */
  readonly privateKey: string
}

declare const BASELINE: Configuration

const { region, table, keyPairId, privateKey } = BASELINE
const client = new DynamoDBClient({ region })

const urlSeconds = 30

/** Viewer-request function of `/d/*`: sends 302 with a signed URL to a link's first viewer, 403 to others. */
export async function handler(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const request = event.Records[0]?.cf.request
  if (request === undefined) return { status: '400' }
  const key = await consume(request.uri.slice('/d/'.length))
  if (key === undefined) return { status: '403', statusDescription: 'Forbidden' }
  const url = getSignedUrl({
    url: `https://${request.headers['host']?.[0]?.value}/${key}`,
    keyPairId,
    privateKey,
    dateLessThan: new Date(Date.now() + urlSeconds * 1000),
    ipAddress: request.clientIp,
  })
  return {
    status: '302',
    statusDescription: 'Found',
    headers: {
      location: [{ key: 'Location', value: url }],
      'cache-control': [{ key: 'Cache-Control', value: 'no-store' }],
    },
  }
}

/** Deletes the link and returns its object key; undefined if there is no valid link. */
async function consume(nonce: string): Promise<string | undefined> {
  const command = new DeleteItemCommand({
    TableName: table,
    Key: { id: { S: nonce } },
    ConditionExpression: 'attribute_exists(id) AND expiresAt > :now',
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1000)) } },
    ReturnValues: 'ALL_OLD',
  })
  try {
    const { Attributes } = await client.send(command)
    return Attributes?.['key']?.S
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw error
  }
}
