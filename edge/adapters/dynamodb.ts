import type { LinkItem } from '../../shared/link-item.ts'
import { onePerRegion, type Region } from '../../shared/regions.ts'
import { awsService, type Reach } from './aws-service.ts'

/** What the edge asks of DynamoDB, in the words of its API reference. */
export interface DynamoDB {
  /**
   * One attempt, answered within `timeoutMs` or rejected: what a repeat may do is decided where it is known what a lost
   * answer means (docs/decisions/0002-delete-versus-receipt.md). Throws for a Region without a replica.
   */
  send(operation: 'DeleteItem' | 'UpdateItem' | 'GetItem', input: object, to: Addressee): Promise<Output>
}

/** Which Region, and how long it may take. */
export interface Addressee {
  readonly region: Region
  readonly timeoutMs: number
}

/** The item that a write changed, or that was read, if there was one. */
export interface Output {
  readonly Attributes?: LinkItem
  readonly Item?: LinkItem
}

/** DynamoDB that can be connected to ahead of the first request. */
export interface WarmableDynamoDB extends DynamoDB {
  warm(region: Region): void
}

const dialect = { service: 'dynamodb', jsonVersion: '1.0', targetPrefix: 'DynamoDB_20120810' } as const

/** DynamoDB over keep-alive connections to each of `regions`; `reach` says how, for one that asks for another's too. */
export function dynamodbIn(
  regions: readonly Region[],
  reach: (region: Region) => Omit<Reach, 'region'> & { readonly region?: Region },
): WarmableDynamoDB {
  const serviceIn = onePerRegion(regions, region => awsService(dialect, { region, ...reach(region) }))
  return {
    send: (operation, input, { region, timeoutMs }) => serviceIn(region).call(operation, input, timeoutMs),
    warm: region => serviceIn(region).warm(),
  }
}
