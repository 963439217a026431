import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { dynamodbLinks } from '../../api/adapters/dynamodb-links.ts'
import type { Links } from '../../api/ports.ts'
import { dynamodbLinkTable } from '../../edge/adapters/dynamodb-link-table.ts'
import type { LinkTable } from '../../edge/ports.ts'
import type { Link } from '../../shared/link.ts'
import { itemOfLink } from '../../shared/link-item.ts'
import { type Region, regions } from '../../shared/regions.ts'
import { instantly, simulatedDynamoDB } from './simulated-dynamodb.ts'

/** The two views of the table of links that edge and api have. */
export interface Store {
  readonly table: LinkTable
  readonly links: Links
  /** Copies a link to another Region's replica, as a global table does. */
  replicate(link: Link, region: Region): Promise<void>
}

/** The table of links in memory, one copy a Region and nothing replicated: the real adapters on a simulated DynamoDB. */
export function memoryStore(): Store {
  const simulated = simulatedDynamoDB(regions, 'eventual', { now: () => 0, publish: () => undefined })
  const dynamodb = instantly(simulated)
  return {
    table: dynamodbLinkTable('links', dynamodb),
    links: dynamodbLinks('links', dynamodb),
    async replicate(link, region) {
      simulated.execute(region, new PutItemCommand({ TableName: 'links', Item: itemOfLink(link) }))
    },
  }
}
