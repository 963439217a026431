import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The parts of the product that a simulation runs, as they ship or with a guard removed. */
export interface Product {
  readonly createEdge: typeof import('../../../edge/redeem/handler.ts').createHandler
  readonly linkTable: typeof import('../../../shared/redemption/dynamodb-link-table.ts').dynamodbLinkTable
  readonly createApi: typeof import('../../../api/links/handler.ts').createHandler
  readonly createReceived: typeof import('../../../api/uploads/received-handler.ts').createReceivedHandler
  readonly links: typeof import('../../../api/adapters/dynamodb-links.ts').dynamodbLinks
  readonly sweepings: typeof import('../../../api/adapters/dynamodb-expired-items.ts').dynamodbExpiredItems
  readonly sweep: typeof import('../../../api/sweeper/sweep.ts').sweep
  readonly createKeyring: typeof import('../../../shared/secrets/keys.ts').createKeyring
  readonly consumeWithPassphrase: typeof import('../../../shared/redemption/reserve-try.ts').consumeWithPassphrase
  readonly linkSchedules: typeof import('../../../api/adapters/link-schedules.ts').linkSchedules
  readonly readStream: typeof import('../../../jobs/events/handler.ts').createHandler
  readonly createFileEnds: typeof import('../../../jobs/file-ends/handler.ts').createHandler
  readonly routeFrom: typeof import('../../../shared/table/route.ts').routeFrom
}

/** Loads the product whose `edge/`, `api/`, `jobs/` and `shared/` are in the folder `root`. */
export async function productIn(root: string): Promise<Product> {
  const load = <M>(file: string) => import(pathToFileURL(join(root, file)).href) as Promise<M>
  const [edge, table, api, links, sweepings, sweeping, keys, tries, made, stream, ends, routing] = await Promise.all([
    load<typeof import('../../../edge/redeem/handler.ts')>('edge/redeem/handler.ts'),
    load<typeof import('../../../shared/redemption/dynamodb-link-table.ts')>(
      'shared/redemption/dynamodb-link-table.ts',
    ),
    load<typeof import('../../../api/links/handler.ts')>('api/links/handler.ts'),
    load<typeof import('../../../api/adapters/dynamodb-links.ts')>('api/adapters/dynamodb-links.ts'),
    load<typeof import('../../../api/adapters/dynamodb-expired-items.ts')>('api/adapters/dynamodb-expired-items.ts'),
    load<typeof import('../../../api/sweeper/sweep.ts')>('api/sweeper/sweep.ts'),
    load<typeof import('../../../shared/secrets/keys.ts')>('shared/secrets/keys.ts'),
    load<typeof import('../../../shared/redemption/reserve-try.ts')>('shared/redemption/reserve-try.ts'),
    load<typeof import('../../../api/adapters/link-schedules.ts')>('api/adapters/link-schedules.ts'),
    load<typeof import('../../../jobs/events/handler.ts')>('jobs/events/handler.ts'),
    load<typeof import('../../../jobs/file-ends/handler.ts')>('jobs/file-ends/handler.ts'),
    load<typeof import('../../../shared/table/route.ts')>('shared/table/route.ts'),
    // The edge imports these on demand. Loaded before, they take no real time of a simulation.
    load('shared/refusal.ts'),
    load('shared/redemption/several-uses.ts'),
    load('edge/pages/pages.ts'),
    load('edge/redeem/ask-sender.ts'),
    load('edge/redeem/upload.ts'),
  ])
  const taking = load<typeof import('../../../api/uploads/received-handler.ts')>('api/uploads/received-handler.ts')
  return {
    createEdge: edge.createHandler,
    linkTable: table.dynamodbLinkTable,
    createApi: api.createHandler,
    createReceived: (await taking).createReceivedHandler,
    links: links.dynamodbLinks,
    sweepings: sweepings.dynamodbExpiredItems,
    sweep: sweeping.sweep,
    createKeyring: keys.createKeyring,
    consumeWithPassphrase: tries.consumeWithPassphrase,
    linkSchedules: made.linkSchedules,
    readStream: stream.createHandler,
    createFileEnds: ends.createHandler,
    routeFrom: routing.routeFrom,
  }
}
