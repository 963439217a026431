import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
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
