import type { LinkView } from '../shared/schemas/types.ts'
import { keyOf, maxBatchedKeyLength, newKey, pathOf } from './arguments.ts'
import { issueInBatches } from './batches.ts'
import type { Client, ListOptions } from './calls.ts'
import { type ClientOptions, transportOf } from './options.ts'
import { withPreset } from './presets.ts'
import { NoResponseError } from './problem.ts'
import { type Request, send, type Transport } from './requests.ts'
import { isExchangeResponse, isIssuedLink, isLinkPage, isLinkView, isRevocation } from './shapes.ts'
import { upload } from './upload.ts'

export type { BatchedLink } from './batches.ts'
export type {
  CallOptions,
  Client,
  ExchangeOptions,
  ListOptions,
  NamedCallOptions,
  UploadedFile,
  UploadOptions,
  UploadProgress,
  UploadSource,
} from './calls.ts'
export { type Download, download, type DownloadOptions, type Progress } from './download.ts'
export type { ClientOptions } from './options.ts'
export type { NewLink, PresetName } from './presets.ts'
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
 * Creates a client. Throws a `TypeError` if an option is invalid, without repeating a password. The client has no state, so one
 * can be shared by all of a program.
 */
export function createClient(options: ClientOptions): Client {
  const transport = transportOf(options)
  const call = async <T>(request: Request<T>) => (await send(request, transport)).json
  return {
    issue: async (link, { idempotencyKey = newKey(), signal } = {}) =>
      call({
        ...post('/links', withPreset(link)),
        idempotencyKey: keyOf(idempotencyKey),
        signal,
        isExpected: isIssuedLink,
      }),
    async *issueMany(links, { idempotencyKey = newKey(), signal } = {}) {
      yield* issueInBatches(links, { idempotencyKey: keyOf(idempotencyKey, maxBatchedKeyLength), signal }, transport)
    },
    show: async (id, { signal } = {}) => call({ method: 'GET', path: pathOf(id), signal, isExpected: isLinkView }),
    list: query => list(query ?? {}, transport),
    revoke: async (id, { signal } = {}) =>
      call({ method: 'DELETE', path: pathOf(id), signal, isExpected: isRevocation }),
    replace: async (id, { idempotencyKey = newKey(), signal } = {}) => {
      const request = { method: 'POST', path: `${pathOf(id)}/replace`, idempotencyKey: keyOf(idempotencyKey) } as const
      return call({ ...request, signal, isExpected: isIssuedLink })
    },
    async exchange(nonce, { idempotencyKey = newKey(), passphrase, signal } = {}) {
      const body = { nonce, ...(passphrase !== undefined && { passphrase }) }
      const request = { ...post('/exchange', body), idempotencyKey: keyOf(idempotencyKey), signal }
      return call({ ...request, secret: nonce, isExpected: isExchangeResponse })
    },
    upload: async (source, options) => upload(source, options, transport),
  }
}

function post(path: string, body: object) {
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
    const path = query.size === 0 ? '/links' : `/links?${query.toString()}`
    const { json } = await send({ method: 'GET', path, signal, isExpected: isLinkPage }, transport)
    yield* json.links
    if (json.next === query.get('cursor'))
      throw new NoResponseError('GET /links: a page gives its own cursor as the next one')
    query.set('cursor', json.next ?? '')
  } while (query.get('cursor') !== '')
}
