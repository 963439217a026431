import { timingSafeEqual } from 'node:crypto'
import { denied, type ObjectRequest, parseDate, parseQuery, type S3Refusal, skewMs, wrong } from './presigned-url.ts'
import { s3Signer, type Signatory, signedHeaders, signsAll } from './signer.ts'

const malformed: S3Refusal = {
  status: 400,
  code: 'AuthorizationHeaderMalformed',
  message: 'The authorization header is malformed.',
}

/**
 * Checks the header `Authorization` as S3 does (AWS, "Authenticating Requests: Using the Authorization Header"): its
 * signatory, its time and the signature over method, path, query and the signed headers, which it compares with that of
 * AWS's own signer. Returns undefined if all are right. The host and all `x-amz-*` headers must be signed.
 */
export async function checkSignedRequest(
  request: ObjectRequest,
  { region, credentials }: Signatory,
): Promise<S3Refusal | undefined> {
  const { headers, now } = request
  const sent = headers.authorization ?? ''
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^,]+), SignedHeaders=([a-z0-9;-]+), Signature=[0-9a-f]{64}$/
  const [, accessKeyId, day, scope, names = ''] = form.exec(sent) ?? []
  const signedAt = parseDate(String(headers['x-amz-date']))
  if (signedAt === undefined || scope !== `${region}/s3/aws4_request`) return malformed
  if (accessKeyId !== credentials.accessKeyId) return wrong.key
  if (headers['x-amz-security-token'] !== credentials.sessionToken) return wrong.token
  if (Math.abs(now - signedAt) > skewMs) {
    return denied('RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.')
  }
  const signed = new Set(names.split(';'))
  const query = parseQuery(request.target.split(/\?(.*)/s)[1] ?? '')
  if (query === undefined) return denied('AccessDenied', 'Access Denied')
  if (!signsAll(headers, signed)) return wrong.headers
  const expected = await authorizationOf({ ...request, query, signed, signedAt }, { region, credentials })
  const isSame = expected.length === sent.length && timingSafeEqual(Buffer.from(expected), Buffer.from(sent))
  if (isSame && headers['x-amz-date']?.slice(0, 8) === day) return undefined
  return wrong.signature
}

/** Makes the header that the request should have. */
async function authorizationOf(
  request: ObjectRequest & { query: ReadonlyMap<string, string>; signed: ReadonlySet<string>; signedAt: number },
  signatory: Signatory,
): Promise<string> {
  const { method, target, headers, query, signed, signedAt } = request
  const result = await s3Signer(signatory).sign(
    {
      method,
      protocol: 'http:',
      hostname: headers.host ?? '',
      path: target.split('?')[0] ?? '',
      query: Object.fromEntries(query),
      headers: signedHeaders(headers, signed),
    },
    { signingDate: new Date(signedAt), signableHeaders: new Set(signed) },
  )
  return String(result.headers['authorization'])
}
