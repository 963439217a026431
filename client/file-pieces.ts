import { failureOf, minProgress, type OpenFile, requestFile } from './file-request.ts'
import { type Failure, failureIn, final, refusalOf, retryable, validatorOf } from './file-response.ts'
import { DownloadError, NoResponseError, ProblemError } from './problem.ts'
import type { Capability, DownloadState } from './redeem.ts'
import type { Transport } from './requests.ts'

/** A transfer that makes no progress for so long, in milliseconds, is given up. A change of networks can take a minute. */
const patienceMs = 120_000

/** Wait after a request that brings nothing, in milliseconds; it doubles, up to a longest one. */
const firstWaitMs = 250
const maxWaitMs = 10_000

/**
 * Most bytes of a file whose size is not announced, and longest time that it takes, in milliseconds, because nothing else would
 * end it. S3 and CloudFront announce sizes; a proxy may not pass them on.
 */
const maxUnannouncedBytes = 1024 ** 3
const maxUnannouncedMs = 10 * 60_000

/** The transfer of a file, and how far it is. */
export interface Transfer {
  readonly signal: AbortSignal
  /** `attempts` are requests in a row that bring less than 1 KiB. */
  readonly transport: Transport
  /** Asks the link again, as the same client. Rejects as `redeem` does. */
  readonly askAgain: () => Promise<Capability>
  /** Called, and awaited, when the state has changed. */
  readonly onState: ((state: DownloadState) => unknown) | undefined
  /** Called, and awaited, when the file begins again. Undefined if what has arrived can't be discarded. */
  readonly onStartOver: (() => unknown) | undefined
  state: DownloadState
  /** Bytes that have arrived. */
  received: number
  readonly startedAt: number
  /** Bytes after the last request that brought some. */
  best: number
  /** Requests since then, and how long they and the waits between them took, in milliseconds. */
  idle: number
  idleMs: number
  /** Where the file was when the link was asked again. */
  askedAt: number | undefined
}

/**
 * Requests the file, or what is missing of it, until a response has it. Rejects with a `DownloadError` after two minutes or
 * `attempts` without 1 KiB, and at once if another request can't help.
 */
export async function openFile(transfer: Transfer): Promise<OpenFile> {
  for (;;) {
    if (transfer.received > 0 && transfer.received === transfer.state.total) return nothingMore
    const startedAt = Date.now()
    const result = await requestFile(transfer).then(
      file => accept(file, transfer),
      (error: unknown) => failureOf('no response', error, transfer.signal),
    )
    transfer.idleMs += Date.now() - startedAt
    if (!('error' in result)) return result
    await beforeAnother(result, transfer)
  }
}

/** The rest of a file that has arrived. */
const nothingMore: OpenFile = {
  status: 206,
  headers: new Headers(),
  refusal: undefined,
  read: async () => undefined,
  close: () => undefined,
}

/**
 * Yields the bytes of an open file, and opens it again whenever the transfer breaks off. Rejects as `openFile` does. Accepts no byte
 * more than announced; without a size, 1 GiB in ten minutes.
 */
export async function* piecesOf(first: OpenFile, transfer: Transfer): AsyncGenerator<Uint8Array, void, undefined> {
  for (let file = first; ; file = await openFile(transfer)) {
    const failure = yield* bytesOf(file, transfer)
    if (failure === undefined) return
    await beforeAnother(failure, transfer)
  }
}

async function* bytesOf(file: OpenFile, transfer: Transfer): AsyncGenerator<Uint8Array, Failure | undefined> {
  const read = async () => {
    const startedAt = Date.now()
    return file
      .read()
      .catch((error: unknown) => failureOf('no more bytes came', error, transfer.signal))
      .finally(() => (transfer.idleMs += Date.now() - startedAt))
  }
  try {
    for (let piece = await read(); piece !== undefined; piece = await read()) {
      if ('error' in piece) return piece
      const excess = excessOf(transfer.received + piece.length, transfer)
      if (excess !== undefined) return final(excess)
      transfer.received += piece.length
      yield piece
    }
  } finally {
    file.close()
  }
  const { received, state } = transfer
  return state.total === undefined || received === state.total
    ? undefined
    : retryable(`got ${received} bytes of ${state.total}`)
}

/** Returns what is wrong with so many bytes; undefined if there is room for them. */
function excessOf(bytes: number, { state: { total }, startedAt }: Transfer): string | undefined {
  if (total !== undefined) {
    return bytes > total ? `the server sends more than the ${total} bytes that it announced` : undefined
  }
  if (bytes <= maxUnannouncedBytes && Date.now() - startedAt <= maxUnannouncedMs) return undefined
  return `the server announces no size, and more than ${maxUnannouncedBytes} bytes or ${maxUnannouncedMs / 60_000} minutes have passed`
}

/** Waits until another request makes sense; rejects if none does. */
async function beforeAnother({ error, refusal, ...failure }: Failure, transfer: Transfer): Promise<void> {
  const { transport, received, state } = transfer
  if (received >= transfer.best + minProgress) Object.assign(transfer, { best: received, idle: 0, idleMs: 0 })
  else transfer.idle += 1
  const { idle, idleMs } = transfer
  if (failure.isFinal || (idle > 0 && (idle >= transport.attempts || idleMs >= patienceMs))) {
    const arrived = `${received} of ${state.total ?? 'unknown'} bytes`
    throw new DownloadError(`the file: broke off after ${arrived}: ${error.message}`, { cause: error, refusal })
  }
  if (idle === 0) return
  const waitMs = failure.waitMs ?? Math.min(firstWaitMs * 2 ** (idle - 1), maxWaitMs)
  transport.onRetry?.({ of: 'file', attempt: idle, waitMs, error })
  // It counts as long as it should take: a program's own may return at once.
  transfer.idleMs += waitMs
  await transport.wait(waitMs, transfer.signal)
}

/** Returns the file if its bytes continue what has arrived; of a file that begins again, notes size and validator first. */
async function accept(file: OpenFile, transfer: Transfer): Promise<OpenFile | Failure> {
  const { refusal, status, headers } = file
  const failure = refusal === undefined ? failureIn(file, transfer) : await refused(file, refusal, transfer)
  if (failure !== undefined) {
    file.close()
    return failure
  }
  if (status === 206) return file
  if (transfer.received > 0) await transfer.onStartOver?.()
  transfer.received = 0
  const length = headers.get('content-encoding') === null ? headers.get('content-length') : null
  const total = length === null ? undefined : Number(length)
  await change({ ...transfer.state, total, validator: validatorOf(headers) }, transfer)
  return file
}

async function change(state: DownloadState, transfer: Transfer): Promise<void> {
  transfer.state = state
  await transfer.onState?.(state)
}

/**
 * Before the end of a URL, asks the link again, once at each place of the file: from another address, a link with a receipt
 * returns a URL that works there, if it is bound to its client.
 */
async function refused({ headers }: OpenFile, problem: ProblemError, transfer: Transfer): Promise<Failure> {
  const { state, received } = transfer
  const failure = refusalOf(headers, problem, state)
  // Bound to an address, the link would return the same URL, or count as used once more.
  if (failure.refusal !== undefined || transfer.askedAt === received) return failure
  try {
    const capability = await transfer.askAgain()
    transfer.askedAt = received
    const { client, total, validator } = state
    await change({ client, total, validator, ...capability }, transfer)
    return retryable('the URL was refused')
  } catch (error) {
    // Without a reason, it is no refusal of an edge.
    if (error instanceof ProblemError && error.reason !== 'unknown') return failure
    if (error instanceof ProblemError || error instanceof NoResponseError) return { ...failure, isFinal: false }
    throw error
  }
}
