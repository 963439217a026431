import { DeleteItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDB as ByOperation } from '../../shared/redemption/dynamodb-link-table.ts'
import type { DynamoDB } from './dynamodb.ts'

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
