import {
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDB, Inputs, Output } from '../../../api/adapters/dynamodb.ts'
import { onePerRegion, type Region } from '../../../shared/regions.ts'

const commands = {
  DeleteItem: DeleteItemCommand,
  GetItem: GetItemCommand,
  PutItem: PutItemCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  UpdateItem: UpdateItemCommand,
} as const

/**
 * Returns DynamoDB through AWS's SDK: the authority on what our own client must do. Each call makes one attempt and resolves
 * or rejects within its timeout.
 */
export function sdkDynamodbIn(regions: readonly Region[], config: (region: Region) => DynamoDBClientConfig): DynamoDB {
  const clientIn = onePerRegion(regions, region => new DynamoDBClient({ region, maxAttempts: 1, ...config(region) }))
  return (region, timeoutMs) => {
    const client = clientIn(region)
    return {
      async send<O extends keyof Inputs>(operation: O, input: Inputs[O]): Promise<Output> {
        const Command = commands[operation] as new (input: Inputs[O]) => GetItemCommand
        return client.send(new Command(input), { abortSignal: AbortSignal.timeout(timeoutMs) }) as Promise<Output>
      },
    }
  }
}
