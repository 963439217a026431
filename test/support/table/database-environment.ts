import type { DynamoDBConfig } from '../../../emulator/dynamodb/tables.ts'

/** Returns the variables with which AWS's SDKs, and the edge, use a local database. */
export function databaseEnvironment({ endpoint, credentials }: ReturnType<DynamoDBConfig>) {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  }
}
