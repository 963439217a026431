import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type CachePolicy, contentCache } from '../../../emulator/cloudfront/cache-policy.ts'
import type { GateOrder } from '../../../emulator/cloudfront/content.ts'
import { serveViewers } from '../../../emulator/cloudfront/distribution.ts'
import { type Gate } from '../../../emulator/cloudfront/gate.ts'
import { folderOrigin, type Origin, xmlResponse } from '../../../emulator/s3/origin.ts'
import { createErrorPages } from '../../../edge/error-pages/error-pages.ts'
import { errorPagePath, errorStatuses } from '../../../shared/error-page-path.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { ask, errorCodeOf } from '../../support/http.ts'
import { testKeyGroup } from '../../support/keys.ts'
import { noon } from '../../support/links.ts'
import { serveHere } from '../../support/serve.ts'
import { signedUrl } from '../../support/signed-content.ts'

const orders = ['before-signature', 'after-signature'] as const
const pages = createErrorPages(undefined)
const refusal = { kind: 'response', status: 403, headers: { 'x-once': 'gate' }, body: 'not you' } as const

interface SiteOptions {
  readonly gate?: Gate
  readonly gateOrder?: GateOrder
  readonly cache?: CachePolicy
  /** Answers instead of the bucket, whose one file is `f`. */
  readonly origin?: Origin
}

/** An edge before a bucket; `targets` are those that reached the bucket, and `runs` counts those of the gate. */
async function site({ gate = () => ({ kind: 'pass' }), ...options }: SiteOptions = {}) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'f'), '0123456789')
  const { origin = folderOrigin(folder), ...others } = options
  const targets: string[] = []
  let runs = 0
  const edge = await serveHere(
    serveViewers({
      viewerRequest: async () => ({ status: '403', body: 'from the function' }),
      keyGroup: testKeyGroup,
      gate: (request, requestId) => ((runs += 1), gate(request, requestId)),
      origin: request => (targets.push(request.target), origin(request)),
      now: () => noon,
      ...others,
    }),
  )
  return { edge: edge.origin, targets, runs: () => runs }
}

describe.each(orders)('with the gate %s, an edge', gateOrder => {
  test('gives content if signature and gate let the request pass', async () => {
    const { edge, runs } = await site({ gateOrder })
    expect(await ask(signedUrl(`${edge}/f`))).toMatchObject({ status: 200, body: '0123456789' })
    expect((await ask(signedUrl(`${edge}/f`), { headers: { Range: 'bytes=10-' } })).status).toBe(416)
    expect(runs()).toBe(2)
  })

  test('asks no origin if the gate refuses, and sends its response as it is, not the page', async () => {
    const { edge, targets } = await site({ gateOrder, gate: () => refusal })
    expect(await ask(signedUrl(`${edge}/f`))).toMatchObject({
      status: 403,
      headers: { 'x-once': 'gate', 'x-cache': 'FunctionGeneratedResponse from cloudfront' },
      body: 'not you',
    })
    expect(targets).toEqual([])
  })

  test('asks no origin if the signature is wrong, also if the gate lets the request pass', async () => {
    const { edge, targets } = await site({ gateOrder })
    const response = await ask(signedUrl(`${edge}/f`).replace('/f?', '/g?'))
    expect(response).toMatchObject({ status: 403, headers: { 'x-once': 'page' } })
    expect(errorCodeOf(response)).toBe('AccessDenied')
    expect(targets).toEqual([])
  })

  test('responds with 503 if the gate throws', async () => {
    const { edge, targets } = await site({
      gateOrder,
      gate: () => ({ kind: 'error', status: 503, fault: 'TypeError' }),
    })
    expect((await ask(signedUrl(`${edge}/f`))).status).toBe(503)
    expect(targets).toEqual([])
  })

  test('shows neither its cache nor S3 what a URL is bound to', async () => {
    const { edge, targets } = await site({ gateOrder, cache: contentCache(60) })
    const file = `${edge}/f?response-content-disposition=attachment`
    const get = async (binding: string) => (await ask(signedUrl(`${file}&${binding}`))).headers['x-cache']
    // A copy is stored soon after its last byte was sent.
    await vi.waitFor(async () => expect(await get('l=aaaa&a=4cb007107&c=cccc')).toBe('Hit from cloudfront'))
    expect(await get('l=bbbb&a=4cb007108')).toBe('Hit from cloudfront')
    expect(await get('l=dddd&c=eeee')).toBe('Hit from cloudfront')
    expect(new Set(targets)).toEqual(new Set(['/f?response-content-disposition=attachment']))
  })
})

test('the gate sees a request without a right signature only if it comes first', async () => {
  const after = await site({ gate: () => refusal })
  expect(await ask(`${after.edge}/f`)).toMatchObject({ status: 403, headers: { 'x-once': 'page' } })
  expect(after.runs()).toBe(0)
  const before = await site({ gate: () => refusal, gateOrder: 'before-signature' })
  expect(await ask(`${before.edge}/f`)).toMatchObject({ status: 403, headers: { 'x-once': 'gate' } })
})

test('links and error pages do not pass the gate', async () => {
  const { edge, runs } = await site({ gate: () => refusal, gateOrder: 'before-signature' })
  for (const path of ['/d/x', errorPagePath(403), '/once-pages/']) await ask(edge + path)
  expect(runs()).toBe(0)
})

describe('an error of content is a page with the same status:', () => {
  test.each([
    ['no signature', '/f', 'MissingKey'],
    ['a key that does not exist', '/once-pages/f', 'AccessDenied'],
    ['a way out of the pages', '/once-pages/../f', 'MissingKey'],
    ['an unknown key group', '/f?Key-Pair-Id=K9', 'InvalidKey'],
  ])('%s', async (_, path, code) => {
    const { edge } = await site()
    const response = await ask(edge + path)
    expect(response).toMatchObject({
      status: 403,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pages.policy,
        'x-once': 'page',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
      body: pages.html[403],
    })
    expect(response.headers['content-disposition']).toBeUndefined()
    expect(errorCodeOf(response)).toBe(code)
  })

  test('what S3 does not have: CloudFront may not list the bucket, so it is refused', async () => {
    const { edge } = await site()
    const response = await ask(signedUrl(`${edge}/none`))
    expect(response).toMatchObject({ status: 403, headers: { 'x-once': 'page' }, body: pages.html[403] })
    expect(errorCodeOf(response)).toBe('AccessDenied')
  })

  test('what S3 does not have, where the policy of a bucket of yours lets CloudFront list it', async () => {
    const { edge } = await site({ origin: async () => xmlResponse(404, { code: 'NoSuchKey', message: 'No' }) })
    expect(await ask(signedUrl(`${edge}/f`))).toMatchObject({ status: 404, body: pages.html[404] })
  })

  test('what S3 refuses', async () => {
    const { edge } = await site({ origin: async () => xmlResponse(403, { code: 'AccessDenied', message: 'No' }) })
    expect(await ask(signedUrl(`${edge}/f`))).toMatchObject({ status: 403, body: pages.html[403] })
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('the method %s', async method => {
    const { edge } = await site()
    for (const path of ['/f', errorPagePath(404)])
      expect(await ask(edge + path, { method })).toMatchObject({ status: 403, body: pages.html[403] })
  })

  test('HEAD, without a body', async () => {
    const { edge } = await site()
    expect(await ask(`${edge}/f`, { method: 'HEAD' })).toMatchObject({
      status: 403,
      headers: { 'x-once': 'page', 'content-length': String(Buffer.byteLength(pages.html[403])) },
      body: '',
    })
    expect((await ask(signedUrl(`${edge}/none`), { method: 'HEAD' })).status).toBe(403)
  })
})

describe('no page replaces', () => {
  test.each([400, 405, 412, 416, 500, 503])('an error %i of S3', async status => {
    const { edge } = await site({ origin: async () => xmlResponse(status, { code: 'Some', message: 'Other' }) })
    const { headers, body, ...response } = await ask(signedUrl(`${edge}/f`))
    expect(response.status).toBe(status)
    expect(headers['x-once']).toBeUndefined()
    expect(body).toContain('<Code>Some</Code>')
  })

  test('the 403 of a link', async () => {
    const { edge } = await site()
    expect(await ask(`${edge}/d/x`)).toMatchObject({ status: 403, body: 'from the function' })
  })
})

test.each(errorStatuses)('anyone may read the page of %i at its own path', async status => {
  const { edge, targets } = await site()
  for (const path of [errorPagePath(status), `${errorPagePath(status)}?x=1`]) {
    expect(await ask(edge + path)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'x-once': 'page' },
      body: pages.html[status],
    })
  }
  expect(await ask(edge + errorPagePath(status), { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  expect(targets).toEqual([])
})
