import type { DynamoDB } from '../../shared/redemption/dynamodb-link-table.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'
import { awsService, type ClientConfig } from './aws-json-client.ts'

/** DynamoDB that can be connected to ahead of the first request. */
export interface PreconnectingDynamoDB extends DynamoDB {
  preconnect(region: Region): void
}

const dialect = { service: 'dynamodb', jsonVersion: '1.0', targetPrefix: 'DynamoDB_20120810' } as const

/** DynamoDB over keep-alive connections to each of `regions`; `reach` says how, for one that asks for another's too. */
export function dynamodbIn(
  regions: readonly Region[],
  reach: (region: Region) => Omit<ClientConfig, 'region'> & { readonly region?: Region },
): PreconnectingDynamoDB {
  const serviceIn = onePerRegion(regions, region => awsService(dialect, { region, ...reach(region) }))
  return {
    send: (operation, input, { region, timeoutMs }) => serviceIn(region).call(operation, input, timeoutMs),
    preconnect: region => serviceIn(region).preconnect(),
  }
}
