import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type * as Handler from '../../../jobs/deliveries/handler.ts'
import type { DeliveredEvent, DeliveryStore, LinkReader, LogLine, LogObjects } from '../../../jobs/deliveries/ports.ts'
import type { StoredDelivery } from '../../../shared/delivery/item.ts'
import type { DeliveryRecord } from '../../../shared/delivery/facts.ts'
import type * as Verdict from '../../../shared/delivery/facts.ts'
import type { DeliveryId } from '../../../shared/delivery/facts.ts'
import { systemClock } from '../../../shared/aws/process.ts'

/** The function, with a store, a bus and objects in memory. */
export interface DeliveryFunction {
  readonly objects: Map<string, Buffer>
  readonly stored: Map<DeliveryId, StoredDelivery>
  readonly events: DeliveredEvent[]
  readonly lines: LogLine[]
  /** Hands it notifications of objects, one message each; returns the keys of those that failed. */
  notify(keys: readonly string[], remainingMs?: number): Promise<readonly string[]>
}

/** What may fail. */
export interface Faults {
  readonly store?: (store: DeliveryStore) => DeliveryStore
  readonly open?: LogObjects['open']
  /** @default one in which every link is gone */
  readonly links?: LinkReader
  readonly put?: (event: DeliveredEvent) => Promise<void>
}

/** The code: that which ships, or a broken copy of it. */
export interface DeliveryCode {
  readonly createHandler: typeof Handler.createHandler
  readonly verdictOf: typeof Verdict.verdictOf
}

/** Loads the code below `root`, a copy of the repository. */
export async function loadDeliveryCode(root: string): Promise<DeliveryCode> {
  const [{ createHandler }, { verdictOf }] = (await Promise.all([
    import(join(root, 'jobs/deliveries/handler.ts')),
    import(join(root, 'shared/delivery/facts.ts')),
  ])) as [typeof Handler, typeof Verdict]
  return { createHandler, verdictOf }
}

/** Makes the function. Its clock does not wait. */
export function deliveryFunction(
  { createHandler }: Pick<DeliveryCode, 'createHandler'>,
  faults: Faults = {},
): DeliveryFunction {
  const objects = new Map<string, Buffer>()
  const stored = new Map<DeliveryId, StoredDelivery>()
  const events: DeliveredEvent[] = []
  const lines: LogLine[] = []
  const store = memoryDeliveries(stored)
  const open = async (key: string) => {
    const bytes = objects.get(key)
    return bytes && Readable.from([bytes])
  }
  const handle = createHandler(
    {
      clock: { now: () => systemClock.now(), pause: async () => undefined },
      objects: { open: faults.open ?? open },
      store: faults.store?.(store) ?? store,
      events: {
        bus: { put: faults.put ?? (async event => void events.push(event)) },
        links: faults.links ?? { find: async () => ({ names: {}, isUnused: false }) },
      },
      log: line => lines.push(line),
    },
    'once',
  )
  return {
    objects,
    stored,
    events,
    lines,
    async notify(keys, remainingMs = 900_000) {
      const Records = keys.map(key => ({ messageId: key, body: notification(key) }))
      const context = { getRemainingTimeInMillis: () => remainingMs }
      const { batchItemFailures } = await handle({ Records } as Parameters<typeof handle>[0], context)
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    },
  }
}

/** Returns the body of S3's notification of a new object (AWS, "Event message structure"). */
export function notification(key: string): string {
  const object = { key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'), size: 1 }
  return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'logs' }, object } }] })
}

/** A table of deliveries with conditional writes. */
function memoryDeliveries(stored: Map<DeliveryId, StoredDelivery>): DeliveryStore {
  return {
    find: async id => stored.get(id),
    async write(delivery) {
      if ((stored.get(delivery.facts.id)?.version ?? 0) !== delivery.version - 1) return false
      stored.set(delivery.facts.id, delivery)
      return true
    },
  }
}

/** Returns an object of the log, as CloudFront writes it: compressed, a record a line. */
export function logObject(records: readonly object[]): Buffer {
  return gzipSync(records.map(record => `${JSON.stringify(record)}\n`).join(''))
}

/** Returns a record of a whole response of 1,000 bytes for the link `AAAAAAAAAAAAAAAAAAAAAA`; `more` is what differs. */
export function deliveryRecord(more: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return {
    date: '2026-11-26',
    time: '10:02:33',
    'cs-method': 'GET',
    'sc-status': '200',
    'sc-bytes': '1650',
    'sc-content-len': '1000',
    'sc-range-start': '-',
    'sc-range-end': '-',
    'x-edge-result-type': 'Miss',
    'viewer-request-log-data': 'AAAAAAAAAAAAAAAAAAAAAA.1000',
    ...more,
  }
}
