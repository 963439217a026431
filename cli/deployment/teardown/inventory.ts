import { ofStack } from '../../inventory/stack.ts'
import { everywhere } from '../../where.ts'
import { historyOf, isThere } from './history.ts'
import { distributions, ofAccount, roles } from './inventory-account.ts'
import { type Item, kinds, type Subject } from './inventory-item.ts'
import { functions, kmsKeys, logGroups, ofRegion } from './inventory-regions.ts'

/** All that there is of a deployment, in every Region in which it may have been. */
export async function inventoryOf(subject: Subject): Promise<readonly Item[]> {
  const { aws, settings } = subject
  const histories = await historyOf(aws, settings)
  const lists = await Promise.all([
    ofAccount(subject),
    distributions(subject, histories),
    kmsKeys(subject, histories),
    roles(subject, histories),
    ...everywhere(settings).flatMap(region => [
      ofRegion(subject, histories, region),
      functions(subject, histories, region),
      logGroups(subject, histories, region),
    ]),
  ])
  const items = [...histories.filter(isThere).map(ofStack), ...lists.flat()]
  return kinds.flatMap(kind => items.filter(item => item.kind === kind))
}
