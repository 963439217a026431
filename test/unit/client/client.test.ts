import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { AwsClient } from 'aws4fetch'
import { describe, expect, test } from 'vitest'
import { checkFields } from '../../../client/check-fields.ts'
import { type Client, createClient, NoResponseError, ProblemError } from '../../../client/client.ts'
import { rejection } from '../../support/client/rejection.ts'
import { forwards, hangsUp, problem, responds, scriptedApi } from '../../support/client/scripted-api.ts'
import { emulatorHere } from '../../support/emulator/emulator.ts'
import { temporaryFolder } from '../../support/machine/folder.ts'
import { ask } from '../../support/machine/http.ts'
import { caller, signedFront } from '../../support/content/signed-front.ts'

async function emulator() {
  const bucket = temporaryFolder()
  writeFileSync(join(bucket, 'report.txt'), 'what it says')
  return emulatorHere({ bucket })
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Creates a client that does not wait; returns how long it would have waited, in milliseconds. */
function clientWithoutWaits(origin: string, more: object = {}) {
  const waits: number[] = []
  const client = createClient({ origin, wait: async ms => void waits.push(ms), ...more })
  return { client, waits }
}

/** A link as the API issues it, and its id. */
const id = 'A'.repeat(22)
const issued = { id, url: 'https://h/d/x', expiresAt: '2099-01-01T00:00:00Z', homeRegion: 'us-east-1' }
const nonce = 'FAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

describe('on the emulator', () => {
  test('a link is issued, shown, used once, and shown with its receipt', async () => {
    const { api } = await emulator()
    const { client } = clientWithoutWaits(api)
    const { id, url } = await client.issue({ key: 'report.txt', receipt: true, reference: 'order 7' })
    expect(await client.show(id)).toMatchObject({ id, state: 'live', reference: 'order 7', receipt: null })
    expect((await ask(url)).status).toBe(302)
    expect(await client.show(id)).toMatchObject({
      id,
      state: 'used',
      receipt: { viewer: expect.any(String) as string },
    })
  })

  test('a link expires at a Date, or at what its toISOString says', async () => {
    const { api } = await emulator()
    const { client } = clientWithoutWaits(api)
    const at = new Date(Date.now() + 3_600_000)
    for (const expiresAt of [at, at.toISOString()]) {
      const issued = await client.issue({ key: 'report.txt', expiresAt: expiresAt as never })
      expect(Date.parse(issued.expiresAt)).toBe(Math.floor(Number(at) / 1000) * 1000)
    }
  })

  test('a nonce is exchanged for a URL that gives the file, and then refused', async () => {
    const { api } = await emulator()
    const { client } = clientWithoutWaits(api)
    const { url } = await client.issue({ key: 'report.txt' })
    const secret = url.slice(-43)
    const exchanged = await client.exchange(secret)
    expect((await ask(exchanged.url)).body).toBe('what it says')
    const error = await rejection(client.exchange(secret))
    expect(error).toMatchObject({ status: 403, reason: 'spent' })
    expect(inspect(error, { depth: 9 })).not.toContain(secret)
  })

  test('all wrong fields are named', async () => {
    const { api } = await emulator()
    const { client } = clientWithoutWaits(api)
    const error = await rejection(client.issue({ key: 'a*b', urlSeconds: 1 }))
    expect(error).toBeInstanceOf(ProblemError)
    const fields = (error as ProblemError).errors.map(({ field }) => field)
    expect(fields.toSorted()).toEqual(['key', 'urlSeconds'])
    expect((error as ProblemError).requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('of 230 links, ten of them wrong, 220 are issued in three batches, each result in its place', async () => {
    const { api } = await emulator()
    const front = await scriptedApi(forwards(api, 'respond'))
    const { client } = clientWithoutWaits(front.origin)
    const wrong = (index: number) => index % 23 === 0
    const bodies = Array.from({ length: 230 }, (_, index) => ({ key: wrong(index) ? 'a*b' : 'report.txt' }))
    const results = await all(client.issueMany(bodies))
    expect(front.requests.map(({ line }) => line)).toEqual(Array(3).fill('POST /links/batch'))
    expect(results.map(({ status }) => status)).toEqual(bodies.map((_, index) => (wrong(index) ? 400 : 201)))
    const ids = results.flatMap(result => ('link' in result ? [result.link.id] : []))
    expect(new Set(ids).size).toBe(220)
  })

  test('a list yields every link once, over many pages', async () => {
    const { api } = await emulator()
    const { client } = clientWithoutWaits(api)
    const bodies = Array.from({ length: 25 }, () => ({ key: 'report.txt', reference: 'many & more' }))
    const issued = await all(client.issueMany([...bodies, { key: 'report.txt', reference: 'other' }]))
    const ids = issued.slice(0, 25).map(result => ('link' in result ? result.link.id : ''))
    const listed = await all(client.list({ reference: 'many & more', state: 'live', pageSize: 10 }))
    expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  })

  test('requests signed by aws4fetch have the signature that AWS expects; others are refused', async () => {
    const { api } = await emulator()
    const front = await signedFront(api)
    const aws = new AwsClient({ ...caller.credentials, region: caller.region, service: 'execute-api', retries: 0 })
    const { client } = clientWithoutWaits(front.origin, {
      fetch: (url: string, init: RequestInit) => aws.fetch(url, init),
    })
    const { id } = await client.issue({ key: 'report.txt', reference: 'a b&c=d/é' })
    await all(client.list({ reference: 'a b&c=d/é', issuer: 'reports' }))
    await client.show(id)
    await client.replace(id)
    await client.revoke(id)
    expect(front.seen).toHaveLength(5)
    expect(front.seen.every(({ right }) => right)).toBe(true)
    const error = await rejection(clientWithoutWaits(front.origin).client.show(id))
    expect(error).toMatchObject({
      status: 403,
      reason: 'unknown',
      detail: expect.stringContaining('signature') as string,
    })
  })
})

describe('the check of fields before an upload', () => {
  const link = { key: 'not/yet.pdf', expiresIn: 3600 }

  test('names each wrong field, or passes, and no response is an error that a browser would report', async () => {
    const { api } = await emulator()
    const statuses: number[] = []
    const { client } = clientWithoutWaits(api, {
      async fetch(url: string, init: RequestInit) {
        const response = await fetch(url, init)
        statuses.push(response.status)
        return response
      },
    })
    expect(await checkFields(client, link)).toBeUndefined()
    const error = await rejection(checkFields(client, { ...link, urlSeconds: 1, reference: '\n' }))
    expect(error).toMatchObject({ status: 400, reason: 'invalid-fields' })
    expect((error as ProblemError).errors.map(({ field }) => field).toSorted()).toEqual(['reference', 'urlSeconds'])
    expect(statuses).toEqual([200, 200])
    expect(await all(client.list())).toEqual([])
  })

  test('costs one request of the quota, is tried again, and passes other refusals on', async () => {
    const refused = { status: 403, problem: { title: 'Not allowed', status: 403, reason: 'key-not-allowed' } }
    const { origin, requests } = await scriptedApi(problem(503, 'unavailable'), responds(200, { results: [refused] }))
    const { client } = clientWithoutWaits(origin)
    const error = await rejection(checkFields(client, link))
    expect(error).toMatchObject({ status: 403, reason: 'key-not-allowed', errors: [] })
    expect(requests.map(({ body }) => (JSON.parse(body) as { links: unknown[] }).links.length)).toEqual([1, 1])
  })
})

describe('when responses are lost', () => {
  test('a link is issued once, however often the response is lost', async () => {
    const { api } = await emulator()
    const lost = forwards(api, 'lose the response')
    const front = await scriptedApi(lost, hangsUp, lost, forwards(api, 'respond'))
    const { client } = clientWithoutWaits(front.origin)
    const { id } = await client.issue({ key: 'report.txt', reference: 'once' })
    expect(front.requests).toHaveLength(4)
    expect(new Set(front.requests.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
    const listed = await all(clientWithoutWaits(api).client.list({ reference: 'once' }))
    expect(listed.map(link => link.id)).toEqual([id])
  })

  test('two calls never share a key unless the caller gives one', async () => {
    const front = await scriptedApi(responds(201, issued))
    const { client } = clientWithoutWaits(front.origin)
    await client.issue({ key: 'a' })
    await client.issue({ key: 'a' })
    await client.issue({ key: 'a' }, { idempotencyKey: 'mine' })
    const [one, other, mine] = front.requests.map(({ idempotencyKey }) => idempotencyKey)
    expect(one).toMatch(/^[0-9a-f]{32}$/)
    expect(other).not.toBe(one)
    expect(mine).toBe('mine')
  })

  test('an API that never responds gets as many attempts as allowed', async () => {
    const front = await scriptedApi(hangsUp)
    const { client, waits } = clientWithoutWaits(front.origin, { attempts: 3 })
    const error = await rejection(client.show('A'.repeat(22)))
    expect(error).toBeInstanceOf(NoResponseError)
    expect(front.requests).toHaveLength(3)
    expect(waits).toHaveLength(2)
  })

  test.each([
    [
      'issue',
      (client: Client) => client.issue({ key: 'a' }),
      [{}, { id, url: 7 }, [], null, '<h1>Log in</h1>', 'null'],
    ],
    ['show', (client: Client) => client.show(id), [{ id }, { links: [] }, 'true']],
    ['list', (client: Client) => all(client.list()), [{}, { links: [{ id }] }, { links: [], next: 7 }]],
    ['replace', (client: Client) => client.replace(id), [{}, { id }, null, '<h1>Log in</h1>']],
    ['revoke', (client: Client) => client.revoke(id), [{}, { id, state: 'revoked' }, '<h1>Log in</h1>']],
    ['exchange', (client: Client) => client.exchange(nonce), [{ url: 'https://h/' }, { url: null, expiresAt: '2099' }]],
    [
      'issueMany',
      (client: Client) => all(client.issueMany([{ key: 'a' }])),
      [{}, { results: [] }, { results: [{ status: 201 }] }, { results: [{ status: 201, link: { id } }] }],
    ],
  ] as const)(
    'a response with 200 that is not from the API is rejected by %s, with its status',
    async (_, call, bodies) => {
      for (const body of bodies) {
        const front = await scriptedApi(responds(200, typeof body === 'string' ? body : JSON.stringify(body)))
        const error = await rejection(call(clientWithoutWaits(front.origin, { attempts: 2 }).client))
        expect(error, JSON.stringify(body)).toBeInstanceOf(NoResponseError)
        expect((error as NoResponseError).message).toMatch(
          /^[A-Z]+ \S+: the response, 200, is not from the API, attempt 2$/,
        )
        expect(front.requests).toHaveLength(2)
      }
    },
  )

  test('new fields in a response are accepted', async () => {
    const front = await scriptedApi(responds(201, { ...issued, more: true }))
    expect(await clientWithoutWaits(front.origin).client.issue({ key: 'a' })).toMatchObject(issued)
  })

  test('pages that repeat end with an error', async () => {
    const front = await scriptedApi(responds(200, { links: [], next: 'again' }))
    expect(await rejection(all(clientWithoutWaits(front.origin).client.list()))).toBeInstanceOf(NoResponseError)
    expect(front.requests).toHaveLength(2)
  })

  test('a redirect to another host is not followed with a nonce', async () => {
    const elsewhere = await scriptedApi(responds(200, { url: 'https://h/', expiresAt: '2099' }))
    const front = await scriptedApi(responds(307, '', { location: `${elsewhere.origin}/exchange` }))
    const { client } = clientWithoutWaits(front.origin, { attempts: 1 })
    expect(await rejection(client.exchange(nonce))).toBeInstanceOf(NoResponseError)
    expect(front.requests).toHaveLength(1)
    expect(elsewhere.requests).toHaveLength(0)
  })
})

describe('when the API asks to try again later', () => {
  test('it waits as long as Retry-After says', async () => {
    const front = await scriptedApi(
      problem(429, 'too-many-requests', { 'retry-after': '7' }),
      problem(409, 'idempotency-key-in-use', { 'retry-after': '15' }),
      problem(503, 'unavailable', { 'retry-after': '5' }),
      responds(201, issued),
    )
    const { client, waits } = clientWithoutWaits(front.origin)
    expect(await client.issue({ key: 'a' })).toEqual(issued)
    expect(waits).toEqual([7000, 15_000, 5000])
  })

  test('but not longer than a minute, and not after a final refusal', async () => {
    for (const turn of [
      problem(503, 'unsupported', { 'retry-after': '600' }),
      problem(422, 'idempotency-key-reused'),
      problem(409, 'idempotency-key-retired'),
      problem(403, 'spent'),
    ]) {
      const front = await scriptedApi(turn)
      const { client, waits } = clientWithoutWaits(front.origin)
      expect(await rejection(client.issue({ key: 'a' }))).toBeInstanceOf(ProblemError)
      expect(front.requests).toHaveLength(1)
      expect(waits).toHaveLength(0)
    }
  })

  test('the final error says why, when to try again, and how many attempts were made', async () => {
    const front = await scriptedApi(problem(429, 'too-many-requests', { 'retry-after': '3' }))
    const error = await rejection(clientWithoutWaits(front.origin, { attempts: 2 }).client.issue({ key: 'a' }))
    expect(error).toMatchObject({
      message: '429 too-many-requests: It is too-many-requests.',
      status: 429,
      reason: 'too-many-requests',
      requestId: 'r-1',
      retryAfterSeconds: 3,
      attempts: 2,
    })
  })

  test('links of a batch for which the API had no time are repeated with the same key', async () => {
    const late = { status: 503, problem: { status: 503, reason: 'unavailable' } }
    const done = { status: 201, link: issued }
    const front = await scriptedApi(responds(200, { results: [done, late] }), responds(200, { results: [done, done] }))
    const results = await all(clientWithoutWaits(front.origin).client.issueMany([{ key: 'a' }, { key: 'b' }]))
    expect(results).toEqual([done, done])
    expect(front.requests[1]).toEqual(front.requests[0])
  })
})

describe('issueMany', () => {
  const late = { status: 503, problem: { status: 503, reason: 'unavailable' } }
  const done = { status: 201, link: issued }
  const bodies = [{ key: 'a' }, { key: 'b' }]

  test('makes as many attempts for a batch as allowed, in total', async () => {
    const results = responds(200, { results: [done, late] })
    const front = await scriptedApi(hangsUp, results, problem(503, 'unavailable'), results)
    const { client } = clientWithoutWaits(front.origin, { attempts: 4 })
    expect(await all(client.issueMany(bodies))).toEqual([done, late])
    expect(front.requests).toHaveLength(4)
  })

  test('keeps earlier results if the API stops responding', async () => {
    const front = await scriptedApi(responds(200, { results: [done, late] }), hangsUp)
    const { client } = clientWithoutWaits(front.origin, { attempts: 3 })
    expect(await all(client.issueMany(bodies))).toEqual([done, late])
    expect(front.requests).toHaveLength(3)
  })

  test('accepts a key that leaves room for the number of each batch', async () => {
    const front = await scriptedApi(responds(200, { results: [done, done] }))
    const { client } = clientWithoutWaits(front.origin)
    const key = 'k'.repeat(240)
    await all(client.issueMany(bodies, { idempotencyKey: key }))
    expect(front.requests[0]?.idempotencyKey).toBe(`${key}-0`)
    const error = await rejection(all(client.issueMany(bodies, { idempotencyKey: `${key}k` })))
    expect(error).toEqual(new TypeError(`idempotencyKey: got 241 characters, allowed: 1 to 240 ${keyRule}`))
    expect(front.requests).toHaveLength(1)
  })
})

const keyRule = 'printable ASCII characters without spaces at the ends'

describe('an invalid argument is a TypeError, and sends no request', () => {
  test.each(['', ' ', ' k', 'k ', 'ä', 'a\nb', 'k'.repeat(256)])('the key %j', async idempotencyKey => {
    const front = await scriptedApi(responds(201, issued))
    const { client } = clientWithoutWaits(front.origin)
    const expected = new TypeError(
      `idempotencyKey: got ${idempotencyKey.length} characters, allowed: 1 to 255 ${keyRule}`,
    )
    expect(await rejection(client.issue({ key: 'a' }, { idempotencyKey }))).toEqual(expected)
    expect(await rejection(client.exchange(nonce, { idempotencyKey }))).toEqual(expected)
    expect(front.requests).toEqual([])
  })

  test.each(['', '.', '..', 'x', `${id}/..`, nonce])('the id %j', async wrong => {
    const front = await scriptedApi(responds(200, {}))
    const { client } = clientWithoutWaits(front.origin)
    for (const call of [client.show(wrong), client.revoke(wrong), client.replace(wrong)]) {
      const error = (await rejection(call)) as Error
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(new RegExp(`^id: got ${wrong.length} characters, allowed: 22 characters of A-Z`))
      expect(error.message).not.toContain(nonce.slice(0, 8))
    }
    expect(front.requests).toEqual([])
  })

  test('a body that can not be written as JSON', async () => {
    const front = await scriptedApi(responds(201, issued))
    const body = { key: 'a', urlSeconds: 30n as unknown as number }
    expect(await rejection(clientWithoutWaits(front.origin).client.issue(body))).toBeInstanceOf(TypeError)
    expect(front.requests).toEqual([])
  })

  test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('attemptMs %d', attemptMs => {
    expect(() => createClient({ origin: 'https://h', attemptMs })).toThrow(/^attemptMs: got /)
  })
})

test('a programming error in the given fetch is passed on, without another attempt', async () => {
  for (const wrong of [
    async () => (undefined as unknown as { sign(): never }).sign(),
    async () => {
      throw new RangeError('mine')
    },
    async () => undefined as unknown as Response,
  ]) {
    let attempts = 0
    const fetching = async () => {
      attempts += 1
      return wrong()
    }
    const error = await rejection(clientWithoutWaits('https://h', { fetch: fetching }).client.show(id))
    expect(error).not.toBeInstanceOf(NoResponseError)
    expect(attempts).toBe(1)
  }
})

test('a malformed problem document still makes a ProblemError', async () => {
  for (const body of ['null', '[7]', '{"title":7,"detail":null,"errors":7}', '{"errors":[null,{"field":1}]}', '{']) {
    const front = await scriptedApi(responds(400, body, { 'content-type': 'application/problem+json' }))
    const error = await rejection(clientWithoutWaits(front.origin).client.issue({ key: 'a' }))
    expect(error).toMatchObject({ name: 'ProblemError', status: 400, reason: 'unknown', detail: '', errors: [] })
  }
})

describe('when its signal is aborted', () => {
  test('a call ends while it waits for a response', async () => {
    const controller = new AbortController()
    const front = await scriptedApi(() => controller.abort(new Error('not wanted')))
    const error = await rejection(createClient(front).show(id, { signal: controller.signal }))
    expect(error).toEqual(new Error('not wanted'))
    expect(front.requests).toHaveLength(1)
  })

  test('a call ends while it waits for the next attempt', async () => {
    const controller = new AbortController()
    const busy = problem(429, 'too-many-requests', { 'retry-after': '60' })
    const front = await scriptedApi(busy)
    const fetching = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init)
      setImmediate(() => controller.abort(new Error('not wanted')))
      return response
    }
    const error = await rejection(createClient({ ...front, fetch: fetching }).show(id, { signal: controller.signal }))
    expect(error).toEqual(new Error('not wanted'))
  })

  test('a call that was aborted from the start sends no request', async () => {
    const front = await scriptedApi(responds(200, {}))
    const signal = AbortSignal.abort(new Error('not wanted'))
    expect(await rejection(createClient(front).show(id, { signal }))).toEqual(new Error('not wanted'))
    expect(front.requests).toEqual([])
  })
})

test('no error holds the nonce, even if a response repeats it', async () => {
  for (const turn of [
    responds(400, { title: nonce, status: 400, detail: `got "${nonce}"`, reason: nonce, errors: [{ field: nonce }] }),
    responds(403, `{"message": "no ${nonce}"}`),
    responds(502, `<h1>${nonce}</h1>`, { 'content-type': 'text/html' }),
    responds(200, `{"${nonce}`),
    hangsUp,
  ]) {
    const front = await scriptedApi(turn)
    const error = await rejection(clientWithoutWaits(front.origin).client.exchange(nonce))
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(nonce.slice(0, 12))
  }
})

test.each([['http://me:secret@h'], ['https://me:se/c@ret@h/v1'], ['https://token@h']])(
  'an origin with a password is rejected, and the password not repeated: %#',
  origin => {
    expect(() => createClient({ origin })).toThrow(/^origin: got "https?:\/\/…@h(\/v1)?", allowed: /)
  },
)

test.each([['ftp://h'], ['h/v1'], ['https://h/v1?x'], ['https://h:99999'], ['https://h h'], ['']])(
  'an invalid origin is rejected: %j',
  origin => {
    expect(() => createClient({ origin })).toThrow(
      `origin: got ${JSON.stringify(origin)}, allowed: http:// or https://`,
    )
  },
)

describe('every response is bounded', () => {
  test('one of more than 10 MiB is not read to its end', async () => {
    let sent = 0
    const front = await scriptedApi(response => {
      const piece = 'x'.repeat(1024 * 1024)
      const more = () => {
        sent += 1
        if (!response.destroyed && sent < 100) response.write(piece, more)
      }
      more()
    })
    const { client } = clientWithoutWaits(front.origin, { attempts: 1 })
    const error = await rejection(client.show(id))
    expect(error).toMatchObject({ name: 'NoResponseError' })
    expect(inspect(error)).toContain('the body of the response has more than 10485760 bytes')
    expect(sent).toBeLessThan(100)
  })

  test('one that brings a byte now and then ends with the attempt', async () => {
    const front = await scriptedApi(response => {
      const timer = setInterval(() => response.write('x'), 10)
      response.once('close', () => clearInterval(timer))
    })
    const { client } = clientWithoutWaits(front.origin, { attempts: 1, attemptMs: 200 })
    expect(await rejection(client.show(id))).toMatchObject({ name: 'NoResponseError' })
  })

  test('also if the fetch of the program disregards the signal', async () => {
    const fetch = async () => new Response(new ReadableStream({ pull: () => new Promise<void>(() => undefined) }))
    const { client } = clientWithoutWaits('https://h', { attempts: 1, attemptMs: 50, fetch })
    expect(await rejection(client.show(id))).toMatchObject({ name: 'NoResponseError' })
  })

  test('text in any pieces is read whole', async () => {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...issued, id, note: 'é日本'.repeat(10_000) }))
    const pieces = Array.from(bytes, byte => Uint8Array.of(byte))
    const fetch = async () => new Response(ReadableStream.from(pieces))
    const { client } = clientWithoutWaits('https://h', { fetch })
    expect(await client.issue({ key: 'a' })).toMatchObject({ note: 'é日本'.repeat(10_000) })
  })
})

test.each([
  ['text/html', '<h1>403 ERROR</h1><p>Request blocked.</p>'],
  ['application/json', '{"reason":"spent","title":"Used"}'],
])('a plain 403 of a firewall or proxy, %s, is not taken for that of a used link', async (type, body) => {
  const front = await scriptedApi(responds(403, body, { 'content-type': type }))
  const error = await rejection(clientWithoutWaits(front.origin).client.exchange(nonce))
  expect(error).toMatchObject({ name: 'ProblemError', status: 403, reason: 'unknown', attempts: 1 })
})

test('the block of the firewall, a problem as plain JSON, is read and waited for like the quota', async () => {
  const blocked = {
    title: 'There are too many requests from this address',
    status: 429,
    detail: 'This request had no effect.',
    reason: 'too-many-requests',
  }
  const headers = { 'retry-after': '60', 'content-type': 'application/json' }
  const front = await scriptedApi(responds(429, blocked, headers), responds(201, issued))
  const { client, waits } = clientWithoutWaits(front.origin)
  expect(await client.issue({ key: 'a' })).toMatchObject({ id })
  expect(waits).toEqual([60_000])
  const always = await scriptedApi(responds(429, blocked, headers))
  const error = await rejection(clientWithoutWaits(always.origin).client.show(id))
  expect(error).toMatchObject({ status: 429, reason: 'too-many-requests', title: blocked.title, retryAfterSeconds: 60 })
})
