import type { ExchangeResponse, IssuedLink, LinkView, RevokedLink } from '../shared/schemas/types.ts'
import { keyOf, maxBatchedKeyLength, newKey, pathOf } from './arguments.ts'
import { type BatchedLink, issueInBatches } from './batches.ts'
import type {
  CallOptions,
  ExchangeOptions,
  IssueOptions,
  ListOptions,
  NamedCallOptions,
  UploadedFile,
  UploadOptions,
  UploadSource,
} from './calls.ts'
import { type ClientOptions, transportOf } from './options.ts'
import { type NewLink, type NewUploadLink, withPreset, withPresetExpiry } from './presets.ts'
import { NoResponseError } from './problem.ts'
import { type ApiRequest, call, type Transport } from './requests.ts'
import { isExchangeResponse, isIssuedLink, isLinkPage, isLinkView, isRevocation } from './shapes.ts'
import { resolveWhenChecked } from './unchecked.ts'
import { upload } from './upload.ts'

export type { BatchedLink } from './batches.ts'
export type {
  CallOptions,
  ExchangeOptions,
  IssueOptions,
  ListOptions,
  NamedCallOptions,
  ObjectCheck,
  UploadedFile,
  UploadOptions,
  UploadProgress,
  UploadSource,
} from './calls.ts'
export { type Download, download, type DownloadOptions, type Progress } from './download.ts'
export type { ClientOptions } from './options.ts'
export type { NewLink, NewUploadLink, PresetName } from './presets.ts'
export type { FieldError } from './problem.ts'
export type {
  BatchResponse,
  ExchangeResponse,
  IssuedLink,
  IssueLink,
  LinkDelivered,
  LinkExpired,
  LinkLocked,
  LinkRedeemed,
  LinkRefused,
  LinkRequested,
  LinkUnopened,
  LinkReceived,
  LinkRevoked,
  LinkView,
  ProblemDocument,
  RevokedLink,
} from '../shared/schemas/types.ts'
export { DownloadError, NoResponseError, ProblemError } from './problem.ts'
export type { DownloadState } from './redeem.ts'
export type { Fetch, Retry } from './requests.ts'
export { type VerifiedWebhook, verifyWebhook, WebhookError, type WebhookEvent, type WebhookHeaders } from './webhook.ts'

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
   * `for` chooses its fields for the way to the recipient. While the object is being scanned for malware, waits for the result.
   */
  issue(link: NewLink, options?: IssueOptions): Promise<IssuedLink>
  /**
   * Issues a link that takes one file from the person or program that opens it. Returns what `issue` does; `urlSeconds` says how long the
   * file may take to arrive, once the link is opened. It is stored below `upload.prefix`, in `received/`, the link's id, and an id of its
   * upload. Needs the verb `ask`, and a deployment with the setting `uploadLinks`.
   */
  ask(link: NewUploadLink, options?: NamedCallOptions): Promise<IssuedLink>
  /**
   * Issues any number of links, as `issue` and `ask` do, in batches of 100, one after the other. Yields one result per link, in order, as
   * soon as its batch is done: the link, or the problem that prevents it. Repeats a batch with the same key if the API had no time or quota
   * for some of its links; `attempts` limits all requests for a batch. `idempotencyKey` is for the whole list: after a crash, the same list
   * with the same key returns the same links. If a batch fails as a whole, rejects as the other calls do.
   */
  issueMany(
    links: Iterable<NewLink | NewUploadLink>,
    options?: IssueOptions,
  ): AsyncGenerator<BatchedLink, void, undefined>
  /** Returns a link by its id: state, fields and, if it keeps one, receipt. A link used without a receipt no longer exists. */
  show(id: string, options?: CallOptions): Promise<LinkView>
  /** Yields every link that matches the options. Requests the next page when it is needed. */
  list(options?: ListOptions): AsyncGenerator<LinkView, void, undefined>
  /**
   * Revokes a link by its id. After this resolves, the link hands out nothing more. Returns undefined if it was never used, or takes a
   * file: its upload ends with it. Otherwise an object whose `capabilityEndsAt` says until when the URL works that it handed out.
   * Rejects if the link no longer exists: it was used without a receipt, or expired long ago.
   */
  revoke(id: string, options?: CallOptions): Promise<RevokedLink | undefined>
  /**
   * Ends a link by its id, and issues another one with the same options, which it returns as `issue` does; at no time both work. Rejects
   * as `capability-alive` while what the link handed out works: `capabilityEndsAt` says until when. After any other failure, only a call
   * with the same key goes on.
   */
  replace(id: string, options?: IssueOptions): Promise<IssuedLink>
  /**
   * Exchanges the nonce of a link, the 43 characters after `/d/`, for a presigned S3 URL. This uses the link, as opening it
   * would. With a receipt, a repeat with the same key returns the same URL while that lives. A link for a player or for
   * several clients, or one that is bound to the client, is refused.
   */
  exchange(nonce: string, options?: ExchangeOptions): Promise<ExchangeResponse>
  /**
   * Uploads a file straight to S3, in parts with their SHA-256. Reads some 32 MB ahead, of which the `fetch` of Node.js makes copies. A
   * part that fails is sent again, with waits of two minutes in all. Returns the `key` of the object, its `versionId` if the bucket has
   * versions, and its `filename` if the key can't end in that: issue a link with all of them. The object appears when its file is
   * complete. Parts go to URLs that the API signs, by TLS or to this machine, without a token. Aborting `signal` leaves what has arrived,
   * so that it can go on. `source` is read again if a file that was complete turns out to be another one; one that can't be, fails.
   */
  upload(source: UploadSource, options: UploadOptions): Promise<UploadedFile>
}

/**
 * Creates a client. Throws a `TypeError` if an option is invalid, without repeating a password. The client has no state, so one
 * can be shared by all of a program.
 */
export function createClient(options: ClientOptions): Client {
  const transport = transportOf(options)
  const send = <T>(request: ApiRequest<T>) => call(request, transport)
  const issueOne = async (
    attempt: (named: Pick<ApiRequest<IssuedLink>, 'idempotencyKey' | 'signal' | 'isExpected'>) => Promise<IssuedLink>,
    { idempotencyKey = newKey(), ...options }: IssueOptions = {},
  ) => {
    const named = { idempotencyKey: keyOf(idempotencyKey), signal: options.signal, isExpected: isIssuedLink }
    return resolveWhenChecked(async () => attempt(named), { ...options, ...transport })
  }
  return {
    issue: async (link, options) => issueOne(named => send({ ...post('/links', withPreset(link)), ...named }), options),
    ask: async (link, options) =>
      issueOne(named => send({ ...post('/links', withPresetExpiry(link)), ...named }), options),
    async *issueMany(links, { idempotencyKey = newKey(), ...options } = {}) {
      const named = { ...options, idempotencyKey: keyOf(idempotencyKey, maxBatchedKeyLength) }
      yield* issueInBatches(links, named, transport)
    },
    show: async (id, { signal } = {}) => send({ method: 'GET', path: pathOf(id), signal, isExpected: isLinkView }),
    list: query => list(query ?? {}, transport),
    revoke: async (id, { signal } = {}) =>
      send({ method: 'DELETE', path: pathOf(id), signal, isExpected: isRevocation }),
    replace: async (id, options) =>
      issueOne(named => send({ method: 'POST', path: `${pathOf(id)}/replace`, ...named }), options),
    async exchange(nonce, { idempotencyKey = newKey(), passphrase, signal } = {}) {
      const body = { nonce, ...(passphrase !== undefined && { passphrase }) }
      const request = { ...post('/exchange', body), idempotencyKey: keyOf(idempotencyKey), signal }
      return send({ ...request, secret: nonce, isExpected: isExchangeResponse })
    },
    upload: async (source, options) => upload(source, options, transport),
  }
}

function post<Path extends string>(path: Path, body: object) {
  return { method: 'POST', path, body } as const
}

async function* list(
  { reference, issuer, state, pageSize, signal }: ListOptions,
  transport: Transport,
): AsyncGenerator<LinkView, void, undefined> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ reference, issuer, state, limit: pageSize })) {
    if (value !== undefined) query.set(name, String(value))
  }
  do {
    const path = query.size === 0 ? '/links' : (`/links?${query.toString()}` as const)
    const page = await call({ method: 'GET', path, signal, isExpected: isLinkPage }, transport)
    yield* page.links
    if (page.next === query.get('cursor'))
      throw new NoResponseError('GET /links: a page gives its own cursor as the next one')
    query.set('cursor', page.next ?? '')
  } while (query.get('cursor') !== '')
}
