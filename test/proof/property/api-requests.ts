import type { APIGatewayProxyEvent } from 'aws-lambda'
import fc from 'fast-check'
import { batchRequest } from '../../../shared/schemas/batch.ts'
import { exchangeRequest } from '../../../shared/schemas/exchange.ts'
import { issueLink } from '../../../shared/schemas/issue-link.ts'
import { listQuery } from '../../../shared/schemas/link-view.ts'
import { testObject } from '../../support/memory-objects.ts'
import { type Made, nearlyRight, right, type Schema } from '../../support/property/from-schema.ts'

/** A generated request from API Gateway. Some parts are chosen when it is sent, from the links issued so far. */
export interface ApiRequest {
  readonly method: string
  /** `:id` and `:nonce` are replaced by those of an issued link, which `pick` selects. */
  readonly path: string
  readonly pick: number
  readonly query: Record<string, string[]> | null
  readonly headers: Record<string, string[]> | null
  readonly body: { readonly text: string | null; readonly base64: boolean }
  /** If undefined, one of many users is chosen when it is sent. */
  readonly user: string | undefined
  readonly address: string
  /** The field that the response must name, if nothing else in the request is wrong. */
  readonly wrong: string | undefined
  /** The request is valid: the response is a link, unless the caller's quota is used up or its Idempotency-Key was used before. */
  readonly isRight: boolean
}

/** How a body is encoded: usually as JSON in UTF-8, sometimes otherwise or incompletely. */
interface Encoding {
  readonly type: readonly string[] | undefined
  readonly encode: (value: unknown) => ApiRequest['body']
  readonly isValid: boolean
}

const asJson = (value: unknown) => ({ text: JSON.stringify(value), base64: false })
const inBase64 = (bytes: Buffer) => ({ text: bytes.toString('base64'), base64: true })
const encoding = (
  encode: Encoding['encode'],
  type: Encoding['type'] = ['application/json'],
  isValid = false,
): Encoding => ({
  encode,
  type,
  isValid,
})

const invalidEncodings: readonly Encoding[] = [
  encoding(value => ({ text: JSON.stringify(value).slice(0, -1), base64: false })),
  encoding(value => ({ text: `\ufeff${JSON.stringify(value)}`, base64: false })),
  encoding(value => ({ text: `${JSON.stringify(value)},`, base64: false })),
  encoding(value => inBase64(Buffer.concat([Buffer.from(JSON.stringify(value)), Buffer.from([0xff, 0xfe])]))),
  encoding(value => inBase64(Buffer.from(JSON.stringify(value), 'utf16le'))),
  encoding(() => ({ text: '', base64: false })),
  encoding(() => ({ text: null, base64: false })),
  encoding(() => ({ text: 'null', base64: false })),
  encoding(() => ({ text: '1e999', base64: false })),
  encoding(() => ({ text: '{"key":1e400}', base64: false })),
  encoding(() => ({ text: `{"key":${'['.repeat(8000)}${']'.repeat(8000)}}`, base64: false })),
  encoding(() => ({ text: `{"key":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`, base64: false })),
  encoding(() => ({ text: `"${'x'.repeat(16_383)}"`, base64: false })),
  encoding(() => ({
    text: `{${Array.from({ length: 900 }, (_, index) => `"f${index}":1`).join(',')}}`,
    base64: false,
  })),
  encoding(value => ({ text: `{"key":"a","key":${JSON.stringify(value)}}`, base64: false })),
  encoding(asJson, undefined),
  encoding(asJson, ['text/plain']),
  encoding(asJson, ['']),
  encoding(asJson, ['application/json, application/json']),
  encoding(asJson, ['text/plain', 'application/json']),
]

const validEncodings: readonly Encoding[] = [
  encoding(asJson, ['application/json'], true),
  encoding(asJson, ['Application/JSON; charset=utf-8'], true),
  encoding(value => inBase64(Buffer.from(JSON.stringify(value))), ['application/json'], true),
]

const encodings = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...validEncodings) },
  { weight: 1, arbitrary: fc.constantFrom(...invalidEncodings) },
)

/** Usually one of many users; sometimes one that sends so many requests that its quota is used up. */
const users = fc.constantFrom(...Array.from({ length: 9 }, () => undefined), 'AIDABUSY')
const addresses = fc.constantFrom('203.0.113.7', '10.1.2.3', '::1', 'test-invoke-source-ip', '')

/** Idempotency-Key headers, each with whether it is valid. */
const idempotencyKeys = fc.oneof(
  { weight: 5, arbitrary: fc.constant([undefined, true] as const) },
  { weight: 3, arbitrary: fc.nat(9).map(number => [[`key ${number}`], true] as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom([''], ['x'.repeat(256)], ['a', 'b'], ['ü'], ['\n']).map(key => [key, false] as const),
  },
)

function headersOf(
  type: Encoding['type'],
  key: readonly string[] | undefined,
  capital: boolean,
): ApiRequest['headers'] {
  const named = { ...(type && { 'Content-Type': [...type] }), ...(key && { 'Idempotency-Key': [...key] }) }
  const entries = Object.entries(named).map(([name, values]) => [capital ? name : name.toLowerCase(), values] as const)
  return entries.length === 0 && capital ? null : Object.fromEntries(entries)
}

interface MadeBody extends Made {
  readonly isRight?: true
}

/** Generates requests with bodies of one schema. */
function withBody(path: string, schema: Schema, values: fc.Arbitrary<MadeBody>): fc.Arbitrary<ApiRequest> {
  const made: fc.Arbitrary<MadeBody> = fc.oneof(
    { weight: 8, arbitrary: values },
    { weight: 5, arbitrary: nearlyRight(schema) },
    { weight: 1, arbitrary: fc.jsonValue().map(value => ({ value, wrong: isObject(value) ? undefined : '(whole)' })) },
  )
  const parts = fc.tuple(made, encodings, idempotencyKeys, fc.boolean(), fc.nat(), users, addresses)
  return parts.map(
    ([{ value, wrong, isRight = false }, { encode, type, isValid }, [key, isKey], capital, pick, user, address]) => ({
      method: 'POST',
      path,
      pick,
      query: null,
      headers: headersOf(type, key, capital),
      body: encode(value),
      user,
      address,
      wrong: isValid && isKey ? wrong : undefined,
      isRight: isValid && isKey && isRight,
    }),
  )
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Generates requests without a body. */
function without(
  method: fc.Arbitrary<string>,
  path: fc.Arbitrary<string>,
  queries: fc.Arbitrary<Pick<ApiRequest, 'query' | 'wrong'>> = fc.constant({ query: null, wrong: undefined }),
): fc.Arbitrary<ApiRequest> {
  return fc.tuple(method, path, queries, fc.nat(), users).map(([method, path, { query, wrong }, pick, user]) => ({
    method,
    path,
    pick,
    query,
    headers: null,
    body: { text: null, base64: false },
    user,
    address: '203.0.113.7',
    wrong,
    isRight: false,
  }))
}

/** Links that the test deployment issues: without values that its rules may refuse. */
const certainLink = right(issueLink).map(value => {
  const {
    expiresAt: _,
    notBefore: __,
    homeRegion: ___,
    filename: ____,
    versionId,
    allowMissing,
    media,
    notify: _____,
    uses: ______,
    maxTries,
    ...link
  } = value as Record<string, unknown>
  const hasPassphrase = link['passphrase'] !== undefined && link['passphrase'] !== false
  const isPinned = versionId !== undefined && media !== 'folder' && media !== true
  const object = isPinned ? { versionId: testObject.versionId } : allowMissing !== undefined && { allowMissing }
  const player = media === 'folder' || media === true ? { key: 'film/index.m3u8', bind: 'client' } : {}
  const seconds = {
    urlSeconds: Math.min(Number(link['urlSeconds'] ?? 60), maxSecondsOf({ media, ...link, ...player })),
  }
  const tries = hasPassphrase && maxTries !== undefined && { maxTries }
  return { ...link, ...object, ...seconds, ...tries, expiresIn: 600, ...(media !== undefined && { media }), ...player }
})

/** Returns the longest life of a signed URL, in seconds, where links may be bound to the client. */
function maxSecondsOf({ media, bind }: Readonly<Record<string, unknown>>): number {
  const isForPlayer = media !== undefined && media !== false
  if (bind === 'client' || bind === 'client-only' || (bind === undefined && isForPlayer)) return 86_400
  return isForPlayer ? 43_200 : 3600
}

const ofSchema = (schema: Schema) => right(schema).map(value => ({ value, wrong: undefined }))
const certain = certainLink.map(value => ({ value, wrong: undefined, isRight: true as const }))
/** A link that every caller can exchange, and that says later that it was. */
const exchangeable = [{ value: { key: 'a', bind: 'none', receipt: true }, wrong: undefined, isRight: true }] as const
/** Of a version that the test object has not. */
const missing = certainLink.map(link => ({ value: { ...link, versionId: 'missing' }, wrong: undefined }))
const anyLink = fc.oneof(
  { weight: 8, arbitrary: certain },
  { weight: 8, arbitrary: ofSchema(issueLink) },
  { weight: 1, arbitrary: fc.constantFrom(...exchangeable) },
  { weight: 1, arbitrary: missing },
)
const batches = fc.array(fc.oneof(certainLink, right(issueLink), fc.jsonValue()), { minLength: 1, maxLength: 5 })
const aNonce = fc.constant({ value: { nonce: ':nonce' }, wrong: undefined })
/** Bodies with a nonce in a wrong place. */
const misplaced = fc.constantFrom<Made>(
  { value: ':nonce', wrong: '(whole)' },
  { value: [':nonce'], wrong: '(whole)' },
  { value: { ':nonce': ':nonce' }, wrong: 'nonce' },
  { value: { nonce: ':nonce', 'https://host/d/:nonce': 1 }, wrong: 'https://host/d/' },
  { value: { nonce: [':nonce'] }, wrong: 'nonce' },
)

/** Queries. Their values are text; a valid number becomes its digits. */
const queries = fc.oneof(ofSchema(listQuery), nearlyRight(listQuery)).map(({ value, wrong }) => {
  const entries = Object.entries(value as object).map(([name, given]) => [name, [textOf(given)]] as [string, string[]])
  const query = Object.fromEntries(entries)
  return { query, wrong: isStillWrong(query, wrong) ? wrong : undefined }
})

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A value of a wrong type may be valid as text. */
function isStillWrong(query: Readonly<Record<string, readonly string[]>>, name: string | undefined): boolean {
  if (name === undefined) return false
  if (!Object.hasOwn(listQuery.properties, name)) return true
  const [text = ''] = query[name] ?? []
  if (name === 'limit') return !/^([1-9]\d?|100)$/.test(text)
  if (name === 'cursor') return true // no generated cursor is valid
  return name === 'state' || text === '' || !text.isWellFormed() || Array.from(text).length > 200
}

const twice = queries.map(({ query }) => {
  const [name = 'limit', values = ['1']] = Object.entries(query)[0] ?? []
  return { query: { ...query, [name]: [...values, ...values] }, wrong: name }
})

const strayPaths = fc.oneof(
  fc.constantFrom('/', '', '/links/', '/links//', '//links', '/LINKS', '/links/:id/', '/links/:id/x', '/links/batch/'),
  fc.constantFrom('/exchange/', '/links/__proto__', '/links/%00', '/links/..', '/d/:nonce', '/links/:nonce'),
  fc.string({ unit: 'binary' }).map(text => `/links/${text}`),
  fc.string({ unit: 'binary' }).map(text => `/${text}`),
)
const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', '')

/** Any request: valid, nearly valid, or invalid. */
export const anyRequest: fc.Arbitrary<ApiRequest> = fc.oneof(
  { weight: 8, arbitrary: withBody('/links', issueLink, anyLink) },
  {
    weight: 3,
    arbitrary: withBody(
      '/links/batch',
      batchRequest,
      batches.map(links => ({ value: { links }, wrong: undefined })),
    ),
  },
  {
    weight: 3,
    arbitrary: withBody('/exchange', exchangeRequest, fc.oneof(aNonce, misplaced, ofSchema(exchangeRequest))),
  },
  { weight: 3, arbitrary: without(fc.constant('GET'), fc.constant('/links'), fc.oneof(queries, queries, twice)) },
  { weight: 3, arbitrary: without(fc.constantFrom('GET', 'GET', 'DELETE'), fc.constant('/links/:id')) },
  { weight: 1, arbitrary: without(methods, fc.constantFrom('/links', '/links/batch', '/links/:id', '/exchange')) },
  { weight: 1, arbitrary: without(methods, strayPaths) },
)

/** Makes the event of a request. */
export function eventOf(request: ApiRequest): APIGatewayProxyEvent {
  const { method, path, query, headers, body, user, address } = request
  const identity = { accountId: '111122223333', user, sourceIp: address, userAgent: 'fuzz/1' }
  const event = {
    httpMethod: method,
    path,
    headers:
      headers && Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueHeaders: headers,
    queryStringParameters:
      query && Object.fromEntries(Object.entries(query).map(([name, values]) => [name, values.at(-1) ?? ''])),
    multiValueQueryStringParameters: query,
    body: body.text,
    isBase64Encoded: body.base64,
    requestContext: { requestId: 'r-1', identity },
  }
  return event as unknown as APIGatewayProxyEvent
}
