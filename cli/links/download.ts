import { unlessAborted } from '../abortable.ts'
import type { OutputFile, HttpResponse } from '../ports/links.ts'
import type { Ports } from '../ports/ports.ts'
import { reasonOf } from '../terminal/errors.ts'

/** Most pieces in a row that bring nothing before a transfer is given up: with the waits between them some 4 s. */
const mostIdle = 5

/** Most pieces in all. Whoever breaks off after each byte shall not be asked for ever; a bad line needs some tens. */
const mostPieces = 1000

/** The wait after a piece that brought nothing, in milliseconds; it doubles. */
const firstWaitMs = 250

/** What is to be downloaded, and whoever wants to see how far it is. */
export interface Source {
  readonly url: string
  readonly cookie: string | undefined
  readonly onProgress: (bytes: number, total: number | undefined) => void
  /** Whoever sits before it no longer wants it. */
  readonly signal: AbortSignal
}

/** How a transfer ended: all is there, or it broke off for good. */
export type Transfer =
  | { readonly kind: 'complete'; readonly bytes: number }
  | { readonly kind: 'broken'; readonly bytes: number; readonly why: string }

/** How far a transfer is. */
interface State {
  bytes: number
  total: number | undefined
  /** What If-Range may name: a strong ETag, or else Last-Modified (RFC 9110, 13.1.5). */
  validator: string | undefined
}

/** What became of one request: the end of the file, a break that may be mended, or one that can't. */
type Piece = 'complete' | { readonly why: string; readonly mended: 'perhaps' | 'never' }

/**
 * Downloads into a draft, and goes on where it was when the connection breaks, as long as the URL is answered: asks for
 * the rest of the same file (Range, If-Range), and compares the size with what was announced. Never rejects.
 */
export async function download(source: Source, draft: OutputFile, { web, clock }: Ports): Promise<Transfer> {
  const { url, signal } = source
  const state: State = { bytes: 0, total: undefined, validator: undefined }
  let why = ''
  for (let pieces = 1, idle = 0; pieces <= mostPieces && idle < mostIdle; pieces += 1) {
    const before = state.bytes
    const headers = headersFor(source, state)
    const piece = await web
      .ask({ method: 'GET', url, headers, signal })
      .then(answer => receive(answer, draft, { state, source }))
      .catch(broke)
    if (piece === 'complete') return { kind: 'complete', bytes: state.bytes }
    why = piece.why
    if (piece.mended === 'never' || signal.aborted) break
    idle = state.bytes > before ? 0 : idle + 1
    if (idle > 0 && idle < mostIdle)
      await unlessAborted(clock.pause(firstWaitMs * 2 ** (idle - 1)), signal).catch(broke)
  }
  return { kind: 'broken', bytes: state.bytes, why }
}

/** Without compression, so that sizes are those of the file. What can't be named can't be gone on with. */
function headersFor({ cookie }: Source, { bytes, validator }: State): Record<string, string> {
  return {
    'accept-encoding': 'identity',
    ...(cookie !== undefined && { cookie }),
    ...(bytes > 0 && validator !== undefined && { range: `bytes=${bytes}-`, 'if-range': validator }),
  }
}

async function receive(
  answer: HttpResponse,
  draft: OutputFile,
  { state, source }: { readonly state: State; readonly source: Source },
): Promise<Piece> {
  const unfit = await prepare(answer, draft, state)
  if (unfit !== undefined) {
    answer.end()
    return unfit
  }
  try {
    const chunks = answer.body[Symbol.asyncIterator]()
    for (;;) {
      const next = await chunks.next().catch(broke)
      if ('why' in next) return next
      if (next.done === true) break
      // A disk that is full, or a reader that is gone, is nothing to be tried again.
      const failed = await unlessAborted(draft.write(next.value), source.signal).then(() => undefined, broke)
      if (failed !== undefined) return never(failed.why)
      state.bytes += next.value.length
      source.onProgress(state.bytes, state.total)
    }
  } finally {
    answer.end()
  }
  if (state.total === undefined || state.bytes === state.total) return 'complete'
  const why = `got ${state.bytes} bytes of ${state.total}`
  return state.bytes > state.total ? never(why) : { why, mended: 'perhaps' }
}

/** Sees to it that what comes belongs where the draft ends; else says what is wrong with it. */
async function prepare(answer: HttpResponse, draft: OutputFile, state: State): Promise<Piece | undefined> {
  const { status } = answer
  if (status === 206) return prepareRest(answer, state)
  if (status >= 500) return { why: `the answer was ${status}`, mended: 'perhaps' }
  if (status !== 200) return never(`the answer was ${status}${status === 403 ? ': the URL is over' : ''}`)
  // From the beginning: it is another file by now, or the rest can't be had alone.
  if (state.bytes > 0) {
    if (draft.startOver === undefined) return never('the file can only be had from its beginning again')
    const failed = await draft.startOver().catch(broke)
    if (failed !== undefined) return never(failed.why)
  }
  const length = answer.header('content-length')
  const etag = answer.header('etag')
  state.bytes = 0
  state.total = length === undefined ? undefined : Number(length)
  state.validator = etag?.startsWith('"') === true ? etag : answer.header('last-modified')
  return undefined
}

function prepareRest(answer: HttpResponse, { bytes, total }: State): Piece | undefined {
  const range = answer.header('content-range') ?? ''
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? []
  if (Number(from) === bytes && bytes > 0 && (total === undefined || Number(size) === total)) return undefined
  return never(`asked for the bytes from ${bytes} on of ${total ?? 'some'}, got ${JSON.stringify(range)}`)
}

function never(why: string): Piece {
  return { why, mended: 'never' }
}

function broke(error: unknown): { readonly why: string; readonly mended: 'perhaps' } {
  return { why: reasonOf(error), mended: 'perhaps' }
}
