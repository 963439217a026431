import type { UploadState } from '../shared/schemas/types.ts'
import { keyOf, newKey, requireSource } from './arguments.ts'
import type { UploadedFile, UploadOptions, UploadSource } from './calls.ts'
import { ProblemError } from './problem.ts'
import { call, type Transport } from './requests.ts'
import { isUploadedFile, isUploadEnd, isUploadState } from './shapes.ts'
import { patienceMs, sendParts } from './upload-parts.ts'

/** Longest time to end an upload that failed, in milliseconds: its caller waits, and a day ends it anyway. */
const endMs = 5_000

/** Uploads a file, as `Client.upload` says. */
export async function upload(
  source: UploadSource,
  options: UploadOptions,
  transport: Transport,
): Promise<UploadedFile> {
  requireSource(source)
  if (!('subtle' in crypto))
    throw new Error('upload: got a page without crypto.subtle, allowed: one of https:// or localhost')
  const { key, replace, type, idempotencyKey, signal } = options
  // Windows reads what is before it as a folder, so the API takes no name with it.
  const filename = options.filename?.replaceAll('\\', '_')
  const bytes = source instanceof Blob ? source.size : options.bytes
  const body = { filename, key, replace, type, bytes }
  const named = { idempotencyKey: keyOf(idempotencyKey ?? newKey()), signal }
  const request = { method: 'POST', path: '/uploads', body, ...named, isExpected: isUploadState } as const
  const isEnded = (error: unknown) => isRefusal(error, 'no-such-upload') && idempotencyKey !== undefined
  const state = await call(request, transport).catch((error: unknown) => {
    if (isEnded(error)) return undefined
    throw error
  })
  // What this key began was ended; or it is complete, and another file may have replaced it since.
  if (state === undefined || (replace === true && state.completed !== undefined)) {
    return upload(source, withoutKey(options), transport)
  }
  try {
    await options.onBegin?.(state.key)
    const own = { ...options, ...(bytes !== undefined && { bytes }) }
    const file = await finish(source, { options: own, state, transport })
    return filename === undefined || file.key.endsWith(`/${filename}`) ? file : { ...file, filename }
  } catch (error) {
    // Another call has just completed it. A source of known size can't be read again without an error if that changes it.
    if (isEnded(error) && bytes !== undefined) return upload(source, options, transport)
    const isCancelled = options.endOnAbort === true && signal?.aborted === true
    // Otherwise it can go on.
    if (idempotencyKey === undefined || isCancelled || isRefusal(error, 'object-exists')) {
      const end = { method: 'DELETE', path: `/uploads/${state.id}`, isExpected: isUploadEnd } as const
      await call({ ...end, signal: AbortSignal.timeout(endMs) }, { ...transport, attempts: 1 }).catch(() => undefined)
    }
    throw error
  }
}

const isRefusal = (error: unknown, reason: string) => error instanceof ProblemError && error.reason === reason

/** An upload that was begun. */
interface Begun {
  readonly options: UploadOptions
  readonly state: UploadState
  readonly transport: Transport
}

/** Sends what has not arrived, and completes the upload. */
async function finish(source: UploadSource, { options, state, transport }: Begun): Promise<UploadedFile> {
  const { signal = new AbortController().signal, bytes: size, onProgress } = options
  const at = { path: `/uploads/${state.id}` as const }
  const plan = { at, state, bytes: size, signal, onProgress, transport: { ...transport, attempts: Infinity } }
  const { bytes, sha256 } = await sendParts(source, plan)
  // Another file may have the same Idempotency-Key, before or at the same time: it has the name, size and time of this one.
  const again = async () => upload(source, { ...withoutKey(options), bytes }, transport)
  if (state.completed !== undefined) {
    const { sha256: stored, ...version } = state.completed
    return stored === sha256 ? { key: state.key, ...version } : again()
  }
  const path = `${at.path}/complete` as const
  const request = { method: 'POST', path, body: { bytes, sha256 }, signal, totalMs: patienceMs } as const
  try {
    return await call({ ...request, isExpected: isUploadedFile }, plan.transport)
  } catch (error) {
    if (isRefusal(error, 'upload-incomplete') && options.idempotencyKey !== undefined) return again()
    throw error
  }
}

function withoutKey(options: UploadOptions): UploadOptions {
  const { idempotencyKey: _, ...others } = options
  return others
}
