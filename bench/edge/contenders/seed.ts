import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'

/**
 * The system that most teams build first: a function behind an API Gateway REST API (proxy integration) that marks the
 * link as used with a conditional update, and redirects to a presigned S3 URL. It uses the SDK of Lambda's runtime, so it
 * is not bundled. Its clients are made outside the handler (AWS, "Best practices for working with AWS Lambda functions").
 */
const { TABLE_NAME, BUCKET_NAME } = process.env

const dynamodb = new DynamoDBClient({})
const s3 = new S3Client({})

const urlSeconds = 30

/** Handles `GET /d/{nonce}`: sends 302 with a presigned URL to a link's first viewer, 403 to others. */
export async function handler({ pathParameters }: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const key = await consume(pathParameters?.['nonce'] ?? '')
  if (key === undefined) return { statusCode: 403, body: JSON.stringify({ message: 'This link no longer works' }) }
  const command = new GetObjectCommand({ Bucket: BUCKET_NAME, Key: key })
  const location = await getSignedUrl(s3, command, { expiresIn: urlSeconds })
  return { statusCode: 302, headers: { Location: location, 'Cache-Control': 'no-store' }, body: '' }
}

/** Marks the link as used and returns its object key; undefined if there is no valid link. */
async function consume(nonce: string): Promise<string | undefined> {
  const command = new UpdateItemCommand({
    TableName: TABLE_NAME,
    Key: { id: { S: nonce } },
    UpdateExpression: 'SET usedAt = :now',
    ConditionExpression: 'attribute_exists(id) AND attribute_not_exists(usedAt) AND expiresAt > :now',
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(Date.now() / 1000)) } },
    ReturnValues: 'ALL_NEW',
  })
  try {
    const { Attributes } = await dynamodb.send(command)
    return Attributes?.['key']?.S
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw error
  }
}
