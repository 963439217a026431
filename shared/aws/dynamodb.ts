import { onePerRegion, type Region } from '../regions.ts'
import { type AwsJsonClient, type ClientConfig, createAwsJsonClient } from './aws-json-client.ts'

const protocol = { service: 'dynamodb', jsonVersion: '1.0', targetPrefix: 'DynamoDB_20120810' } as const

/** Returns a client of DynamoDB in the one Region that `config` names. */
export function dynamodbClient(config: ClientConfig): AwsJsonClient {
  return createAwsJsonClient(protocol, config)
}

/** Returns a client of DynamoDB in each of `regions`. A Region's config may name another to call instead. */
export function dynamodbClients(
  regions: readonly Region[],
  configFor: (region: Region) => Omit<ClientConfig, 'region'> & { readonly region?: Region },
): (region: Region) => AwsJsonClient {
  return onePerRegion(regions, region => dynamodbClient({ region, ...configFor(region) }))
}
