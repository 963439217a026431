import type { Readable } from 'node:stream'
import type { StoredDelivery } from '../../shared/delivery/item.ts'
import type { DeliveryId, deliveryView } from '../../shared/delivery/facts.ts'
import type { Link, LinkId } from '../../shared/link.ts'
import type { Clock, EpochSeconds } from '../../shared/time.ts'

/** Where CloudFront's logs are. */
export interface LogObjects {
  /** Opens an object of the bucket of logs; undefined if there is none. Rejects if S3 does not respond, or refuses. */
  open(key: string): Promise<Readable | undefined>
}

/** What is known of deliveries, by link. Each call has a timeout and rejects if the store doesn't respond. */
export interface DeliveryStore {
  /** Reads a delivery as it is now (strongly consistent). */
  find(id: DeliveryId): Promise<StoredDelivery | undefined>
  /**
   * Writes a delivery in one conditional write, if the stored one still has the version before, or if there is none and `version` is
   * 1. Returns whether it did. An attempt whose answer is lost may have written.
   */
  write(delivery: StoredDelivery): Promise<boolean>
}

/** What an event says of the link itself. */
export type LinkNames = Pick<Link, 'notify' | 'reference'>

/** What the item of a link says of it. */
interface ReadLink {
  /** The endpoint that the link names, and its reference; neither if the item is gone. */
  readonly names: LinkNames
  /**
   * The item says that the link was not used. That of a link without a receipt is gone once it is used, which proves nothing. A replica
   * may be late.
   */
  readonly isUnused: boolean
}

/** The table of links, which this function only reads. */
export interface LinkReader {
  /** Reads a link, or one of several uses, in one Region, eventually consistent. Rejects if the store doesn't respond. */
  find(id: LinkId, use?: string): Promise<ReadLink>
}

/** A link whose file was delivered, as subscribers of the bus get it. */
export interface DeliveredEvent {
  readonly type: 'Link delivered'
  readonly at: EpochSeconds
  /** `eventId` is the same for each repetition. */
  readonly detail: {
    readonly deployment: string
    readonly id: LinkId
    /** The use, of a link with several. */
    readonly use?: string
    readonly at: string
    readonly eventId: string
    readonly delivery: ReturnType<typeof deliveryView>
  } & LinkNames
}

/** The bus of events. */
export interface EventBus {
  /** Publishes an event. Rejects if it may not be on the bus. */
  put(event: DeliveredEvent): Promise<void>
}

/** What the function needs from outside. */
export interface DeliveriesPorts {
  readonly clock: Pick<Clock, 'now' | 'pause'>
  readonly objects: LogObjects
  readonly store: DeliveryStore
  /** Absent if nothing is published: then no link is read. */
  readonly events?: { readonly bus: EventBus; readonly links: LinkReader } | undefined
  readonly log: (line: LogLine) => void
}

/** One line for each object of the log. Never a record of it. */
export interface LogLine {
  readonly outcome: 'folded' | 'failed'
  /** Records of a response for a link, and lines that are no record. */
  readonly records: number
  readonly unreadable: number
  /** Links of these records; one may count several times in a large object. */
  readonly links: number
  /** Links of which all bytes were written for the first time. */
  readonly completed: number
  readonly ms: number
  /** The name of the root error. */
  readonly error?: string
}
