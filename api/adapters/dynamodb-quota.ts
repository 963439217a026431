import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Counter, Quota } from '../ports.ts'

/** Longest wait for the one attempt: whoever can't be counted is let through, so that an issuer does not wait for it. */
const countMs = 500

/** Counters in the table of remembered answers, of the api's own Region. `config` names the Region. */
export function dynamodbQuota(tableName: string, config: DynamoDBClientConfig): Quota {
  const client = new DynamoDBClient({ maxAttempts: 1, ...config })
  return {
    async spend(counter, cost, most) {
      const command = adding(counter, { cost, room: most - cost }, tableName)
      try {
        const { Attributes } = await client.send(command, { abortSignal: AbortSignal.timeout(countMs) })
        return { counted: true, used: Number(Attributes?.['used']?.N) }
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error
        return { counted: false, used: Number(error.Item?.['used']?.N ?? 0) }
      }
    },
  }
}

function adding({ id, expiresAt }: Counter, { cost, room }: { cost: number; room: number }, tableName: string) {
  return new UpdateItemCommand({
    TableName: tableName,
    Key: { id: { S: id } },
    UpdateExpression: 'SET expiresAt = :expiresAt ADD #used :cost',
    ConditionExpression: 'attribute_not_exists(#used) OR #used <= :room',
    ExpressionAttributeNames: { '#used': 'used' },
    ExpressionAttributeValues: {
      ':expiresAt': { N: String(expiresAt) },
      ':cost': { N: String(cost) },
      ':room': { N: String(room) },
    },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  })
}
