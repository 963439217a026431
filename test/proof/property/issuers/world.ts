import { randomBytes } from 'node:crypto'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { DynamoDB } from '../../../../api/adapters/dynamodb.ts'
import { operationsOf } from '../../../../api/adapters/dynamodb.ts'
import type { createExchangeHandler } from '../../../../api/exchange/handler.ts'
import type { createHandler } from '../../../../api/links/handler.ts'
import type { Keyring } from '../../../../shared/secrets/keys.ts'
import type { Link } from '../../../../shared/link.ts'
import { regions } from '../../../../shared/regions.ts'
import { manualClock } from '../../../support/machine/clock.ts'
import { testDeployment } from '../../../support/edge/deployment.ts'
import { testPresigner } from '../../../support/api/exchange.ts'
import { testKeys } from '../../../support/keys/keys.ts'
import { memoryIdempotencyStore } from '../../../support/api/memory-idempotency-store.ts'
import { memoryObjects } from '../../../support/api/memory-objects.ts'
import { memoryQuota } from '../../../support/api/memory-quota.ts'
import { type Adapters, type DynamoDBClients, storeOn } from '../../../support/table/memory-store.ts'
import { instantly, simulatedDynamoDB } from '../../../support/table/simulated-dynamodb.ts'
import { type ListName, lists } from './callers.ts'

/** The code under test: that which ships, or a copy. */
export interface Subject {
  readonly createHandler: typeof createHandler
  readonly createExchangeHandler: typeof createExchangeHandler
  readonly adapters: Adapters
}

/** A response as text that can be compared, and its parts. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>> & { readonly reason?: string }
  /** All that a caller may compare: everything but the id of the request, dates and the quota. */
  readonly bytes: string
}

/** One deployment with its table, in which each request also says which writes it caused. */
export interface World {
  /** Sends a request under one list of issuers. */
  send(event: APIGatewayProxyEvent, list: ListName): Promise<Answer>
  /** Ids of the links that were written since the last call of this function. */
  writes(): readonly string[]
  put(link: Link): Promise<unknown>
}

/** Makes a table in memory, for `worldOf`. */
export function memoryTable(): DynamoDB {
  return instantly(simulatedDynamoDB(regions, 'eventual', { now: () => 0, publish: () => undefined }))
}

/** Makes a world on a table, with handlers for both lists of issuers. */
export function worldOf(subject: Subject, dynamodb: DynamoDB, tableName = 'links'): World {
  const written: string[] = []
  const clock = manualClock()
  // Each third page takes longer than a list may: it then ends wherever it is, also at a link of others.
  let pages = 0
  const api = noting(dynamodb, written, () => clock.advance((pages += 1) % 3 === 0 ? 3000 : 0))
  const clients: DynamoDBClients = { edge: operationsOf(api), api }
  const { links, listings, table } = storeOn(clients, tableName, subject.adapters)
  let sent = 0
  // The MAC key rotates once, as seldom happens: links from before it stay those of their callers.
  const [before = 0, after = 0] = testKeys.mac.bySlot.keys()
  const keyring: Keyring = {
    current: async () => ({ ...testKeys, mac: { ...testKeys.mac, current: sent < 100 ? before : after } }),
  }
  const common = { clock, random: randomBytes, keyring, log: () => undefined }
  const [objects, idempotency, quota] = [memoryObjects(), memoryIdempotencyStore(), memoryQuota()]
  const handlersOf = (list: ListName) => {
    const deployment = testDeployment({ issuers: lists[list], homeRegions: ['us-east-1'], callerQuota: 60_000 })
    const ports = { ...common, links, listings, objects, idempotency, quota }
    return {
      links: subject.createHandler(ports, deployment, 'us-east-1'),
      exchange: subject.createExchangeHandler({ ...common, table, presigner }, deployment, 'us-east-1'),
    }
  }
  const handlers = { now: handlersOf('now'), later: handlersOf('later') }
  return {
    async send(event, list) {
      sent += 1
      const {
        statusCode,
        headers = {},
        body,
      } = await handlers[list][event.path === '/exchange' ? 'exchange' : 'links'](event)
      const compared = Object.entries(headers).filter(([name]) => !/^(ratelimit|ratelimit-policy|date)$/.test(name))
      return {
        status: statusCode,
        body: body === '' ? {} : (JSON.parse(body) as Answer['body']),
        bytes: JSON.stringify([statusCode, compared, body]),
      }
    },
    writes: () => written.splice(0),
    put: link => links.put(link, link.homeRegion),
  }
}

const presigner = testPresigner()

/** Adds to `written` the id of each item that a request wrote, and calls `onPage` after each page that it read. */
function noting(dynamodb: DynamoDB, written: string[], onPage: () => void): DynamoDB {
  return (region, timeoutMs) => {
    const client = dynamodb(region, timeoutMs)
    return {
      async send(operation, input) {
        const output = await client.send(operation, input)
        const { Key, Item } = input as { Key?: { id: { S: string } }; Item?: { id: { S: string } } }
        if (/^(Put|Update|Delete)Item$/.test(operation)) written.push((Key ?? Item)?.id.S ?? '')
        if (operation === 'Scan' || operation === 'Query') onPage()
        return output
      },
    }
  }
}
