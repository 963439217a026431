import { MalformedResponse, type HttpResponse, type OutputFile } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'

/** If the firewall asks to wait longer, in seconds, the transfer is given up. It asks for a minute. */
const maxWaitSeconds = 60

/** How much of a file has arrived, and what tells it from another. */
export interface Arrived {
  bytes: number
  total: number | undefined
  /** For If-Range: a strong ETag, or else Last-Modified (RFC 9110, 13.1.5). */
  validator: string | undefined
}

/** A request did not bring the rest of the file. */
export interface Broken {
  readonly kind: 'broken'
  readonly why: string
  /** Whether another request may bring it: for as long as a change of networks takes, a few times, or not. */
  readonly retry: 'long' | 'few' | 'no'
  /** Wait before the next request, in milliseconds. @default it depends on the number of requests without bytes */
  readonly waitMs?: number
  /** Why the URL does not work: it has ended, or it is bound to another address than this one. */
  readonly refusal?: 'ended' | 'other-address' | undefined
}

/** The URL is refused (403). */
export interface RefusedUrl {
  readonly kind: 'refused-url'
}

/** Another request doesn't help, for example if the disk is full. */
export function final(error: unknown): Broken {
  return { kind: 'broken', why: reasonOf(error), retry: 'no' }
}

/** Another request may help. */
export function retryable(error: unknown): Broken {
  return { kind: 'broken', why: reasonOf(error), retry: error instanceof MalformedResponse ? 'few' : 'long' }
}

/**
 * Returns headers that request the rest of a file; without a validator, the file from its start. They refuse compression, so that
 * sizes are those of the file.
 */
export function rangeHeaders({ bytes, validator }: Arrived): Record<string, string> {
  return {
    'accept-encoding': 'identity',
    ...(bytes > 0 && validator !== undefined && { range: `bytes=${bytes}-`, 'if-range': validator }),
  }
}

/**
 * Makes sure that the body continues where the output ends, or empties the output if the whole file comes again. Otherwise
 * returns what is wrong.
 *
 * @param isPinned whether the URL names one version of the object, so that no other file may come
 */
export async function prepareOutput(
  response: HttpResponse,
  output: OutputFile,
  { arrived, isPinned }: { readonly arrived: Arrived; readonly isPinned: boolean },
): Promise<Broken | RefusedUrl | undefined> {
  const { status } = response
  if (status === 206) return checkRest(response, arrived)
  if (status >= 500) return retryable(`the response was ${status}`)
  if (status === 429) return tooManyRequests(response)
  if (status === 403) return { kind: 'refused-url' }
  if (status !== 200) return final(`the response was ${status}`)
  const length = response.header('content-length')
  const total = length === undefined ? undefined : Number(length)
  if (Number.isNaN(total)) return final(`the response has the size ${JSON.stringify(length)}`)
  const validator = validatorOf(response)
  if (isPinned && arrived.validator !== undefined && arrived.validator !== validator) {
    return final('the server sends another file than before')
  }
  // The whole file comes again: it has changed, or the server can't send the rest alone.
  if (arrived.bytes > 0) {
    if (output.startOver === undefined) return final('the server sends the file only from its start again')
    const failure = await output.startOver().catch(final)
    if (failure !== undefined) return failure
  }
  Object.assign(arrived, { bytes: 0, total, validator })
  return undefined
}

function validatorOf(response: HttpResponse): string | undefined {
  const etag = response.header('etag')
  return etag?.startsWith('"') === true ? etag : response.header('last-modified')
}

/** The firewall's refusal, which says nothing of the URL. */
function tooManyRequests(response: HttpResponse): Broken {
  const seconds = Number(response.header('retry-after') ?? NaN)
  const why = 'too many requests from this address: the response was 429'
  return seconds <= maxWaitSeconds ? { ...retryable(why), waitMs: seconds * 1000 } : final(why)
}

function checkRest(response: HttpResponse, { bytes, total, validator }: Arrived): Broken | undefined {
  const range = response.header('content-range') ?? ''
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? []
  const isRest = Number(from) === bytes && bytes > 0 && (total === undefined || Number(size) === total)
  if (!isRest) return final(`requested the bytes from ${bytes} on of ${total ?? 'some'}, got ${JSON.stringify(range)}`)
  const isSame = [undefined, validator].includes(validatorOf(response))
  return isSame ? undefined : final('the server sends the rest of another file')
}
