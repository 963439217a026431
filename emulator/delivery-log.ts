import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { dynamodbDeliveries, dynamodbLinks } from '../jobs/deliveries/adapters/dynamodb.ts'
import { createHandler } from '../jobs/deliveries/handler.ts'
import type { BusEvent } from '../shared/aws/event-bridge.ts'
import { deliveryKeepSeconds } from '../shared/delivery/item.ts'
import type { DeliveryRecord } from '../shared/delivery/facts.ts'
import type { LinkId } from '../shared/link.ts'
import type { Parts } from './api-functions.ts'

/** Adds a record to the access log: an object of it at once, where CloudFront collects for minutes. */
export type DeliveryLog = (record: DeliveryRecord) => void

/** Much more than an object of one record takes, in milliseconds. */
const timeMs = 900_000

/**
 * Makes the log of all edges: each record becomes an object as CloudFront writes it, compressed JSON, which the function that ships
 * reads, one after the other, and calls `publish`. A failure goes to the log of the emulator only.
 */
export function createDeliveryLog(parts: Parts, publish?: (event: BusEvent) => void): DeliveryLog | undefined {
  const { deployment, tables, clock, log } = parts
  const { deliveriesTable, homeRegions, name } = deployment
  if (deliveriesTable === undefined) return undefined
  const objects = new Map<string, Buffer>()
  const open = async (key: string) => {
    const bytes = objects.get(key)
    return bytes && Readable.from([bytes])
  }
  const [region] = homeRegions
  const table = { name: deliveriesTable, keepSeconds: deliveryKeepSeconds(deployment) }
  const store = dynamodbDeliveries(table, { region, ...tables.config(region) })
  const events = publish && { bus: { put: async (event: BusEvent) => publish(event) }, links: linksIn(parts) }
  // A line for each record would only repeat what the page shows.
  const logFailure = (line: { readonly error?: string }) =>
    line.error !== undefined && log({ delivered: region, ...line })
  const fold = createHandler({ clock, objects: { open }, store, events, log: logFailure }, name)
  let count = 0
  let last: Promise<unknown> = Promise.resolve()
  return record => {
    const key = `AWSLogs/ELOCAL.${record.date}.${(count += 1)}.gz`
    objects.set(key, gzipSync(`${JSON.stringify(record)}\n`))
    last = last
      .then(() => fold(notificationOf(key), { getRemainingTimeInMillis: () => timeMs }))
      .catch(() => undefined)
      .then(() => objects.delete(key))
  }
}

function notificationOf(key: string): Parameters<ReturnType<typeof createHandler>>[0] {
  const body = JSON.stringify({ Records: [{ s3: { bucket: { name: 'logs' }, object: { key } } }] })
  return { Records: [{ messageId: key, body }] } as Parameters<ReturnType<typeof createHandler>>[0]
}

/** Finds links that are used. Only its home knows that of a link at once, so each replica is read. */
function linksIn({ deployment: { linksTable, homeRegions }, tables }: Parts) {
  const replicas = homeRegions.map(region => dynamodbLinks(linksTable, { region, ...tables.config(region) }))
  return {
    async find(id: LinkId, use?: string) {
      const links = await Promise.all(replicas.map(replica => replica.find(id, use)))
      return links.find(({ names, isUnused }) => names.notify && !isUnused) ?? { names: {}, isUnused: false }
    },
  }
}
