import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { EpochMs } from '../../shared/time.ts'
import { s3Signer, type Signatory, signedHeaders, signsAll } from './signer.ts'

/** A request for an object. */
export interface ObjectRequest {
  readonly method: string
  /** By name in lower case. */
  readonly headers: IncomingHttpHeaders
  /** Path and query as they were sent. */
  readonly target: string
  readonly now: EpochMs
}

/** S3's refusal of a request: status, and code and message of its XML. */
export interface S3Refusal {
  readonly status: 400 | 403
  readonly code: string
  readonly message: string
}

/** Longest life of a presigned URL, in seconds (AWS, "Sharing objects with presigned URLs"): a week. */
const longestSeconds = 7 * 24 * 3600
/** How far a signer's clock may differ from S3's, in milliseconds. */
export const skewMs = 15 * 60_000

/** Parameters that the signer adds; it signs all others as they are. */
const parameters = {
  algorithm: 'X-Amz-Algorithm',
  payload: 'X-Amz-Content-Sha256',
  credential: 'X-Amz-Credential',
  date: 'X-Amz-Date',
  expires: 'X-Amz-Expires',
  token: 'X-Amz-Security-Token',
  signature: 'X-Amz-Signature',
  headers: 'X-Amz-SignedHeaders',
} as const

const unsignedPayload = 'UNSIGNED-PAYLOAD'

/** Makes a refusal with status 403. */
export const denied = (code: string, message: string): S3Refusal => ({ status: 403, code, message })
/** Refusals of what is not as the signatory signs. */
export const wrong = {
  key: denied('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'),
  token: denied('InvalidToken', 'The provided token is malformed or otherwise invalid.'),
  signature: denied('SignatureDoesNotMatch', 'The request signature we calculated does not match.'),
  headers: denied('AccessDenied', 'There were headers present in the request which were not signed'),
}
const malformed: S3Refusal = {
  status: 400,
  code: 'AuthorizationQueryParametersError',
  message: 'Query-string authentication version 4 requires its parameters, each once and in its own form.',
}

/**
 * Checks a presigned URL as S3 does (AWS, "Authenticating Requests: Using Query Parameters"): its signatory, its time and
 * the signature over method, host, path and every parameter, which it compares with that of AWS's own signer. Returns
 * undefined if all are right. The host and all `x-amz-*` headers must be signed. Accepts only the spelling of the path that
 * `getSignedUrl` and boto3 write.
 */
export async function checkPresignedUrl(request: ObjectRequest, signatory: Signatory): Promise<S3Refusal | undefined> {
  const [path = '', queryText = ''] = request.target.split(/\?(.*)/s)
  const query = parseQuery(queryText)
  if (query === undefined) return malformed
  if (!Object.values(parameters).some(name => query.has(name))) return denied('AccessDenied', 'Access Denied')
  const signing = parseSigning(query)
  if (signing === undefined) return malformed
  if (signing.accessKeyId !== signatory.credentials.accessKeyId) return wrong.key
  if (signing.scope !== `${signing.day}/${signatory.region}/s3/aws4_request`) return malformed
  if ((query.get(parameters.token) ?? '') !== signatory.credentials.sessionToken) return wrong.token
  if (request.now < signing.signedAt - skewMs) return denied('AccessDenied', 'Request is not valid yet')
  if (request.now >= signing.signedAt + signing.seconds * 1000) return denied('AccessDenied', 'Request has expired')
  if (!signsAll(request.headers, signing.signed)) return wrong.headers
  const expected = Buffer.from(await signatureOf({ ...request, path }, { query, signing }, signatory))
  const isSame =
    expected.length === signing.signature.length && timingSafeEqual(expected, Buffer.from(signing.signature))
  return isSame ? undefined : wrong.signature
}

type Query = ReadonlyMap<string, string>

/** Returns the signing parameters of a presigned URL, `day` as the scope has it; undefined if one is malformed. */
function parseSigning(query: Query) {
  const of = (name: keyof typeof parameters) => query.get(parameters[name]) ?? ''
  const [, accessKeyId = '', scope = ''] = /^([^/]+)\/(.+)$/.exec(of('credential')) ?? []
  const signedAt = parseDate(of('date'))
  const seconds = /^\d{1,6}$/.test(of('expires')) ? Number(of('expires')) : 0
  const isWhole = of('algorithm') === 'AWS4-HMAC-SHA256'
  const signed = new Set(of('headers').split(';'))
  // boto3 leaves it out: the hash of a presigned request's body is always this.
  const isUnsigned = (query.get(parameters.payload) ?? unsignedPayload) === unsignedPayload
  if (signedAt === undefined || !isWhole || !isUnsigned || seconds < 1 || seconds > longestSeconds) return undefined
  return { accessKeyId, scope, day: of('date').slice(0, 8), signedAt, seconds, signed, signature: of('signature') }
}

/** Makes the signature that the URL should have. */
async function signatureOf(
  { method, headers, path }: ObjectRequest & { readonly path: string },
  { query, signing }: { readonly query: Query; readonly signing: NonNullable<ReturnType<typeof parseSigning>> },
  signatory: Signatory,
): Promise<string> {
  // boto3 signs the hash of the body without naming it in the URL.
  const leftOut = new Set(query.has(parameters.payload) ? [] : [parameters.payload.toLowerCase()])
  const signerParameters = new Set<string>(Object.values(parameters))
  const presigned = await s3Signer(signatory).presign(
    {
      method,
      protocol: 'http:',
      hostname: headers.host ?? '',
      path,
      query: Object.fromEntries([...query].filter(([name]) => !signerParameters.has(name))),
      headers: { ...signedHeaders(headers, signing.signed), [parameters.payload]: unsignedPayload },
    },
    {
      signingDate: new Date(signing.signedAt),
      expiresIn: signing.seconds,
      unhoistableHeaders: new Set([...leftOut, ...signing.signed]),
      unsignableHeaders: leftOut,
    },
  )
  return String(presigned.query?.[parameters.signature])
}

/** Parses the time of a signature, in milliseconds since 1970; undefined if it is malformed. */
export function parseDate(text: string): number | undefined {
  const date = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  const time = date === text ? Number.NaN : Date.parse(date)
  return Number.isNaN(time) ? undefined : time
}

/** Decodes the parameters of a query; undefined if one comes twice or can't be decoded. */
export function parseQuery(text: string): Query | undefined {
  const query = new Map<string, string>()
  for (const pair of text === '' ? [] : text.split('&')) {
    const [name, value] = pair.split(/=(.*)/s).map(decodeOrUndefined)
    if (name === undefined || query.has(name)) return undefined
    query.set(name, value ?? '')
  }
  return query
}

function decodeOrUndefined(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
