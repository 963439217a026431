import { dynamodbClients } from '../../shared/aws/aws-json-client.ts'
import type { Region } from '../../shared/regions.ts'
import type { DynamoDB } from '../../shared/redemption/dynamodb-link-table.ts'

/** DynamoDB with a way to connect before the first request. */
export interface PreconnectingDynamoDB extends DynamoDB {
  /** Connects to a Region, for the next request. Resolves when it has, or can't. */
  preconnect(region: Region): Promise<void>
}

/** Returns DynamoDB in several Regions; see `dynamodbClients`. */
export function dynamodbIn(...config: Parameters<typeof dynamodbClients>): PreconnectingDynamoDB {
  const clientIn = dynamodbClients(...config)
  return {
    send: (operation, input, { region, timeoutMs }) => clientIn(region).call(operation, input, timeoutMs),
    preconnect: region => clientIn(region).preconnect(),
  }
}
