import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { DeliveryFacts, DeliveryId } from '../shared/delivery/facts.ts'
import type { Access } from '../shared/callers/issuers.ts'
import type { Keyring } from '../shared/secrets/keys.ts'
import type { Link, LinkId } from '../shared/link.ts'
import type { LinkScope } from './link-scope.ts'
import type { KeySlot } from '../shared/nonce.ts'
import type { ObjectKey, VersionId } from '../shared/object-key.ts'
import type { Region } from '../shared/regions.ts'
import type { Route } from '../shared/table/route.ts'
import type { Clock, EpochMs, EpochSeconds } from '../shared/time.ts'
import type { ApiDeployment } from './local-deployment.ts'

/** What every request needs: ports, deployment and routes. */
export interface ApiContext {
  readonly ports: ApiPorts
  readonly deployment: ApiDeployment
  readonly route: Route
  /** Every Region with a replica of the table, nearest first, for reads that may be a moment old. */
  readonly replicas: readonly Region[]
  /** What the caller may do. */
  readonly access: Access
}

/** Ports of all requests except the exchange. `main.ts` and the emulator provide them. */
export interface ApiPorts {
  readonly clock: Pick<Clock, 'now'>
  /** Returns `length` unpredictable bytes. */
  readonly random: (length: number) => Uint8Array
  readonly keyring: Keyring
  readonly links: LinkStore
  /** Absent without the settings `reminders` and `fileEnds`. */
  readonly schedules?: LinkSchedules | undefined
  /** Absent where the API can't reach the bucket: its links are pinned only to a version that the issuer names. */
  readonly objects?: Objects
  readonly listings: LinkLists
  /** Absent without the setting `deliveryProof`. */
  readonly deliveries?: Deliveries | undefined
  readonly idempotency: IdempotencyStore
  readonly quota: Quota
  readonly log: (line: LogLine) => void
  readonly audit?: Audit | undefined
}

/**
 * Records what became of a request that arrived at this time, by its line and those of the links of a batch. The response waits for it, and
 * is the same if it fails. Never rejects.
 */
export type Audit = (event: APIGatewayProxyEvent, arrivedAt: EpochMs, lines: readonly LogLine[]) => Promise<void>

/** Looks at the objects of the bucket, without reading them. */
export interface StoredObjects {
  /**
   * Returns what S3 has under a key, or of one version of it; `missing` if there is none. Has a timeout; rejects if S3 does
   * not respond or refuses the request.
   */
  look(object: Pick<Link, 'key' | 'versionId'>): Promise<FoundObject | 'missing'>
}

/** The same for the objects of links, to which a scan may allow none. */
export interface Objects {
  look(object: Pick<Link, 'key' | 'versionId' | 'media'>): Promise<FoundObject | NotClean | 'missing'>
}

/** The results of scans of objects in the bucket. Each call has a timeout, and rejects if S3 does not respond or refuses. */
export interface ScanResults {
  /** Returns the result of an object, or of one version of it, and which version that is; `missing` if S3 doesn't have it. */
  find(object: Pick<Link, 'key' | 'versionId'>): Promise<ScannedVersion | 'missing'>
  /** Returns the keys of all objects in a folder; undefined if they are more than S3 lists at once, 1000. */
  keysIn(folder: string): Promise<readonly ObjectKey[] | undefined>
}

/** A version with what the scan of it found, if it has ended. */
export interface ScannedVersion {
  readonly versionId: VersionId | undefined
  readonly result: string | undefined
}

/** Why the scan allows no link: an object with its result, if there is one, or a folder with too many objects to look at. */
export interface NotClean {
  readonly kind: 'not-clean' | 'too-many'
  readonly key: string
  readonly result?: string | undefined
}

/** What S3 says of an object. `versionId` is absent if the bucket has no versions. */
export interface FoundObject extends Pick<Link, 'versionId' | 'size' | 'etag' | 'contentType'> {
  /** `callerHash` of who uploaded it by the API, if it says so. */
  readonly uploader?: string
  /** What its sender calls it, the SHA-256 over those of its parts in Base64, and since when it is there: of a file that a link took. */
  readonly received?: { readonly filename: string; readonly sha256?: string; readonly at?: EpochSeconds } | undefined
}

/** What the access logs say of deliveries. */
export interface Deliveries {
  /**
   * Returns what is known of the file of a link, or of one of several uses; may be a moment old. Has a timeout; rejects if the store
   * doesn't respond.
   */
  find(id: DeliveryId): Promise<DeliveryFacts | undefined>
}

/** Table of links in each of its Regions. Each call has a timeout and rejects if the store doesn't respond. */
export interface LinkStore {
  /**
   * Writes a new link, in one attempt only: a late second attempt would make a used link live again. After `unsure` the link
   * may or may not exist: discard its nonce and make another. Rejects only if another attempt in this Region would fail too.
   */
  put(link: Link, region: Region): Promise<'put' | 'unsure'>
  /** Reads the link as it is now in `region` (strongly consistent). */
  find(id: LinkId, region: Region): Promise<Link | undefined>
  /**
   * Marks a link as revoked, in one conditional write; its item stays until it is purged, with its receipt if it was used.
   * From then on no write consumes the link. May be repeated. Returns the revoked link; undefined if there was no such item,
   * or none in `scope`, if there is one.
   */
  revoke(link: Link, region: Region, scope?: LinkScope): Promise<Link | undefined>
  /**
   * Revokes a link for another one, as `revoke` does, if its state is still that of `link`, and its mark that of `link` or `by` already.
   * Otherwise returns undefined.
   */
  replace(link: Link, region: Region, by: Replacement): Promise<Link | undefined>
}

/** What is to happen to a link at a time of its own: its reminder, and the end of its file. */
export interface LinkSchedules {
  /**
   * Makes the schedules of a link that its issuer gets: never of one that an attempt may have written and that is then discarded. May be
   * repeated. Has a timeout, and rejects if one may be missing.
   */
  make(link: Link): Promise<void>
}

/** By what a link is replaced, in which request; if there is a scope, only a link in it. */
export type Replacement = Required<Pick<Link, 'replacedBy' | 'replacedIn'>> & { readonly scope?: LinkScope | undefined }

/** Table of links, for lists: reads may be a moment old (eventually consistent). */
export interface LinkLists {
  /** Reads one page; has a timeout and rejects if the store doesn't respond. */
  page(pageRequest: ListPageRequest, region: Region): Promise<StoredPage>
}

/** Which links to read. */
export interface ListPageRequest {
  /** Only links with this reference, newest first; if undefined, all links, in no order. Read only without `callers`. */
  readonly reference: string | undefined
  /** With a reference: only links of this issuer; if undefined, only links of none. */
  readonly issuer?: string | undefined
  /** Only links of a caller with these hashes, of any reference, those of the first before those of the next, each newest first. */
  readonly callers?: readonly string[] | undefined
  /** Where to continue, from a page of the same Region: another replica may have another order. */
  readonly after: ListPosition | undefined
  /** Most links to read; a page may have fewer, even none. */
  readonly limit: number
}

/** Position in a list: after this link, which need not exist any more. */
export interface ListPosition {
  readonly id: LinkId
  /** Needed if the list has an order. */
  readonly issuedAt?: EpochSeconds | undefined
  /** Hash of its caller: needed in a list of `callers`. */
  readonly caller?: string | undefined
}

/** One page, and the position where the next one starts; undefined at the end of the list. */
export interface StoredPage {
  readonly links: readonly Link[]
  readonly next: ListPosition | undefined
}

/** Table of links, for the sweeper: items that nothing needs any more. */
export interface ExpiredItems {
  /** Finds the ids of items in one of `segments` segments of the table that are due to be purged at `now`. */
  find(segment: number, segments: number, now: EpochSeconds): AsyncIterable<readonly LinkId[]>
  /** Deletes the item if it is due at `now`; returns false if there was no such item. */
  purge(id: LinkId, now: EpochSeconds): Promise<boolean>
}

/**
 * What is stored for an Idempotency-Key. Of a link it is never the nonce, but what is needed to derive it again with the key; of an upload,
 * where it goes on (api/uploads/ports.ts).
 */
export interface IdempotencyRecord<Result = IssuedRecord> {
  /** Hash of caller and key. */
  readonly id: string
  /** Hash of the request, so that one key can't name two different links. */
  readonly fingerprint: string
  /** Makes the nonce of this record differ from every other. */
  readonly salt: string
  /** Until then, the request that reserved the key counts as running. */
  readonly leaseUntil: EpochSeconds
  /** When the key may be used anew. */
  readonly expiresAt: EpochSeconds
  /** The link that was issued, or the upload that was begun; absent while the request runs. */
  readonly issued?: Result
}

/** What is needed, besides the Idempotency-Key itself, to give the same response again. */
export interface IssuedRecord {
  readonly link: Link
  readonly keySlot: KeySlot
  /** The attempt that wrote the link, from 1: each has bits of its own. */
  readonly attempt: number
}

/** Stores idempotency records. */
export interface IdempotencyStore<Result = IssuedRecord> {
  /**
   * Reserves a key, in one conditional write, if it is new, has expired, or its request ended without a result (same
   * fingerprint, lease has ended). Otherwise returns the existing record.
   */
  reserve(record: IdempotencyRecord<Result>, now: EpochSeconds): Promise<'claimed' | IdempotencyRecord<Result>>
  /**
   * Reserves a key that is there, in one conditional write, if its request ended without a result. Otherwise returns the existing record,
   * or `missing`.
   */
  takeOver(
    record: IdempotencyRecord<Result>,
    now: EpochSeconds,
  ): Promise<'claimed' | 'missing' | IdempotencyRecord<Result>>
  /** Sets the result of `record`; rejects if another request has reserved the key since. */
  complete(record: IdempotencyRecord<Result>, issued: Result): Promise<void>
  /**
   * Frees the key of `record`, in one conditional write, after a request that issued nothing. Does nothing if `record` was
   * completed, or if another request has reserved the key since. May be repeated.
   */
  release(record: IdempotencyRecord<Result>): Promise<void>
}

/** Stores idempotency records that have names. */
export interface NamedRecords<Result> extends IdempotencyStore<Result> {
  /** Reads a record as it is now (strongly consistent), also one that has expired; undefined if it does not exist. */
  find(id: string): Promise<IdempotencyRecord<Result> | undefined>
}

/** Counts requests. */
export interface Quota {
  /**
   * Adds `cost` to a counter in one conditional write, unless the sum would exceed `max`. `cost` is at most `max`. Makes one
   * attempt, which may have counted even if it rejects: counters are for quotas, not for bills.
   */
  tryAdd(counter: Counter, cost: number, max: number): Promise<QuotaResult>
}

/** Counter of one caller for one minute, or of its uploads for one day; the first request makes it. */
export interface Counter {
  /** Keyed hash. */
  readonly id: string
  /** When it may be removed. */
  readonly expiresAt: EpochSeconds
}

/** Whether the cost was counted, and the counter's value now. */
export interface QuotaResult {
  readonly counted: boolean
  readonly used: number
}

/** What a request did that was not refused. */
type DoneOutcome =
  | 'issued'
  | 'replaced'
  | 'shown'
  | 'listed'
  | 'revoked'
  | 'batched'
  | 'redeemed'
  | 'begun'
  | 'signed'
  | 'uploaded'
  | 'ended'

/** Log line of a request, or of one item of a batch. Never contains a body, nonce, link, object key, URL or Idempotency-Key. */
export interface LogLine {
  readonly outcome: DoneOutcome | 'refused'
  readonly status: number
  readonly reason?: string
  readonly linkId?: LinkId
  /** Position in the batch, from 0, of an item; `ms` is then the item's own. */
  readonly item?: number
  readonly requestId: string
  readonly ms: number
  /** Name of the root error of a 503, or of a list that ends early; its message may contain what must not be logged. */
  readonly error?: string
}

/** Period in which a presigned URL works: S3 refuses requests that arrive after `until`. */
export interface Life {
  readonly from: EpochSeconds
  readonly until: EpochSeconds
}
