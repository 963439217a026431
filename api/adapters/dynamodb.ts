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
 * DynamoDB in one Region, which answers within `timeoutMs` or rejects. One attempt a command: what a repeat may do is
 * decided where it is known what a lost answer means (docs/decisions/0002-delete-versus-receipt.md).
 */
export type DynamoDB = (region: Region, timeoutMs: number) => Pick<DynamoDBClient, 'send'>

/** DynamoDB through the SDK, with one client a Region. `config` adds to the settings of a Region's client. */
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
 * DynamoDB through the SDK as the shared table of links asks for it. Errors stay as the SDK made them: their names, faults
 * and status codes say what became of the write.
 */
export function operationsOf(dynamodb: DynamoDB): ByOperation {
  return {
    send(operation, input, { region, timeoutMs }) {
      const at = dynamodb(region, timeoutMs)
      // Complete and of the right shape for its operation: that is what the table of links promises.
      const whole = input as DeleteItemCommand['input']
      const output =
        operation === 'DeleteItem'
          ? at.send(new DeleteItemCommand(whole))
          : operation === 'UpdateItem'
            ? at.send(new UpdateItemCommand(whole))
            : at.send(new GetItemCommand(whole))
      return output as ReturnType<ByOperation['send']>
    },
  }
}
