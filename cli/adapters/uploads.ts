import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload as MultipartUpload } from '@aws-sdk/lib-storage'
import { ProblemError } from '../../client/client.ts'
import { parseProblem } from '../../client/problem.ts'
import { unlessAborted } from '../abortable.ts'
import { UnreachableError } from '../command.ts'
import type { Upload, Uploads } from '../ports/links.ts'
import { reasonOf } from '../terminal/errors.ts'
import { sdkRetry } from './aws/client.ts'
import { fetchLocal } from './fetch-local.ts'

/** Bytes of a part: S3 requires 5 MiB or more, and at most 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const partBytes = 8 * 1024 * 1024
const maxParts = 9000

/**
 * Timeout for a connection without traffic, in milliseconds, as in AWS's own client (AWS CLI, "cli_read_timeout"). A whole part
 * has no timeout: its time depends on the user's connection.
 */
const defaultIdleTimeoutMs = 60_000

/** Uploads files to S3, or to the emulator. */
export function uploads({ idleTimeoutMs = defaultIdleTimeoutMs }: { readonly idleTimeoutMs?: number } = {}): Uploads {
  return {
    toBucket: (upload, bucket) => toBucket(upload, bucket, idleTimeoutMs),
    toEmulator: (upload, api) => toEmulator(upload, api, idleTimeoutMs),
  }
}

async function toBucket(
  { file, key, type, onProgress, signal }: Upload,
  { name, region }: { readonly name: string; readonly region: string },
  idleTimeoutMs: number,
): Promise<void> {
  const { connectionTimeout } = sdkRetry.requestHandler
  const requestHandler = { connectionTimeout, socketTimeout: idleTimeoutMs }
  const client = new S3Client({ region, maxAttempts: sdkRetry.maxAttempts, requestHandler })
  const { size } = await stat(file)
  const upload = new MultipartUpload({
    client,
    params: { Bucket: name, Key: key, Body: createReadStream(file), ContentType: type },
    partSize: Math.max(partBytes, Math.ceil(size / maxParts)),
  })
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress(loaded))
  signal.addEventListener('abort', () => void upload.abort(), { once: true })
  await unlessAborted(upload.done(), signal)
  client.destroy()
}

async function toEmulator(upload: Upload, api: string, idleTimeoutMs: number): Promise<void> {
  const path = upload.key.split('/').map(encodeURIComponent).join('/')
  const controller = new AbortController()
  const stop = () => controller.abort(new Error(`no progress for ${idleTimeoutMs / 1000} seconds`))
  const timer = setTimeout(stop, idleTimeoutMs)
  const body = ReadableStream.from(readWithProgress(upload, timer))
  const signal = AbortSignal.any([controller.signal, upload.signal])
  try {
    const response = await fetchLocal(`${api}/files/${path}`, { method: 'PUT', body, duplex: 'half', signal })
    const text = await response.text()
    if (!response.ok) throw parseProblem(response, text, { attempts: 1 })
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
