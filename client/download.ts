import { linkOf, newKey, newSecret, passphraseHeader } from './arguments.ts'
import type { CallOptions } from './calls.ts'
import { type FileSource, openFile, piecesOf } from './file-pieces.ts'
import { type ClientOptions, senderOf } from './options.ts'
import { NoResponseError } from './problem.ts'
import { send, type Transport } from './requests.ts'
import { isCapability } from './shapes.ts'

/** How much of a file has arrived. */
export interface Progress {
  /** Bytes so far. */
  readonly received: number
  /** Bytes of the whole file; undefined if the server doesn't say. */
  readonly size: number | undefined
}

/** Options of `download`. */
export interface DownloadOptions extends CallOptions, Pick<ClientOptions, 'fetch' | 'attempts' | 'attemptMs' | 'wait'> {
  /** The passphrase of the link, if it has one. No error contains it. */
  readonly passphrase?: string
  /** Called after each piece of the file. If it throws, the download ends with its error. */
  readonly onProgress?: (progress: Progress) => void
}

/** A file that arrives. */
export interface Download {
  /** The bytes. Read it to its end, or cancel it. It fails if the transfer breaks off and can't go on. */
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
 * it broke off, while the signed URL works and `bind` allows the address. Rejects as the calls of the API do: with a `ProblemError`
 * if the link is refused, with a `NoResponseError` if no edge responds, with a `TypeError` if an argument is invalid. If a
 * response was lost, a link with a receipt still opens; another is refused as `spent`, with `attempts` above 1. No error contains
 * the link. In a browser, it opens links of the page's own origin only: let people open others as a page.
 */
export async function download(link: string, options: DownloadOptions = {}): Promise<Download> {
  const { signal, onProgress, passphrase, ...sending } = options
  const { origin, nonce } = linkOf(link)
  const cancelled = new AbortController()
  const transport = { ...senderOf(sending), base: origin }
  const anySignal = signal === undefined ? cancelled.signal : AbortSignal.any([signal, cancelled.signal])
  const { expiresAt, ...source } = await redeem({ nonce, passphrase, signal: anySignal }, transport)
  const { file, name } = await openFile(source)
  const { size } = file
  const pieces = piecesOf(file, source)
  let received = 0
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done === true) return controller.close()
        received += value.length
        controller.enqueue(value)
        try {
          onProgress?.({ received, size })
        } catch (error) {
          cancelled.abort()
          throw error
        }
      },
      async cancel() {
        cancelled.abort()
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, size, name, type: file.type, expiresAt }
}

async function redeem(
  { nonce, passphrase, signal }: { nonce: string; passphrase: string | undefined; signal: AbortSignal },
  transport: Transport,
): Promise<FileSource & { readonly expiresAt: string }> {
  const secret = newSecret()
  const { json, attempts } = await send(
    {
      method: 'POST',
      path: `/d/${nonce}`,
      name: 'the link',
      headers: { 'once-client': secret, ...(passphrase !== undefined && passphraseHeader(passphrase)) },
      idempotencyKey: newKey(),
      signal,
      secret: nonce,
      isExpected: isCapability,
    },
    transport,
  )
  // The secret and the cookies are for the link's own host.
  const url = URL.canParse(json.url, transport.base) ? new URL(json.url, transport.base) : undefined
  if (url?.origin !== transport.base) {
    throw new NoResponseError(`POST the link: the response is not from an edge, attempt ${attempts}`)
  }
  const cookies = Object.entries(json.cookies ?? {}).map(([name, value]) => `${name}=${value}`)
  const headers = { 'once-client': secret, ...(cookies.length > 0 && { cookie: cookies.join('; ') }) }
  return { url: url.href, headers, signal, transport, expiresAt: json.expiresAt }
}
