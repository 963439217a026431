import type { UploadedFile, UploadState } from '../shared/schemas/types.ts'
import { keyOf, newKey } from './arguments.ts'
import type { UploadOptions, UploadSource } from './calls.ts'
import { ProblemError } from './problem.ts'
import { send, type Transport } from './requests.ts'
import { isUploadedFile, isUploadEnd, isUploadState } from './shapes.ts'
import { patienceMs, sendParts } from './upload-parts.ts'

/** Uploads a file, as `Client.upload` says. */
export async function upload(
  source: UploadSource,
  options: UploadOptions,
  transport: Transport,
): Promise<UploadedFile> {
  const { filename, key, replace, type, idempotencyKey, signal } = options
  const bytes = source instanceof Blob ? source.size : options.bytes
  const body = { filename, key, replace, type, bytes }
  const named = { idempotencyKey: keyOf(idempotencyKey ?? newKey()), signal }
  const request = { method: 'POST', path: '/uploads', body, ...named, isExpected: isUploadState } as const
  const begun = await send(request, transport).catch((error: unknown) => error as Error)
  if (begun instanceof Error) {
    // What this key began was ended.
    const isEnded = begun instanceof ProblemError && begun.reason === 'no-such-upload' && idempotencyKey !== undefined
    if (isEnded) return upload(source, withoutKey(options), transport)
    throw begun
  }
  const state = begun.json
  try {
    await options.onBegin?.(state.key)
    return await finish(source, { options: { ...options, ...(bytes !== undefined && { bytes }) }, state, transport })
  } catch (error) {
    const isCancelled = options.endOnAbort === true && signal?.aborted === true
    const isTaken = error instanceof ProblemError && error.reason === 'object-exists'
    // Otherwise it can go on.
    if (idempotencyKey === undefined || isCancelled || isTaken) {
      const end = { method: 'DELETE', path: `/uploads/${state.id}`, isExpected: isUploadEnd } as const
      await send(end, { ...transport, attempts: 1 }).catch(() => undefined)
    }
    throw error
  }
}

/** Sends what has not arrived, and completes the upload. */
async function finish(
  source: UploadSource,
  { options, state, transport }: { options: UploadOptions; state: UploadState; transport: Transport },
): Promise<UploadedFile> {
  const { signal = new AbortController().signal, bytes: size, onProgress } = options
  const { key, completed } = state
  const plan = { state, bytes: size, signal, onProgress, transport: { ...transport, attempts: Infinity } }
  const { bytes, sha256 } = await sendParts(source, plan)
  if (completed === undefined) {
    const path = `/uploads/${state.id}/complete`
    const request = { method: 'POST', path, body: { bytes }, signal, totalMs: patienceMs } as const
    return (await send({ ...request, isExpected: isUploadedFile }, plan.transport)).json
  }
  const { sha256: known, ...version } = completed
  // Another file may have the Idempotency-Key of one that was uploaded: it has its name, size and time.
  return sha256 === known ? { key, ...version } : upload(source, { ...withoutKey(options), bytes }, transport)
}

function withoutKey(options: UploadOptions): UploadOptions {
  const { idempotencyKey: _, ...others } = options
  return others
}
