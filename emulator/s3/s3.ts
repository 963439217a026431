import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { systemClock } from '../../shared/aws/process.ts'
import type { EpochMs } from '../../shared/time.ts'
import { conditionalHeaders } from './conditions.ts'
import { type Origin, send, xmlResponse } from './origin.ts'
import { checkPresignedUrl, type S3Refusal } from './presigned-url.ts'
import type { Signatory } from './signer.ts'
import { checkSignedRequest } from './signed-request.ts'

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
 * Serves one bucket as S3 does, path style: GET and HEAD with a presigned URL that has not expired at `now`, or with a
 * signature in the header `Authorization`, as SDKs sign with the machine's clock. Refuses everything else as S3 does.
 * `origin` has the objects. As their roles on AWS, the function that signs in the header may list the bucket, and the one that
 * makes presigned URLs may not.
 */
export function serveS3(bucket: Bucket, { origin, now }: { origin: Origin; now: () => EpochMs }): RequestListener {
  async function check(request: IncomingMessage): Promise<S3Refusal | undefined> {
    const { method = '', url: target = '', headers } = request
    const common = { method, host: headers.host ?? '', target }
    return headers.authorization === undefined
      ? checkPresignedUrl({ ...common, now: now() }, bucket)
      : checkSignedRequest({ ...common, now: systemClock.now(), headers }, bucket)
  }
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '' } = request
    if (method !== 'GET' && method !== 'HEAD') {
      const message = 'The specified method is not allowed against this resource.'
      return send(response, xmlResponse(405, { code: 'MethodNotAllowed', message }))
    }
    const refusal = await check(request)
    if (refusal !== undefined) return send(response, xmlResponse(refusal.status, refusal))
    const folder = `/${bucket.name}`
    if (!target.startsWith(`${folder}/`)) {
      return send(response, xmlResponse(404, { code: 'NoSuchBucket', message: 'The specified bucket does not exist' }))
    }
    const headers = conditionalHeaders(request.headers)
    const mayList = request.headers.authorization !== undefined
    return send(response, await origin({ method, target: target.slice(folder.length), headers, mayList }))
  }
  return (request, response) => {
    respond(request, response).catch(() => response.destroy())
  }
}
