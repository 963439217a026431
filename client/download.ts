import { linkOf } from './arguments.ts'
import type { CallOptions } from './calls.ts'
import { openFile, piecesOf, type Transfer } from './file-pieces.ts'
import type { OpenFile } from './file-request.ts'
import { rfc3339 } from './file-response.ts'
import { type ClientOptions, senderOf } from './options.ts'
import { type DownloadState, identityAt, redeem } from './redeem.ts'
import type { Retry } from './requests.ts'

/** Attempts to open a link: with the waits between them some 3 s, or 20 s if an edge says `Retry-After: 5`. */
const linkAttempts = 5

/** How much of a file has arrived. */
export interface Progress {
  /** Bytes so far. */
  readonly received: number
  /** Bytes of the whole file; undefined if the server doesn't say. */
  readonly size: number | undefined
}

/** Options of `download`. */
export interface DownloadOptions extends CallOptions, Pick<ClientOptions, 'fetch' | 'attemptMs' | 'wait'> {
  /**
   * Attempts to open the link, and requests in a row for its file that may bring less than 1 KiB, 1 to 100.
   * @default 5 for the link; for the file as many as two minutes without 1 KiB allow
   */
  readonly attempts?: number
  /** The passphrase of the link, if it has one. No error contains it. */
  readonly passphrase?: string | undefined
  /**
   * Names this client: with the same key, a link with a receipt gives its file again while the URL works, and `bind` allows the
   * address. 1 to 255 printable ASCII characters, without spaces at the ends. @default a random key
   */
  readonly idempotencyKey?: string | undefined
  /** Goes on with a download of which `received` bytes are there; doesn't open the link again. `state` is the last of `onState`. */
  readonly resume?: { readonly state: DownloadState; readonly received: number } | undefined
  /**
   * Called, and awaited, when the link was opened, before each file that begins, and with a new URL. Keep the state to go on after a
   * crash, in private: it opens the file. If it throws, the download ends with its error.
   */
  readonly onState?: (state: DownloadState) => void | Promise<void>
  /**
   * Called, and awaited, if the file begins again, because it has changed or its server can't send the rest alone: discard what has
   * arrived. If it throws, the download ends with its error. @default the download ends with an error
   */
  readonly onStartOver?: (() => void | Promise<void>) | undefined
  /** Called before each wait for another attempt. If it throws, the download ends with its error. */
  readonly onRetry?: (retry: Retry) => void
  /** Called after each piece of the file. If it throws, the download ends with its error. */
  readonly onProgress?: (progress: Progress) => void
}

/** A file that arrives. */
export interface Download {
  /**
   * The bytes, from those on that `resume` has. Read it to its end, or cancel it. It fails with a `DownloadError` if the transfer
   * breaks off and can't go on.
   */
  readonly body: ReadableStream<Uint8Array>
  /** Bytes of the whole file; undefined if the server doesn't say. */
  readonly size: number | undefined
  /** Name to save the file under. It is the issuer's text: remove what a path must not have. Undefined if there is none. */
  readonly name: string | undefined
  /** Media type; undefined if the server doesn't say. */
  readonly type: string | undefined
  /** Until when a broken transfer can go on, RFC 3339. */
  readonly expiresAt: string
}

/**
 * Opens a link, which uses it, and downloads its file. It confirms where a person would have to. A broken transfer goes on where
 * it broke off, while the signed URL works and `bind` allows the address; so does a later call with `resume`. Rejects as the calls
 * of the API do: with a `ProblemError` if the link is refused, with a `NoResponseError` if no edge responds, without a `cause` if
 * another server does, with a `TypeError` if an argument is invalid; and with a `DownloadError` if the file doesn't arrive. If a
 * response was lost, a link with a receipt still opens; another is refused as `spent`, with `attempts` above 1. No error contains
 * the link. In a browser, it opens links of the page's own origin only: let people open others as a page.
 */
export async function download(link: string, options: DownloadOptions = {}): Promise<Download> {
  const cancelled = new AbortController()
  const stop = (error: unknown) => {
    cancelled.abort()
    throw error
  }
  const { transfer, file } = await open(link, options, cancelled.signal).catch(stop)
  const { headers } = file
  const pieces = piecesOf(file, transfer)
  const next = async () => {
    const { done, value } = await pieces.next()
    if (done !== true) options.onProgress?.({ received: transfer.received, size: transfer.state.total })
    return value
  }
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await next().catch(stop)
        if (piece === undefined) controller.close()
        else controller.enqueue(piece)
      },
      async cancel() {
        cancelled.abort()
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
  const { total: size, url, expiresAt } = transfer.state
  const type = headers.get('content-type') ?? undefined
  return { body, size, name: nameIn(headers) ?? lastSegmentOf(url), type, expiresAt: rfc3339(expiresAt) }
}

/** Redeems the link, or goes on with `resume`, and opens the file. */
async function open(
  link: string,
  { signal, passphrase, idempotencyKey, attempts, resume, onState, onStartOver, onRetry, ...sending }: DownloadOptions,
  cancelled: AbortSignal,
): Promise<{ readonly transfer: Transfer; readonly file: OpenFile }> {
  const { origin, nonce } = linkOf(link)
  const sender = { ...senderOf({ attempts: attempts ?? linkAttempts, ...sending }), base: origin, onRetry }
  const anySignal = signal === undefined ? cancelled : AbortSignal.any([signal, cancelled])
  const client = resume?.state.client ?? (await identityAt(nonce, idempotencyKey))
  const askAgain = () => redeem({ nonce, client, passphrase, signal: anySignal }, sender)
  if (resume !== undefined) checkOrigin(resume.state, origin)
  const { state, received } = resume ?? { state: { client, ...(await askAgain()) }, received: 0 }
  if (resume === undefined) await onState?.(state)
  const transport = { ...sender, attempts: attempts ?? Infinity }
  const progress = { received, startedAt: Date.now(), best: received, idle: 0, idleMs: 0, askedAt: undefined }
  const transfer = { signal: anySignal, transport, askAgain, onState, onStartOver, state, ...progress }
  return { transfer, file: await openFile(transfer) }
}

/** Throws if a download is from another origin: who has a nonce can name a host of their own, which must get no secret of a client. */
function checkOrigin({ url }: DownloadState, origin: string): void {
  if (URL.canParse(url) && new URL(url).origin === origin) return
  throw new TypeError('resume: got the state of a download from another host, allowed: one of this link')
}

/** Returns the name in `Content-Disposition` (RFC 6266), the one in UTF-8 if it has both. */
function nameIn(headers: Headers): string | undefined {
  const text = headers.get('content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;\s]+)/i.exec(text) ?? []
  const [, quoted, token] = /filename=(?:"((?:[^"\\]|\\.)*)"|([^;"\s]+))/i.exec(text) ?? []
  return decoded(encoded) ?? quoted?.replace(/\\(.)/g, '$1') ?? token
}

function lastSegmentOf(url: string): string | undefined {
  return decoded(new URL(url).pathname.split('/').at(-1)) || undefined
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
