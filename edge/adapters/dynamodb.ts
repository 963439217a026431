import { createAwsJsonClient, type ClientConfig } from '../../aws/aws-json-client.ts'
import type { DynamoDB } from '../../shared/redemption/dynamodb-link-table.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'

/** DynamoDB with a way to connect before the first request. */
export interface PreconnectingDynamoDB extends DynamoDB {
  /** Connects to a Region, for the next request. Resolves when it has, or can't. */
  preconnect(region: Region): Promise<void>
}

const protocol = { service: 'dynamodb', jsonVersion: '1.0', targetPrefix: 'DynamoDB_20120810' } as const

/** Returns DynamoDB with keep-alive connections to `regions`. A Region's config may name another to call instead. */
export function dynamodbIn(
  regions: readonly Region[],
  configFor: (region: Region) => Omit<ClientConfig, 'region'> & { readonly region?: Region },
): PreconnectingDynamoDB {
  const clientIn = onePerRegion(regions, region => createAwsJsonClient(protocol, { region, ...configFor(region) }))
  return {
    send: (operation, input, { region, timeoutMs }) => clientIn(region).call(operation, input, timeoutMs),
    preconnect: region => clientIn(region).preconnect(),
  }
}
