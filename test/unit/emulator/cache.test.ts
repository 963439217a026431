import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type CachePolicy, contentCache } from '../../../emulator/cloudfront/cache-policy.ts'
import { maxEntryBytes } from '../../../emulator/cloudfront/cache-store.ts'
import { cachedOrigin } from '../../../emulator/cloudfront/cache.ts'
import { evaluate } from '../../../emulator/s3/conditions.ts'
import { type OriginRequest, type OriginResponse, xmlResponse } from '../../../emulator/s3/origin.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/clock.ts'
import { getFrom } from '../../support/emulator/origin.ts'
import { noon } from '../../support/links.ts'

/** An edge's cache before an origin with one object, whose content, or failure, the test sets. */
function edge(policy: CachePolicy) {
  const clock = manualClock()
  const requests: OriginRequest[] = []
  const state: { content: string | undefined; failing: boolean; more: Record<string, string> } = {
    content: '0123456789',
    failing: false,
    more: {},
  }
  async function origin(request: OriginRequest): Promise<OriginResponse> {
    requests.push(request)
    const { content } = state
    await Promise.resolve()
    if (state.failing) return xmlResponse(503, { code: 'SlowDown', message: 'failing' })
    if (content === undefined) return xmlResponse(404, { code: 'NoSuchKey', message: 'deleted' })
    const etag = `"${createHash('md5').update(content).digest('hex')}"`
    const headers = { etag, 'last-modified': new Date(noon - 5000).toUTCString(), ...state.more }
    const result = evaluate(request.headers, { etag, modifiedAt: (noon - 5000) as EpochMs, size: content.length })
    if (result.kind === 'not-modified') return { status: 304, headers }
    const part = result.kind === 'part' ? content.slice(result.first, result.last + 1) : content
    const sized = {
      ...headers,
      'content-length': String(part.length),
      ...(result.kind === 'part' && { 'content-range': `bytes ${result.first}-${result.last}/${content.length}` }),
    }
    const body = request.method === 'GET' ? Readable.from([Buffer.from(part)]) : undefined
    return { status: result.kind === 'part' ? 206 : 200, headers: sized, body }
  }
  const cached = cachedOrigin(origin, { policy, now: clock.now })
  async function get(target = '/k', options: Parameters<typeof getFrom>[2] = {}) {
    const { status, body, headers } = await getFrom(cached, target, options)
    await new Promise(setImmediate) // the response is stored when its last byte was sent
    return { status, body, from: headers['x-cache']?.split(' ')[0], headers }
  }
  return { clock, state, requests, get, cached }
}

describe('without cacheSeconds, an edge', () => {
  test('asks the origin each time, also after an error', async () => {
    const { state, requests, get } = edge(contentCache(0))
    expect(await get()).toMatchObject({ status: 200, from: 'Miss' })
    state.content = undefined
    expect(await get()).toMatchObject({ status: 404, from: 'Error' })
    state.content = 'new'
    expect(await get()).toMatchObject({ status: 200, body: 'new', from: 'Miss' })
    state.failing = true
    expect(await get()).toMatchObject({ status: 503, from: 'Error' })
    expect(requests).toHaveLength(4)
  })

  test('passes on the conditions of viewers', async () => {
    const { get } = edge(contentCache(0))
    const { headers } = await get()
    expect(await get('/k', { 'if-none-match': headers['etag'] })).toMatchObject({ status: 304, body: '' })
    expect(await get('/k', { range: 'bytes=2-4' })).toMatchObject({ status: 206, body: '234' })
    expect(await get('/k', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  test('passes on the parameters of S3 that a capability may have, and no others', async () => {
    const { requests, get } = edge(contentCache(0))
    await get('/k?x=1&response-content-disposition=a&versionId=v&response-content-type=text%2Fhtml&VersionId=w')
    expect(requests[0]?.target).toBe('/k?response-content-disposition=a&versionId=v')
  })
})

describe('with cacheSeconds, an edge', () => {
  test('serves a copy until its time ends, then asks whether it is still right', async () => {
    const { clock, requests, get } = edge(contentCache(60))
    expect(await get()).toMatchObject({ from: 'Miss' })
    clock.advance(59_999)
    expect(await get()).toMatchObject({ from: 'Hit', body: '0123456789', headers: { age: '59' } })
    clock.advance(1)
    expect(await get()).toMatchObject({ from: 'RefreshHit', body: '0123456789' })
    expect(await get()).toMatchObject({ from: 'Hit' })
    expect(requests.map(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([false, true])
  })

  test('serves ranges, HEAD and conditions from its copy', async () => {
    const { requests, get } = edge(contentCache(60))
    const { headers } = await get()
    expect(await get('/k', { range: 'bytes=2-4' })).toMatchObject({
      status: 206,
      body: '234',
      from: 'Hit',
      headers: { 'content-range': 'bytes 2-4/10', 'content-length': '3' },
    })
    expect(await get('/k', { range: 'bytes=-3' })).toMatchObject({ status: 206, body: '789' })
    expect((await get('/k', { range: 'bytes=10-' })).status).toBe(416)
    expect(await get('/k', { range: 'bytes=0-1', 'if-range': '"other"' })).toMatchObject({ status: 200 })
    expect(await get('/k', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', from: 'Hit' })
    expect((await get('/k', { 'if-none-match': headers['etag'] })).status).toBe(304)
    expect((await get('/k', { 'if-match': '"other"' })).status).toBe(412)
    expect((await get('/k', { 'if-modified-since': headers['last-modified'] })).status).toBe(304)
    const earlier = new Date(noon - 6000).toUTCString()
    expect((await get('/k', { 'if-modified-since': earlier })).status).toBe(200)
    expect(requests).toHaveLength(1)
  })

  test('stores a range and a HEAD apart', async () => {
    const { requests, get } = edge(contentCache(60))
    for (const from of ['Miss', 'Hit']) {
      expect(await get('/k', { range: 'bytes=0-1' })).toMatchObject({ status: 206, body: '01', from })
      expect(await get('/k', { range: 'bytes=2-3' })).toMatchObject({ status: 206, body: '23', from })
      expect(await get('/k', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', from })
    }
    expect(requests).toHaveLength(3)
  })

  test('has a copy for each version and file name, and for nothing else', async () => {
    const { get } = edge(contentCache(60))
    expect(await get('/k?versionId=1')).toMatchObject({ from: 'Miss' })
    expect(await get('/k?versionId=2')).toMatchObject({ from: 'Miss' })
    expect(await get('/k?response-content-disposition=a&versionId=1')).toMatchObject({ from: 'Miss' })
    expect(await get('/k?versionId=1&x=y')).toMatchObject({ from: 'Hit' })
  })

  test('does not store a response that breaks off, or that is too large', async () => {
    const broken = cachedOrigin(
      async () => ({
        status: 200,
        headers: { 'content-length': '2' },
        body: Readable.from(
          (async function* () {
            yield Buffer.from('a')
            throw new Error('broken off')
          })(),
        ),
      }),
      { policy: contentCache(60), now: () => noon },
    )
    for (const _ of [1, 2]) await expect(getFrom(broken, '/k')).rejects.toThrow('broken off')
    const { state, requests, get } = edge(contentCache(60))
    state.content = 'x'.repeat(maxEntryBytes + 1)
    for (const _ of [1, 2]) expect(await get()).toMatchObject({ from: 'Miss' })
    expect(requests).toHaveLength(2)
  })
})

describe('simultaneous requests of one cache key', () => {
  test('are not those for two versions, because the version is in the key', async () => {
    const { requests, get } = edge(contentCache(0))
    await Promise.all([get('/k?versionId=1'), get('/k?versionId=2')])
    expect(requests.map(({ target }) => target)).toEqual(['/k?versionId=1', '/k?versionId=2'])
  })

  test('go on if the first viewer leaves', async () => {
    const { state, cached } = edge(contentCache(0))
    state.content = 'x'.repeat(1_000_000)
    const [first, second] = await Promise.all([1, 2].map(() => cached({ method: 'GET', target: '/k', headers: {} })))
    first?.body?.destroy()
    expect((await second?.body?.toArray())?.join('')).toBe(state.content)
  })
})
