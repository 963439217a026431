import {
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDB as ByOperation } from '../../shared/redemption/dynamodb-link-table.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'

/**
 * Returns a client for DynamoDB in one Region, whose calls resolve or reject within `timeoutMs`. Each makes one attempt: only
 * the caller knows what a lost response means (docs/decisions/0002-delete-versus-receipt.md).
 */
export type DynamoDB = (region: Region, timeoutMs: number) => Pick<DynamoDBClient, 'send'>

/** Makes one SDK client per Region. `config` adds to the configuration of a Region's client. */
export function dynamodbIn(regions: readonly Region[], config?: (region: Region) => DynamoDBClientConfig): DynamoDB {
  const clientIn = onePerRegion(regions, region => new DynamoDBClient({ region, maxAttempts: 1, ...config?.(region) }))
  return (region, timeoutMs) => {
    const client = clientIn(region)
    const send = (command: Parameters<typeof client.send>[0]) =>
      client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) })
    return { send: send as DynamoDBClient['send'] }
  }
}

/**
 * Adapts the SDK to the shared table of links. Errors stay as the SDK made them: their names, faults and status codes show
 * the effect of the write.
 */
export function operationsOf(dynamodb: DynamoDB): ByOperation {
  return {
    send(operation, input, { region, timeoutMs }) {
      const client = dynamodb(region, timeoutMs)
      // The table of links passes a complete input of the right shape for its operation.
      const complete = input as DeleteItemCommand['input']
      const output =
        operation === 'DeleteItem'
          ? client.send(new DeleteItemCommand(complete))
          : operation === 'UpdateItem'
            ? client.send(new UpdateItemCommand(complete))
            : client.send(new GetItemCommand(complete))
      return output as ReturnType<ByOperation['send']>
    },
  }
}
