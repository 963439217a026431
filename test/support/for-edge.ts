import { DeleteItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDB as SdkDynamoDB } from '../../api/adapters/dynamodb.ts'
import type { DynamoDB } from '../../shared/dynamodb-link-table.ts'

/** A simulated DynamoDB that takes the SDK's commands, as the edge reaches it, which knows no SDK. */
export function forEdge(simulated: SdkDynamoDB): DynamoDB {
  return {
    send(operation, input, { region, timeoutMs }) {
      const at = simulated(region, timeoutMs)
      const whole = input as DeleteItemCommand['input']
      const output =
        operation === 'DeleteItem'
          ? at.send(new DeleteItemCommand(whole))
          : operation === 'UpdateItem'
            ? at.send(new UpdateItemCommand(whole))
            : at.send(new GetItemCommand(whole))
      return output as ReturnType<DynamoDB['send']>
    },
  }
}
