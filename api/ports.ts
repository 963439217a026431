import type { Keyring } from '../shared/keys.ts'
import type { Link, LinkId } from '../shared/link.ts'
import type { LinkTable } from '../shared/redemption/link-table.ts'
import type { KeySlot } from '../shared/nonce.ts'
import type { Region } from '../shared/regions.ts'
import type { Route } from '../shared/route.ts'
import type { Clock, EpochSeconds } from '../shared/time.ts'
import type { ApiDeployment } from './local-deployment.ts'

/** What every answer is made from: the world, and how this deployment is configured. */
export interface ApiContext {
  readonly ports: Ports
  readonly deployment: ApiDeployment
  readonly route: Route
  /** Every Region that has the table, nearest first: for what may be a moment old. */
  readonly replicas: readonly Region[]
}

/** Everything the api asks of the world but for exchanging. `main.ts` and the emulator hand in real ones. */
export interface Ports {
  readonly clock: Pick<Clock, 'now'>
  /** `length` bytes that nobody can predict. */
  readonly random: (length: number) => Uint8Array
  readonly keyring: Keyring
  readonly links: LinkStore
  readonly listings: LinkLists
  readonly answers: IdempotencyStore
  readonly quota: Quota
  readonly log: (line: LogLine) => void
}

/** Everything that exchanging asks of the world. */
export interface ExchangePorts extends Pick<Ports, 'random' | 'keyring' | 'log'> {
  readonly clock: Clock
  readonly table: LinkTable
  readonly presigner: Presigner
}

/** What makes URLs for the objects of one bucket of S3. */
export interface Presigner {
  readonly bucket: string
  /**
   * Gets together all that may be missing, and gives what signs from then on, without any I/O. Rejects when there are no
   * credentials or S3 isn't configured: so it is asked before a link is taken.
   */
  ready(): Promise<Presign>
}

/**
 * The URL under which S3 serves an object from one second until another, to anybody and as often as they like. It dies
 * earlier if the credentials do that it was signed with.
 */
export type Presign = (object: Pick<Link, 'key' | 'filename'>, life: Life) => Promise<string>

/** S3 refuses requests that arrive after `until`. */
export interface Life {
  readonly from: EpochSeconds
  readonly until: EpochSeconds
}

/** The table of links in each of its Regions. Each call has its own time limit and rejects when the store gives no answer. */
export interface LinkStore {
  /**
   * Writes a new link with one attempt, ever: a second attempt that comes late would bring a redeemed link back to life.
   * `unsure` means it may or may not be there: forget that nonce and make another. Rejects only when no other try in
   * this Region could do better.
   */
  put(link: Link, region: Region): Promise<'put' | 'unsure'>
  /** The link as `region` holds it now (strongly consistent). */
  find(id: LinkId, region: Region): Promise<Link | undefined>
  /**
   * Ends a link that nobody has used, in one conditional write that marks it; its item stays until it is purged. May be
   * repeated. `gone` means that there was nothing to end, `used` that somebody was first and the receipt says so.
   */
  revoke(link: Link, region: Region): Promise<'revoked' | 'gone' | 'used'>
}

/** The same table as a list: whatever was there a moment ago (eventually consistent). */
export interface LinkLists {
  /** Reads on from a place; each call has its own time limit and rejects when the store gives no answer. */
  page(listing: ListPageRequest, region: Region): Promise<StoredPage>
}

/** Which links to read. */
export interface ListPageRequest {
  /** Those with this reference alone, newest first. Without it all there are, in no order. */
  readonly reference: string | undefined
  /** Where to go on, as `region` gave it: another replica may have another order. */
  readonly after: ListPosition | undefined
  /** Most links to read; it may be fewer, even none. */
  readonly limit: number
}

/** A place in a list: behind this link, whether that is still there or not. */
export interface ListPosition {
  readonly id: LinkId
  /** Known for each link, and needed where the list has an order. */
  readonly issuedAt?: EpochSeconds | undefined
}

/** What was read, and where it goes on; nothing when the list is at its end. */
export interface StoredPage {
  readonly links: readonly Link[]
  readonly next: ListPosition | undefined
}

/** The same table as the sweeper sees it, which removes what nothing needs any more. */
export interface ExpiredItems {
  /** Ids of items in one part of the table that were to be purged by `now`; `parts` is how many there are. */
  find(part: number, parts: number, now: EpochSeconds): AsyncIterable<readonly LinkId[]>
  /** Removes the item unless it is to stay after `now`; false when there was nothing to remove. */
  purge(id: LinkId, now: EpochSeconds): Promise<boolean>
}

/** What an Idempotency-Key stands for: never the nonce, but what it takes to make it again from the key. */
export interface IdempotencyRecord {
  /** A hash of caller and key. */
  readonly id: string
  /** A hash of what was asked, so that one key can't stand for two different links. */
  readonly fingerprint: string
  /** What makes this claim's nonce differ from every other. */
  readonly salt: string
  /** Until then the request that claimed the key is taken to be under way. */
  readonly leaseUntil: EpochSeconds
  /** When the key is forgotten. */
  readonly expiresAt: EpochSeconds
  /** The link that was issued; absent while the request is under way. */
  readonly issued?: IssuedRecord
}

/** What it takes, besides the Idempotency-Key itself, to answer again as the first time. */
export interface IssuedRecord {
  readonly link: Link
  readonly keySlot: KeySlot
  /** Which of the tries under this claim wrote the link: each had bits of its own. */
  readonly attempt: number
}

/** Where answers are remembered by Idempotency-Key. */
export interface IdempotencyStore {
  /**
   * Claims a key, in one conditional write, if it is new, forgotten, or its request died before it was answered (same
   * fingerprint, lease over). Otherwise gives the claim that stands in the way.
   */
  reserve(claim: IdempotencyRecord, now: EpochSeconds): Promise<'claimed' | IdempotencyRecord>
  /** Keeps what was issued under `claim`; rejects when somebody has taken the claim over. */
  complete(claim: IdempotencyRecord, issued: IssuedRecord): Promise<void>
}

/** Where requests are counted. */
export interface Quota {
  /**
   * Adds `cost` to a counter in one conditional write, unless that makes it more than `most`: then it stays as it is. `cost` is
   * no more than `most`. One attempt, which may have counted even if it rejects: counters are for quotas, not for bills.
   */
  tryAdd(counter: Counter, cost: number, most: number): Promise<Spending>
}

/** One caller's counter for one minute, made by the first who adds to it. */
export interface Counter {
  /** A keyed hash. */
  readonly id: string
  /** When it is forgotten. */
  readonly expiresAt: EpochSeconds
}

/** Whether it was counted, and what the counter says now. */
export interface Spending {
  readonly counted: boolean
  readonly used: number
}

/** One line per request, and before it one for each item of a batch. Never a body, nonce, link or Idempotency-Key. */
export interface LogLine {
  readonly outcome: 'issued' | 'shown' | 'listed' | 'revoked' | 'batched' | 'redeemed' | 'refused'
  readonly status: number
  readonly reason?: string
  readonly linkId?: LinkId
  /** Which item of a batch this is about, from 0; its `ms` are its own. */
  readonly item?: number
  readonly requestId: string
  readonly ms: number
  /** The name of the error at the root of a 503, or of a list that is cut short; its message may hold what must not be logged. */
  readonly error?: string
}
