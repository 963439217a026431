import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { EpochMs } from '../../shared/time.ts'
import { type Origin, xmlError } from './origin.ts'
import { checkPresignedUrl, type Signatory } from './presigned-url.ts'

/** A bucket, and the only credentials that may sign for it. */
export interface Bucket extends Signatory {
  readonly name: string
}

/** Makes a bucket with new random credentials, which have a session token as a function's credentials do. */
export function makeBucket(region: string): Bucket {
  const random = (bytes: number) => randomBytes(bytes).toString('hex').toUpperCase()
  const credentials = { accessKeyId: random(10), secretAccessKey: random(20), sessionToken: random(40) }
  return { name: 'content', region, credentials }
}

/**
 * Serves one bucket as S3 does, path style, to holders of presigned URLs: GET and HEAD with a valid signature that has not
 * expired. Refuses everything else as S3 does. `origin` has the objects.
 */
export function serveS3(bucket: Bucket, { origin, now }: { origin: Origin; now: () => EpochMs }): RequestListener {
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
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
    respond(request, response).catch(() => response.destroy())
  }
}
