import { createReadStream } from 'node:fs'
import { readText } from '../../client/bounded-text.ts'
import { ProblemError } from '../../client/client.ts'
import { parseJsonObject, parseProblem } from '../../client/problem.ts'
import { parseVersionId } from '../../shared/object-key.ts'
import { UnreachableError } from '../command.ts'
import type { Upload, UploadResult, Uploads } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'
import { fetchLocal } from './fetch-local.ts'

/**
 * Timeout for a connection without traffic, in milliseconds, as in AWS's own client (AWS CLI, "cli_read_timeout"). A whole part
 * has no timeout: its time depends on the user's connection.
 */
const defaultIdleTimeoutMs = 60_000

/** Longest response of an emulator, in bytes: it repeats a key. */
const maxResponseBytes = 64 * 1024

/** Uploads files to S3, or to the emulator. */
export function uploads({ idleTimeoutMs = defaultIdleTimeoutMs }: { readonly idleTimeoutMs?: number } = {}): Uploads {
  return {
    // Loaded here, because the SDK takes half a second and 30 MB, and most commands upload nothing to S3.
    toBucket: async (upload, bucket) => (await import('./bucket-upload.ts')).toBucket(upload, bucket, idleTimeoutMs),
    toEmulator: (upload, api) => toEmulator(upload, api, idleTimeoutMs),
  }
}

async function toEmulator(upload: Upload, api: string, idleTimeoutMs: number): Promise<UploadResult> {
  const path = upload.key.split('/').map(encodeURIComponent).join('/')
  const controller = new AbortController()
  const stop = () => controller.abort(new Error(`no progress for ${idleTimeoutMs / 1000} seconds`))
  const timer = setTimeout(stop, idleTimeoutMs)
  const body = ReadableStream.from(readWithProgress(upload, timer))
  const signal = AbortSignal.any([controller.signal, upload.signal])
  try {
    const init = { method: 'PUT', body, duplex: 'half', redirect: 'error', signal } as const
    const headers = upload.replace ? {} : { 'if-none-match': '*' }
    const response = await fetchLocal(`${api}/files/${path}`, { ...init, headers })
    const text = await readText(response, maxResponseBytes)
    if (response.status === 412) return { kind: 'exists' }
    if (!response.ok) throw parseProblem(response, text, { attempts: 1 })
    const { versionId } = parseJsonObject(text)
    return { kind: 'stored', versionId: typeof versionId === 'string' ? parseVersionId(versionId) : undefined }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause
    throw new UnreachableError(`the emulator did not accept the file: ${reasonOf(cause)}`, { cause })
  } finally {
    clearTimeout(timer)
  }
}

async function* readWithProgress(
  { file, onProgress }: Upload,
  timer: NodeJS.Timeout,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    yield chunk
    timer.refresh()
    bytes += chunk.length
    onProgress(bytes)
  }
}
