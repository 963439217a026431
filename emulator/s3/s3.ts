import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { EpochMs } from '../../shared/time.ts'
import { type Origin, xmlError } from './origin.ts'
import { checkPresignedUrl, type Signatory } from './presigned-url.ts'

/** A bucket, and the one set of credentials that may sign for it. */
export interface Bucket extends Signatory {
  readonly name: string
}

/** Makes a bucket with credentials that nobody had before, with a session token as a function's have. */
export function makeBucket(region: string): Bucket {
  const random = (bytes: number) => randomBytes(bytes).toString('hex').toUpperCase()
  const credentials = { accessKeyId: random(10), secretAccessKey: random(20), sessionToken: random(40) }
  return { name: 'content', region, credentials }
}

/**
 * S3 for one bucket, path style, as holders of presigned URLs meet it: GET and HEAD with a signature that is right and
 * alive. Everything else is refused as S3 refuses it. `origin` has the objects.
 */
export function serveS3(bucket: Bucket, { origin, now }: { origin: Origin; now: () => EpochMs }): RequestListener {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = request
    if (method !== 'GET' && method !== 'HEAD') {
      const message = 'The specified method is not allowed against this resource.'
      return xmlError(response, 405, { code: 'MethodNotAllowed', message })
    }
    const refusal = await checkPresignedUrl({ method, host: headers.host ?? '', target, now: now() }, bucket)
    if (refusal !== undefined) return xmlError(response, refusal.status, refusal)
    const folder = `/${bucket.name}`
    if (!target.startsWith(`${folder}/`)) {
      return xmlError(response, 404, { code: 'NoSuchBucket', message: 'The specified bucket does not exist' })
    }
    return origin(request, response, target.slice(folder.length))
  }
  return (request, response) => {
    answer(request, response).catch(() => response.destroy())
  }
}
