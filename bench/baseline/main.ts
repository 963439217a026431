import { ConditionalCheckFailedException, DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'

/**
 * What a project would get from the AWS documentation: the SDK's client and the official signer, one conditional delete
 * keyed by the nonce. It is spared what the edge as it ships does besides: reading a secret (its key is put here by the
 * bundler), checking a nonce before it asks the store, retries with a deadline, a log line and a page for the viewer.
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

/** The viewer-request function of `/d/*`: 302 to a signed URL for the first who opens a link, 403 for everybody else. */
export async function handler(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse> {
  const request = event.Records[0]?.cf.request
  if (request === undefined) return { status: '400' }
  const key = await take(request.uri.slice('/d/'.length))
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

/** Deletes the link and gives its object key, or undefined when there is none that is still valid. */
async function take(nonce: string): Promise<string | undefined> {
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
