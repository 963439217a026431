import type { ArrivedPart, UploadRequest, UploadState } from '../protocol.ts'
import { pause } from '../../client/requests.ts'
import { ask, type Failure, type Outcome, put, type Uploaded } from './requests.ts'

/** An upload in parts. */
export interface PartUpload {
  readonly file: File
  readonly key: string
  /** Whether an object with the key is replaced. */
  readonly replace: boolean
  /** Gets the bytes that have arrived. */
  readonly progress: (bytes: number) => void
  readonly signal: AbortSignal
}

/** Parts that are sent at a time. */
const parallel = 2

/** Attempts for a part, with pauses that double from half a second up to 15 seconds: a break of two minutes is survived. */
const maxAttempts = 12
const maxPauseMs = 15_000

/** Characters that name a file in the key of its object. */
const idLength = 16

/** Returns a name for the file: another file has another one, and the same file has the same one later. */
export async function fileIdOf({ name, size, lastModified }: File): Promise<string> {
  const hash = await sha256(new TextEncoder().encode(JSON.stringify([name, size, lastModified])))
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, idLength)
}

/**
 * Uploads a file part by part. If its key names the file, goes on with an upload that broke off, from the parts that the bucket
 * has and whose content is that of the file. Never rejects. If it is cancelled, nothing of it remains.
 */
export async function uploadInParts(upload: PartUpload): Promise<Outcome<Uploaded>> {
  const { file, key, replace, signal } = upload
  const resume = key.split('/').includes(await fileIdOf(file))
  const known = sessionStorage.getItem(unfinished(key))
  const request = { key, bytes: file.size, type: file.type, resume, ...(known !== null && { uploadId: known }) }
  const begun = await ask<UploadState>('POST', '/console/uploads', request satisfies UploadRequest)
  if (!begun.ok) return begun
  const { uploadId } = begun.value
  sessionStorage.setItem(unfinished(key), uploadId)
  const failure = await sendParts(begun.value, upload).catch(() => unreadable)
  if (signal.aborted) await ask('POST', '/console/uploads/abort', { key, uploadId })
  if (failure !== undefined) return failure
  const completed = await ask<Uploaded>('POST', '/console/uploads/complete', {
    key,
    uploadId,
    bytes: file.size,
    replace,
  })
  if (completed.ok) sessionStorage.removeItem(unfinished(key))
  return completed
}

/** Name under which this tab keeps the id of an unfinished upload to the key. */
function unfinished(key: string): string {
  return `upload ${key}`
}

/** Sends the parts that have not arrived. Returns why one could not be sent; undefined if all were. */
async function sendParts(state: UploadState, upload: PartUpload): Promise<Failure | undefined> {
  const { partBytes, arrived } = state
  const { file, progress, signal } = upload
  const parts = Array.from({ length: Math.max(1, Math.ceil(file.size / partBytes)) }, (_, index) => {
    return { number: index + 1, content: file.slice(index * partBytes, (index + 1) * partBytes) }
  })
  const sent = new Map<number, number>()
  const note = (number: number, bytes: number) => {
    sent.set(number, bytes)
    progress([...sent.values()].reduce((sum, each) => sum + each, 0))
  }
  let failure: Failure | undefined
  const queue = parts.values()
  const work = async () => {
    for (const { number, content } of queue) {
      if (failure !== undefined || signal.aborted) return
      const hash = btoa(String.fromCharCode(...(await sha256(await content.arrayBuffer()))))
      if (!hasArrived(arrived, number, hash)) {
        const onProgress = (part: number) => note(number, part * content.size)
        failure ??= await sendPart({ number, content, hash, onProgress }, state, upload)
      }
      note(number, content.size)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return signal.aborted ? cancelled : failure
}

function hasArrived(arrived: readonly ArrivedPart[], number: number, hash: string): boolean {
  const part = arrived.find(each => each.number === number)
  return part !== undefined && (part.sha256 === undefined || part.sha256 === hash)
}

const cancelled: Failure = { ok: false, status: 0, detail: 'The upload was cancelled.', errors: [] }

const unreadable: Failure = { ok: false, status: 0, detail: 'The file can not be read.', errors: [] }

interface PartToSend {
  readonly number: number
  readonly content: Blob
  /** SHA-256, in Base64. */
  readonly hash: string
  readonly onProgress: (part: number) => void
}

/** Sends one part, again after a break. */
async function sendPart(
  { number, content, hash, onProgress }: PartToSend,
  { uploadId }: UploadState,
  { key, signal }: PartUpload,
): Promise<Failure | undefined> {
  const query = new URLSearchParams({ key, uploadId, number: String(number) })
  const headers = { 'content-sha256': hash }
  for (let attempt = 1; ; attempt += 1) {
    const response = await put(`/console/uploads?${query}`, { body: content, headers, progress: onProgress, signal })
    if (response.ok) return undefined
    const isPassing = response.status === 0 || response.status >= 500
    if (!isPassing || signal.aborted || attempt === maxAttempts) return response
    onProgress(0)
    await pause(Math.min(maxPauseMs, 250 * 2 ** attempt), signal).catch(() => undefined)
  }
}

async function sha256(bytes: BufferSource): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
