import type { LinkId } from '../link.ts'
import type { Region } from '../regions.ts'
import type { Deployment } from '../settings/deployment.ts'
import { currentLink, type ReadLink } from '../table/current-link.ts'
import { linkOfItem } from '../table/link-item.ts'
import { routeFrom } from '../table/route.ts'
import { dynamodbClients } from './aws-json-client.ts'
import { ownConfig } from './process.ts'
import { repeated } from './repeated.ts'

/** Timeout of a read with all its attempts, in milliseconds. */
const callMs = 5000

/** Reads the table of links for a function in Region `here`: see `currentLink`. */
export function linkReader(deployment: Deployment, here: string): ReadLink {
  const { mode, homeRegions, linksTable } = deployment
  const clientIn = dynamodbClients(homeRegions, () => ownConfig('DYNAMODB'))
  const route = routeFrom(here, deployment)
  const find = async (id: LinkId, region: Region) => {
    const read = { TableName: linksTable, Key: { id: { S: id } }, ConsistentRead: true }
    const output = await repeated(callMs, leftMs => clientIn(region).call('GetItem', read, leftMs))
    const { Item } = output as { readonly Item?: Parameters<typeof linkOfItem>[0] }
    return Item && linkOfItem(Item)
  }
  return id => currentLink(region => find(id, region), { mode, homeRegions, route })
}
