import type { ExchangeResponse, IssuedLink, IssueLink, LinkView, RevokedLink } from '../shared/schemas/types.ts'
import type { BatchedLink } from './batches.ts'

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the signal's reason. Requests that were sent may still take effect. */
  readonly signal?: AbortSignal
}

/**
 * Options of calls with an `Idempotency-Key`. The API remembers a key for a day: the same call with the same key returns the
 * same result instead of taking effect again.
 */
export interface NamedCallOptions extends CallOptions {
  /**
   * 1 to 255 printable ASCII characters (240 for `issueMany`, which appends the number of each batch), without spaces at the
   * ends. Pass your own to repeat the call safely after a crash.
   * @default a random key for each call, so that its own attempts are safe
   */
  readonly idempotencyKey?: string
}

/** Options of `exchange`. */
export interface ExchangeOptions extends NamedCallOptions {
  /** The passphrase of the link, if it has one. */
  readonly passphrase?: string
}

/** Options of `list`: which links to return. */
export interface ListOptions extends CallOptions {
  /** Returns only links with this reference, newest first. @default all links, in no order */
  readonly reference?: string
  /**
   * Returns only links of this issuer. For callers with the verb `admin`, who need it with `reference`.
   * @default all links that the caller may see
   */
  readonly issuer?: string
  /** Returns only links in this state. @default links in all states */
  readonly state?: LinkView['state']
  /** Links per response of the API, at most, 1 to 100. It affects only the number of requests. @default the API's, 50 */
  readonly pageSize?: number
}

/**
 * The calls of the API. Each rejects with a `ProblemError` if the API refuses it, with a `NoResponseError` if the last attempt gets no
 * response from the API, and with the signal's reason if the signal is aborted. Invalid arguments, such as a malformed id,
 * reject with a `TypeError` before a request is sent. No error contains a nonce.
 */
export interface Client {
  /**
   * Issues one link. Returns its `id`, `url`, `expiresAt` and `homeRegion`, for how many seconds its download works once it is
   * opened (`urlSeconds`) and for whom (`bind`), and `advice` if it may be lost over a slow line. `url` is the secret that the
   * viewer opens: the other calls identify the link by `id` and never return `url`, so keep it, and don't log it.
   */
  issue(link: IssueLink, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Issues any number of links in batches of 100, one after the other. Yields one result per link, in order, as soon as its
   * batch is done: the link, or the problem why there is none. Repeats a batch with the same key if the API had no time or quota
   * for some of its links; `attempts` limits all requests for a batch. `idempotencyKey` is for the whole list: after a crash,
   * the same list with the same key returns the same links. If a batch fails as a whole, rejects as the other calls do.
   */
  issueMany(links: Iterable<IssueLink>, options?: NamedCallOptions): AsyncGenerator<BatchedLink, void, undefined>
  /** Returns a link by its id: state, fields and, if it keeps one, receipt. A link used without a receipt no longer exists. */
  show(id: string, options?: CallOptions): Promise<LinkView>
  /** Yields every link that matches the options. Requests the next page when it is needed. */
  list(options?: ListOptions): AsyncGenerator<LinkView, void, undefined>
  /**
   * Revokes a link by its id. After this resolves, the link hands out nothing more. Returns undefined if it was never used;
   * otherwise an object whose `capabilityEndsAt` says until when the URL works that it handed out. Rejects if the link no longer
   * exists: it was used without a receipt, or expired long ago.
   */
  revoke(id: string, options?: CallOptions): Promise<RevokedLink | undefined>
  /**
   * Exchanges the nonce of a link, the 43 characters after `/d/`, for a presigned S3 URL. This uses the link, as opening it
   * would. With a receipt, a repeat with the same key returns the same URL while that lives. A link for a player, or one that is
   * bound to the client, is refused.
   */
  exchange(nonce: string, options?: ExchangeOptions): Promise<ExchangeResponse>
}
