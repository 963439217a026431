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

/** Bytes in a part: S3 takes 5 MiB and more, and 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const partBytes = 8 * 1024 * 1024
const mostParts = 9000

/**
 * Longest silence on a connection, in milliseconds, as S3's own clients have it (AWS CLI, "cli_read_timeout"). How long a part
 * takes is up to the line: it has no limit.
 */
const usualSilenceMs = 60_000

/** Files on their way to S3, or to the emulator. */
export function uploads({ silenceMs = usualSilenceMs }: { readonly silenceMs?: number } = {}): Uploads {
  return {
    toBucket: (upload, bucket) => toBucket(upload, bucket, silenceMs),
    toEmulator: (upload, api) => toEmulator(upload, api, silenceMs),
  }
}

async function toBucket(
  { file, key, type, onProgress, signal }: Upload,
  { name, region }: { readonly name: string; readonly region: string },
  silenceMs: number,
): Promise<void> {
  const { connectionTimeout } = sdkRetry.requestHandler
  const requestHandler = { connectionTimeout, socketTimeout: silenceMs }
  const client = new S3Client({ region, maxAttempts: sdkRetry.maxAttempts, requestHandler })
  const { size } = await stat(file)
  const upload = new MultipartUpload({
    client,
    params: { Bucket: name, Key: key, Body: createReadStream(file), ContentType: type },
    partSize: Math.max(partBytes, Math.ceil(size / mostParts)),
  })
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress(loaded))
  signal.addEventListener('abort', () => void upload.abort(), { once: true })
  await unlessAborted(upload.done(), signal)
  client.destroy()
}

async function toEmulator(upload: Upload, api: string, silenceMs: number): Promise<void> {
  const path = upload.key.split('/').map(encodeURIComponent).join('/')
  const controller = new AbortController()
  const stop = () => controller.abort(new Error(`nothing went on for ${silenceMs / 1000} seconds`))
  const watch = setTimeout(stop, silenceMs)
  const body = ReadableStream.from(counted(upload, watch))
  const signal = AbortSignal.any([controller.signal, upload.signal])
  try {
    const response = await fetch(`${api}/files/${path}`, { method: 'PUT', body, duplex: 'half', signal })
    const text = await response.text()
    if (!response.ok) throw parseProblem(response, text, { attempts: 1 })
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause
    throw new UnreachableError(`the emulator did not take the file: ${reasonOf(cause)}`, { cause })
  } finally {
    clearTimeout(watch)
  }
}

async function* counted(
  { file, onProgress }: Upload,
  watch: NodeJS.Timeout,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    yield chunk
    watch.refresh()
    bytes += chunk.length
    onProgress(bytes)
  }
}
