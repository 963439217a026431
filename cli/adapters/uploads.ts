import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { readText } from '../../client/bounded-text.ts'
import { ProblemError } from '../../client/client.ts'
import { parseJsonObject, parseProblem } from '../../client/problem.ts'
import { parseVersionId } from '../../shared/object-key.ts'
import { UnreachableError, UsageError } from '../command.ts'
import type { Upload, UploadResult, Uploads } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'
import { uploadIdleMs } from './aws/client.ts'
import { fetchLocal } from './fetch-local.ts'

/** Longest response of an emulator, in bytes: it repeats a key. */
const maxResponseBytes = 64 * 1024

/** Uploads files to S3, or to the emulator. */
export function uploads({ idleTimeoutMs = uploadIdleMs }: { readonly idleTimeoutMs?: number } = {}): Uploads {
  return {
    // Loaded here, because the SDK takes half a second and 30 MB, and most commands upload nothing to S3.
    toBucket: async (upload, bucket) => {
      const { toBucket } = await import('./bucket-upload.ts')
      return toBucket(upload, bucket, await bodyOf(upload))
    },
    toEmulator: (upload, api) => toEmulator(upload, api, idleTimeoutMs),
  }
}

async function toEmulator(upload: Upload, api: string, idleTimeoutMs: number): Promise<UploadResult> {
  const path = upload.key.split('/').map(encodeURIComponent).join('/')
  const idle = idleTimer(idleTimeoutMs)
  const source = await bodyOf(upload)
  const body = ReadableStream.from(readWithProgress(source, upload, idle))
  const signal = AbortSignal.any([idle.signal, upload.signal])
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
    idle.stop()
    // An open standard input would keep the process running.
    source.destroy()
  }
}

/** Returns the bytes to upload: of a file, or of standard input, which has some. Another process may write that as slowly as it likes. */
async function bodyOf({ file, made, signal }: Upload): Promise<Readable> {
  if (made !== undefined) return Readable.from(made.read())
  if (file !== undefined) return createReadStream(file)
  await once(process.stdin, 'readable', { signal })
  if (process.stdin.readableLength > 0) return process.stdin
  throw new UsageError('standard input: got nothing, allowed: at least one byte; the command before | may have failed')
}

/** Aborts its signal if the other side takes no bytes for so long. */
function idleTimer(ms: number) {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const stop = () => clearTimeout(timer)
  return {
    signal: controller.signal,
    start() {
      stop()
      timer = setTimeout(() => controller.abort(new Error(`no progress for ${ms / 1000} seconds`)), ms)
    },
    stop,
  }
}

async function* readWithProgress(
  source: Readable,
  { onProgress }: Upload,
  idle: ReturnType<typeof idleTimer>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    idle.start()
    yield chunk
    idle.stop()
    bytes += chunk.length
    onProgress(bytes)
  }
  // The response is still to come.
  idle.start()
}
