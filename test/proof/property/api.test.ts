import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createExchangeHandler } from '../../../api/exchange-handler.ts'
import { createHandler } from '../../../api/handler.ts'
import { startOf } from '../../../shared/fields.ts'
import { parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { manualClock } from '../../support/clock.ts'
import { testDeployment } from '../../support/deployment.ts'
import { answerFault, type HttpAnswer, methodsOf, operationAt, templateOf } from '../../support/documented.ts'
import { testPresigner } from '../../support/exchange.ts'
import { testKeyring, testKeys } from '../../support/keys.ts'
import { memoryIdempotencyStore } from '../../support/memory-idempotency-store.ts'
import { memoryObjects } from '../../support/memory-objects.ts'
import { memoryQuota } from '../../support/memory-quota.ts'
import { memoryStore } from '../../support/memory-store.ts'
import { anyRequest, type ApiRequest, eventOf } from './api-requests.ts'

interface Handlers {
  readonly createHandler: typeof createHandler
  readonly createExchangeHandler: typeof createExchangeHandler
}

const shipped: Handlers = { createHandler, createExchangeHandler }

/** A response, the path of its request, and the nonce that the request may contain. */
interface SentRequest extends HttpAnswer {
  readonly path: string
  readonly nonce: string
}

interface TestApis {
  send(request: ApiRequest): Promise<SentRequest>
}

/** Makes both functions with one table and a clock that advances. Requests may refer to links that were issued. */
function apisOf({ createHandler: create, createExchangeHandler: createExchange }: Handlers): TestApis {
  const { links, listings, table } = memoryStore()
  const clock = manualClock()
  const common = { clock, random: randomBytes, keyring: testKeyring, log: () => undefined }
  const deployment = testDeployment({ callerQuota: 100, gate: true, ipv6: true })
  const api = create(
    {
      ...common,
      links,
      listings,
      objects: memoryObjects(),
      idempotency: memoryIdempotencyStore(),
      quota: memoryQuota(),
    },
    deployment,
    'us-east-1',
  )
  const exchange = createExchange({ ...common, table, presigner: testPresigner() }, deployment, 'us-east-1')
  const issued: { readonly id: string; readonly nonce: string }[] = []
  let sent = 0
  return {
    async send(request) {
      clock.advance(50)
      const user = request.user ?? `AROA${(sent += 1) % 20}:session`
      const { id = 'none', nonce = 'none' } = issued[request.pick % Math.max(1, issued.length)] ?? {}
      const filled = (text: string) => text.replaceAll(':id', id).replaceAll(':nonce', nonce)
      const { text, base64 } = request.body
      const body = { base64, text: text === null || base64 ? text : filled(text) }
      const event = eventOf({ ...request, user, path: filled(request.path), body })
      const {
        statusCode: status,
        headers,
        body: responseText,
      } = await (event.path === '/exchange' ? exchange : api)(event)
      const response = {
        status,
        headers: headers as Record<string, string>,
        body: responseText === '' ? undefined : JSON.parse(responseText),
      }
      noteIssued(response)
      return { ...response, path: event.path, nonce }
    },
  }

  /** Leaves out links for a player or bound to the client, which can't be exchanged: 503, and no fault. */
  function noteIssued({ status, body }: HttpAnswer): void {
    if (status !== 201) return
    const { id, url } = body as { id: string; url: string }
    const nonce = url.slice(-43)
    const claims = verifyNonce(parseNonce(nonce)!, testKeys.mac)
    if (typeof claims === 'string' || claims.flags.media || claims.flags.client) return
    issued.push({ id, nonce })
  }
}

/** Returns what is wrong with a response; undefined if it is as documented and names the wrong field. */
function faultOf(
  { method, wrong, isRight }: ApiRequest,
  { path, nonce, ...response }: SentRequest,
): string | undefined {
  const { status, headers, body } = response
  const { reason, errors = [] } = (body ?? {}) as { reason?: string; errors?: readonly { field: string }[] }
  if (status >= 500) return `${status} ${reason}`
  if (status >= 400 && nonce.length === 43 && JSON.stringify(body).includes(nonce)) return 'the nonce is repeated'
  const template = templateOf(path)
  const operation = template === undefined ? undefined : operationAt(method, template)
  if (operation !== undefined) {
    const fault = answerFault(operation, response)
    if (fault !== undefined) return fault
    const mayTakePrecedence = status === 429 || status === 413
    if (isRight && (![201, 422, 429].includes(status) || reason === 'object-missing'))
      return `${status} ${JSON.stringify(body)}, although the request is valid`
    if (wrong === undefined || mayTakePrecedence) return undefined
    const isNamed = errors.some(({ field }) => field.split('.')[0] === namedIn(path, wrong).split('.')[0])
    return isNamed ? undefined : `${wrong} is wrong, but not named: ${status} ${JSON.stringify(errors)}`
  }
  if (headers['content-type'] !== 'application/problem+json') return `${status} without a problem document`
  const expected = template === undefined ? [404, 'no-such-route'] : [405, 'method-not-allowed']
  if (status !== expected[0] || reason !== expected[1]) return `${method} ${path}: ${status} ${reason}`
  const allow = headers['allow']?.split(', ').toSorted()
  return template === undefined || String(allow) === String(methodsOf(template)) ? undefined : `Allow: ${String(allow)}`
}

/** Returns the name of a field in an error; if the body may contain a nonce, unknown names are not repeated. */
function namedIn(path: string, name: string): string {
  if (path !== '/exchange' || ['nonce', 'passphrase', '(whole)'].includes(name)) return startOf(name)
  return '(another)'
}

/** `PROOF=all` sends 100,000. */
const requests = process.env['PROOF'] === 'all' ? 100_000 : 25_000

/** Requests to one table: a list reads all of its links, so more would be slow. */
const requestsPerTable = 2000

/** Sends generated requests to these handlers; returns how often each response came. Rejects with the first fault, shrunk by default. */
async function sendMany(handlers: Handlers, runs: fc.Parameters<[ApiRequest]>): Promise<ReadonlyMap<string, number>> {
  const tally = new Map<string, number>()
  let apis = apisOf(handlers)
  let sent = 0
  await fc.assert(
    fc.asyncProperty(anyRequest, async request => {
      if ((sent += 1) % requestsPerTable === 0) apis = apisOf(handlers)
      const response = await apis.send(request)
      const key = `${response.status} ${(response.body as { reason?: string } | undefined)?.reason ?? ''}`.trim()
      tally.set(key, (tally.get(key) ?? 0) + 1)
      const fault = faultOf(request, response)
      if (fault !== undefined) throw new Error(fault)
    }),
    { seed: 20261124, ...runs },
  )
  return tally
}

describe('for all requests from API Gateway', () => {
  test('generated requests, tens of thousands, get responses that are in the document, none of them a 5xx', async () => {
    const tally = await sendMany(shipped, { numRuns: requests })
    const seen = [...tally.keys()]
    expect(seen).toEqual(expect.arrayContaining(['200', '201', '204', '404 no-such-link', '405 method-not-allowed']))
    expect(seen).toEqual(
      expect.arrayContaining(['400 invalid-fields', '400 invalid-json', '400 idempotency-key-invalid']),
    )
    expect(seen).toEqual(expect.arrayContaining(['413 body-too-large', '415 not-json', '422 idempotency-key-reused']))
    expect(seen).toEqual(
      expect.arrayContaining(['403 spent', '403 address-unsupported', '404 malformed', '404 no-such-route']),
    )
    expect(seen).toEqual(expect.arrayContaining(['429 too-many-requests', '422 object-missing']))
  })
})

const read = (find: string, replace: string): Patch => ({ file: 'api/schema-reader.ts', find, replace })

/** Copies that lack one guard each, and a part of the fault that is found. */
const broken: readonly (readonly [name: string, fault: string, patch: Patch])[] = [
  [
    'that repeats deeply nested values',
    '503',
    { file: 'shared/fields.ts', find: 'shallow(input, maxEchoDepth)', replace: 'input' },
  ],
  [
    'that accepts any text as a key',
    '503',
    read(
      'addFormat(name, text => parse(text) !== undefined)',
      "addFormat(name, text => name === 'object-key' || parse(text) !== undefined)",
    ),
  ],
  ['that names only the first wrong field', 'but not named', read('allErrors: true', 'allErrors: false')],
  [
    'that accepts unknown fields',
    'but not named',
    {
      file: 'shared/schema-fields.ts',
      find: 'additionalProperties: false, properties }',
      replace: 'properties }',
    },
  ],
  [
    'that refuses the shortest life of a signed URL',
    'although the request is valid',
    { file: 'shared/limits.ts', find: 'min: 5,', replace: 'min: 61,' },
  ],
  [
    'that repeats a value where a nonce should be',
    'the nonce is repeated',
    read('isSecret || isWriteOnly(parentSchema) ? kindOf(data) : echo(data)', 'echo(data)'),
  ],
  ['that repeats names where a nonce should be', 'the nonce is repeated', read(`isSecret ? '(another)' : `, '')],
  ['that accepts a parameter twice', 'but not named', read('others.length > 0 ? [first, ...others] :', '')],
  [
    'that shows an undocumented field',
    'LinkView',
    {
      file: 'api/one-link.ts',
      find: 'issuedAt: rfc3339(link.issuedAt)',
      replace: 'purgeAt: link.purgeAt, issuedAt: rfc3339(link.issuedAt)',
    },
  ],
  [
    'that sends an undocumented header',
    'header x-table is not documented',
    { file: 'api/result.ts', find: '...securityHeaders,', replace: "...securityHeaders, 'x-table': 'links'," },
  ],
  [
    'that forgets the media type of problems',
    'is not documented',
    { file: 'shared/http.ts', find: "'application/problem+json'", replace: "'application/json'" },
  ],
]

describe('the generated requests notice an API', () => {
  test.each(broken)('%s: %s', async (name, fault, patch) => {
    const root = await brokenCopy(`api ${name}`, [patch])
    onTestFinished(() => removeCopy(root))
    const load = (file: string) => import(pathToFileURL(join(root, file)).href)
    const copy = { ...(await load('api/handler.ts')), ...(await load('api/exchange-handler.ts')) } as Handlers
    const sending = sendMany(copy, { numRuns: 4000, endOnFailure: true })
    await expect(sending).rejects.toMatchObject({ cause: { message: expect.stringContaining(fault) } })
  })
})
