import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { systemClock } from '../../shared/aws/process.ts'
import { partChecksumHeader } from '../../shared/schemas/upload.ts'
import type { EpochMs } from '../../shared/time.ts'
import { conditionalHeaders } from './conditions.ts'
import type { Multipart, Operation } from './multipart.ts'
import { type Origin, type OriginResponse, send, xmlResponse } from './origin.ts'
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

/** The CORS rule of the bucket: browsers send parts, from pages of any origin. */
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'PUT',
  'access-control-allow-headers': partChecksumHeader,
}

/**
 * Serves one bucket as S3 does, path style: GET, HEAD and uploads in parts, with a presigned URL that has not expired at
 * `now`, or with a signature in the header `Authorization`, as SDKs sign with the machine's clock. Refuses everything else as
 * S3 does, without `multipart` all writes. As their roles on AWS, the function that signs in the header may list the bucket, and the
 * one that makes presigned URLs may not.
 */
export function serveS3(
  bucket: Bucket,
  { origin, multipart, reads, now }: { origin: Origin; multipart?: Multipart; reads?: Multipart; now: () => EpochMs },
): RequestListener {
  async function check(request: IncomingMessage): Promise<S3Refusal | undefined> {
    const { method = '', url: target = '', headers } = request
    return headers.authorization === undefined
      ? checkPresignedUrl({ method, target, headers, now: now() }, bucket)
      : checkSignedRequest({ method, target, headers, now: systemClock.now() }, bucket)
  }
  function readOf(method: string): Operation | undefined {
    if (method !== 'GET' && method !== 'HEAD') return undefined
    return async ({ headers }, target) =>
      origin({
        method,
        target,
        headers: conditionalHeaders(headers),
        mayList: headers.authorization !== undefined,
        withChecksum: headers['x-amz-checksum-mode'] === 'ENABLED',
      })
  }
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '' } = request
    if (method === 'OPTIONS') return send(response, preflight(request.headers))
    const [, query = ''] = target.split(/\?(.*)/s)
    const parameters = new URLSearchParams(query)
    const operation = multipart?.(method, parameters) ?? reads?.(method, parameters) ?? readOf(method)
    if (method === 'PUT' && operation !== undefined) response.setHeader('access-control-allow-origin', '*')
    if (operation === undefined) {
      const message = 'The specified method is not allowed against this resource.'
      return send(response, xmlResponse(405, { code: 'MethodNotAllowed', message }))
    }
    const refusal = await check(request)
    if (refusal !== undefined) return send(response, xmlResponse(refusal.status, refusal))
    const folder = `/${bucket.name}`
    if (!target.startsWith(`${folder}/`)) {
      return send(response, xmlResponse(404, { code: 'NoSuchBucket', message: 'The specified bucket does not exist' }))
    }
    return send(response, await operation(request, target.slice(folder.length)))
  }
  return (request, response) => {
    respond(request, response).catch(() => response.destroy())
  }
}

/** Answers a browser that asks whether a page of another origin may send a request (AWS, "Using cross-origin resource sharing"). */
function preflight(headers: IncomingHttpHeaders): OriginResponse {
  const names = headers['access-control-request-headers'] ?? cors['access-control-allow-headers']
  const isPart = headers['access-control-request-method'] === 'PUT' && headers.origin !== undefined
  if (isPart && names === cors['access-control-allow-headers']) return { status: 200, headers: cors }
  return xmlResponse(403, { code: 'AccessForbidden', message: 'CORSResponse: This CORS request is not allowed.' })
}
