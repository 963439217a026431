import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload as MultipartUpload } from '@aws-sdk/lib-storage'
import { ProblemError, type Told } from '../../client/problem-error.ts'
import type { Upload, Uploads } from '../link-ports.ts'
import { patience } from './client.ts'

/** Bytes in a part: S3 takes 5 MiB and more, and 10,000 parts (AWS, "Amazon S3 multipart upload limits"). */
const partBytes = 8 * 1024 * 1024
const mostParts = 9000

/** Longest silence on a connection, in milliseconds. How long a part takes is up to the line: it has no limit. */
const silenceMs = 60_000

/** Files on their way to S3, or to the emulator. */
export const uploads: Uploads = {
  async toBucket({ file, key, type, onProgress }, { name, region }) {
    const { connectionTimeout } = patience.requestHandler
    const requestHandler = { connectionTimeout, socketTimeout: silenceMs }
    const client = new S3Client({ region, maxAttempts: patience.maxAttempts, requestHandler })
    const { size } = await stat(file)
    const upload = new MultipartUpload({
      client,
      params: { Bucket: name, Key: key, Body: createReadStream(file), ContentType: type },
      partSize: Math.max(partBytes, Math.ceil(size / mostParts)),
    })
    upload.on('httpUploadProgress', ({ loaded = 0 }) => onProgress(loaded))
    await upload.done()
    client.destroy()
  },
  async toEmulator(upload, api) {
    const path = upload.key.split('/').map(encodeURIComponent).join('/')
    const response = await fetch(`${api}/files/${path}`, {
      method: 'PUT',
      body: ReadableStream.from(counted(upload)),
      duplex: 'half',
    })
    const text = await response.text()
    if (response.ok) return
    throw new ProblemError({ ...(JSON.parse(text) as Told), status: response.status, attempts: 1 })
  },
}

async function* counted({ file, onProgress }: Upload): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    yield chunk
    bytes += chunk.length
    onProgress(bytes)
  }
}
