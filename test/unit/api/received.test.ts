import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type AuditEvent, createAudit } from '../../../api/audit.ts'
import { accessControl } from '../../../api/access.ts'
import { uploadTokenOf } from '../../../shared/received.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { memoryReceived, testReceived, usedLink } from '../../support/api/received.ts'
import { memoryBucket, partOf } from '../../support/api/uploads.ts'
import { secondsFromNoon } from '../../support/table/links.ts'

type Api = Awaited<ReturnType<typeof testReceived>>
const ten = { filename: 'a.pdf', bytes: 10, type: 'application/pdf' }
const hourMs = 3_600_000

/** What a response says of the upload. */
interface State {
  readonly state: string
  readonly upload?: { readonly id: string; readonly partBytes: number; readonly arrived: readonly object[] }
  readonly received?: object
}

const sumOf = (...parts: readonly { readonly sha256: string }[]) => {
  const hash = createHash('sha256')
  for (const { sha256 } of parts) hash.update(sha256, 'base64')
  return hash.digest('base64')
}
const ofTen = sumOf(partOf(1, 10))

async function begin(api: Api, body: object = ten): Promise<string> {
  const { status, body: begun } = await api.call('POST', '/received', { body })
  expect(status).toBe(200)
  return (begun as unknown as State).upload?.id ?? ''
}

const sign = (api: Api, id: string, parts: readonly object[]) =>
  api.call('POST', `/received/${id}/parts`, { body: { parts } })

async function send(api: Api, id: string, parts: readonly object[] = [partOf(1, 10)]): Promise<void> {
  const { body } = await sign(api, id, parts)
  for (const { url } of body['parts'] as { url: string }[]) api.bucket.send(url)
}

const complete = (api: Api, id: string, { bytes = 10, sha256 }: { bytes?: number; sha256?: string } = {}) =>
  api.call('POST', `/received/${id}/complete`, { body: { bytes, sha256 } })

async function stateOf(api: Api): Promise<State> {
  return (await api.call('GET', '/received')).body as unknown as State
}

async function uploadTen(api: Api) {
  const id = await begin(api)
  await send(api, id)
  return { id, ...(await complete(api, id)) }
}

describe('the file of a link', () => {
  test('is stored below its folder, by link and redemption, and is shown when it has arrived', async () => {
    const api = await testReceived()
    const { status, body } = await uploadTen(api)
    const received = { ...ten, sha256: ofTen, at: '2026-11-24T12:00:00Z' }
    expect({ status, body }).toMatchObject({ status: 200, body: { state: 'received', maxBytes: 20_000_000, received } })
    const { linkId, redemptionId } = api.right
    expect([...api.bucket.objects.keys()]).toEqual([`clinic/received/${linkId}/${redemptionId}`])
    expect(await stateOf(api)).toMatchObject({ state: 'received', received })
    expect(api.bucket.open.size).toBe(0)
  })

  test('keeps its name, and says of what type it is', async () => {
    const begun: object[] = []
    const bucket = memoryBucket()
    const api = await testReceived({
      bucket: { ...bucket, begin: async file => (begun.push(file), bucket.begin(file)) },
    })
    await begin(api, { ...ten, filename: 'Röntgen 1.pdf' })
    expect(begun).toMatchObject([{ filename: 'Röntgen 1.pdf', type: 'application/pdf' }])
  })

  test('goes on after a break: what has arrived is shown, with the upload that is open', async () => {
    const api = await testReceived()
    expect(await stateOf(api)).toEqual({ state: 'none', maxBytes: 20_000_000, endsAt: '2026-11-24T16:00:00Z' })
    const parts = [partOf(1, 8_388_608), partOf(2, 10)]
    const id = await begin(api, { filename: 'a.pdf', bytes: 8_388_618 })
    await send(api, id, parts.slice(0, 1))
    const upload = { id, filename: 'a.pdf', bytes: 8_388_618, partBytes: 8_388_608, arrived: parts.slice(0, 1) }
    expect(await stateOf(api)).toMatchObject({ state: 'open', upload })
    expect(await complete(api, id, { bytes: 8_388_618 })).toMatchObject({
      status: 409,
      body: { reason: 'upload-incomplete' },
    })
    await send(api, id, parts.slice(1))
    expect(await complete(api, id, { bytes: 8_388_618, sha256: sumOf(...parts) })).toMatchObject({
      status: 200,
      body: { state: 'received' },
    })
  })

  test('has only types that the link takes, and says who asks', async () => {
    const api = await testReceived({}, usedLink({ types: 'application/pdf,image/*', sender: 'Klinikum am Park' }))
    const types = ['application/pdf', 'image/*']
    expect(await stateOf(api)).toMatchObject({ types, sender: 'Klinikum am Park' })
    for (const type of ['application/pdf', 'image/png', 'image/svg+xml']) await begin(api, { ...ten, type })
    for (const type of ['text/html', 'application/pdfx', 'imagex/png', undefined]) {
      const { status, body } = await api.call('POST', '/received', { body: { ...ten, type } })
      expect({ status, errors: body.errors }).toMatchObject({
        status: 400,
        errors: [{ field: 'type', allowed: types.join(' or ') }],
      })
    }
  })

  test.each([
    ['too large', { ...ten, bytes: 20_000_001 }, 'bytes'],
    ['of no size', { filename: 'a' }, 'bytes'],
    ['with a path for a name', { ...ten, filename: '../a' }, 'filename'],
    ['called .', { ...ten, filename: '.' }, 'filename'],
    ['called ..', { ...ten, filename: '..' }, 'filename'],
    ['with a key', { ...ten, key: 'other' }, 'key'],
  ])('%s does not begin', async (_, body, field) => {
    const api = await testReceived()
    const answer = await api.call('POST', '/received', { body })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } })
    expect(api.bucket.open.size).toBe(0)
  })

  test.each([
    'image/',
    'image/*',
    'image/svg+xml, text/html',
    'image',
    '/png',
    'image/png;',
    'image/png; a',
    'image/png\n',
    `image/${'a'.repeat(101)}`,
  ])('of the type %j does not begin, since that is none', async type => {
    const api = await testReceived({}, usedLink({ types: 'image/*' }))
    const answer = await api.call('POST', '/received', { body: { ...ten, type } })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'type' }] } })
  })

  test.each(['image/svg+xml', 'image/png; a=b;c="d, e"'])('may be of the type %s', async type => {
    await begin(await testReceived({}, usedLink({ types: 'image/*' })), { ...ten, type })
  })

  test('is signed three times at most, in all uploads together', async () => {
    const api = await testReceived({}, usedLink({ maxBytes: 10 }, { maxBytes: 10 }))
    for (let time = 1; time <= 3; time += 1) await send(api, await begin(api))
    const id = await begin(api)
    expect(await sign(api, id, [partOf(1, 10)])).toMatchObject({ status: 409, body: { reason: 'upload-limit' } })
  })
})

describe('two tabs', () => {
  test('of which the second begins anew: the first sends and completes nothing more', async () => {
    const api = await testReceived()
    const first = await begin(api)
    await send(api, first)
    const second = await begin(api, { ...ten, filename: 'b.pdf' })
    for (const answer of [await sign(api, first, [partOf(1, 10)]), await complete(api, first)]) {
      expect(answer).toMatchObject({ status: 404, body: { reason: 'no-such-upload' } })
    }
    expect(await stateOf(api)).toMatchObject({ state: 'open', upload: { id: second, filename: 'b.pdf', arrived: [] } })
    expect(api.bucket.open.size).toBe(1)
  })

  test('or more that begin at once: one upload is open, and the others are asked to wait', async () => {
    const seen = new Map<number, number>()
    for (let round = 0; round < 240; round += 1) {
      const api = await testReceived()
      const answers = await Promise.all(
        Array.from({ length: 4 + (round % 9) }, async () => api.call('POST', '/received', { body: ten })),
      )
      for (const { status, headers, body } of answers) {
        seen.set(status, (seen.get(status) ?? 0) + 1)
        if (status === 429) expect([headers['retry-after'], body.reason]).toEqual(['1', 'too-many-requests'])
      }
      expect(api.bucket.open.size).toBe(1)
    }
    console.log(`240 races: ${JSON.stringify([...seen])}`)
    expect([...seen.keys()].toSorted((a, b) => a - b)).toEqual([200, 429])
  })

  test('that complete the same upload at once get the same file', async () => {
    const api = await testReceived()
    const id = await begin(api)
    await send(api, id)
    const answers = await Promise.all([complete(api, id), complete(api, id), complete(api, id)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(api.bucket.objects.size).toBe(1)
  })

  test('of which one completes and one begins: one is refused, and one object is made at most', async () => {
    for (let round = 0; round < 20; round += 1) {
      const api = await testReceived()
      const id = await begin(api)
      await send(api, id)
      const [completed, begun] = await Promise.all([complete(api, id), api.call('POST', '/received', { body: ten })])
      const { state } = await stateOf(api)
      if (completed.status === 200) expect([begun.status, state]).toEqual([409, 'received'])
      else expect([completed.status, begun.status, state]).toEqual([404, 200, 'open'])
      expect(api.bucket.objects.size).toBe(completed.status === 200 ? 1 : 0)
    }
  })

  test('one object is all that a link takes: later uploads are refused, and so is another content', async () => {
    const api = await testReceived()
    const { id } = await uploadTen(api)
    for (const answer of [
      await api.call('POST', '/received', { body: ten }),
      await sign(api, id, [partOf(1, 10)]),
      await api.call('DELETE', `/received/${id}`),
      await complete(api, id, { sha256: sumOf(partOf(1, 10, 'other')) }),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { reason: 'file-received' } })
    }
    expect(await complete(api, id, { sha256: ofTen })).toMatchObject({ status: 200, body: { state: 'received' } })
    expect(api.bucket.objects.size).toBe(1)
  })
})

test('an upload can be ended, and another begun', async () => {
  const api = await testReceived()
  const id = await begin(api)
  expect(await api.call('DELETE', `/received/${id}`)).toMatchObject({ status: 204 })
  expect(await stateOf(api)).toMatchObject({ state: 'none' })
  expect(api.bucket.open.size).toBe(0)
  expect(await complete(api, id)).toMatchObject({ status: 404 })
  expect(await uploadTen(api)).toMatchObject({ status: 200 })
})

describe('a response of S3 that is lost', () => {
  /** A bucket whose first completion makes the object, and fails; or fails before. */
  function losing(makes: boolean) {
    const bucket = memoryBucket()
    let calls = 0
    const complete: typeof bucket.complete = async (...args) => {
      if ((calls += 1) > 1) return bucket.complete(...args)
      if (makes) await bucket.complete(...args)
      throw new Error('no response')
    }
    return { ...bucket, complete }
  }

  test('frees nothing: a repeat learns that the object is there', async () => {
    const bucket = losing(true)
    const api = { ...(await testReceived({ bucket })), bucket }
    const id = await begin(api)
    await send(api, id)
    expect(await complete(api, id)).toMatchObject({ status: 503 })
    expect(await api.call('POST', '/received', { body: ten })).toMatchObject({ body: { reason: 'file-received' } })
    expect(await complete(api, id)).toMatchObject({
      status: 200,
      body: { state: 'received', received: { sha256: ofTen } },
    })
    expect(bucket.objects.size).toBe(1)
  })

  test('is known to whoever asks, also after a revocation and after the end', async () => {
    const bucket = losing(true)
    const api = { ...(await testReceived({ bucket })), bucket }
    const id = await begin(api)
    await send(api, id)
    await complete(api, id)
    await api.store.links.revoke(api.link, 'us-east-1')
    api.clock.advance(5 * hourMs)
    expect(await stateOf(api)).toMatchObject({ state: 'received', received: { filename: 'a.pdf' } })
  })

  test('without an object is not taken for it, once the bucket may have discarded the upload', async () => {
    const bucket = losing(false)
    const api = { ...(await testReceived({ bucket })), bucket }
    const id = await begin(api)
    await send(api, id)
    await complete(api, id)
    api.clock.advance(24 * hourMs)
    bucket.open.clear()
    const { state, received } = await stateOf(api)
    expect([state, received, bucket.objects.size]).toEqual(['none', undefined, 0])
  })

  test('without an object completes the same content, and never another', async () => {
    const bucket = losing(false)
    const api = { ...(await testReceived({ bucket })), bucket }
    const id = await begin(api)
    await send(api, id)
    expect(await complete(api, id)).toMatchObject({ status: 503 })
    expect(await stateOf(api)).toMatchObject({ state: 'completing', upload: { id } })
    expect(await complete(api, id, { sha256: sumOf(partOf(1, 10, 'other')) })).toMatchObject({
      body: { reason: 'file-received' },
    })
    expect(await complete(api, id, { sha256: ofTen })).toMatchObject({ status: 200 })
  })

  test('of the object of another Region of the API: that one stays, and this upload is refused', async () => {
    const api = await testReceived()
    const id = await begin(api)
    await send(api, id)
    const key = `clinic/received/${api.right.linkId}/${api.right.redemptionId}`
    api.bucket.objects.set(key as never, 'version of another' as never)
    expect(await complete(api, id)).toMatchObject({ status: 409, body: { reason: 'file-received' } })
    expect(api.bucket.objects.get(key as never)).toBe('version of another')
  })
})

describe('a token alone', () => {
  const refused = async (api: Api, id: string) => [
    (await api.call('POST', '/received', { body: ten })).body.reason,
    (await complete(api, id)).body.reason,
  ]

  test('after a revocation begins and completes nothing, though its parts have arrived', async () => {
    const api = await testReceived()
    const id = await begin(api)
    await send(api, id)
    await api.store.links.revoke(api.link, 'us-east-1')
    expect(await refused(api, id)).toEqual(['link-revoked', 'link-revoked'])
    expect(await sign(api, id, [partOf(1, 10)])).toMatchObject({ status: 409, body: { reason: 'link-revoked' } })
    expect(await stateOf(api)).toMatchObject({ state: 'withdrawn' })
    expect(api.bucket.objects.size).toBe(0)
  })

  test('after its end begins, signs and completes nothing, and still shows what has arrived', async () => {
    const api = await testReceived()
    const id = await begin(api)
    await send(api, id)
    api.clock.advance(4 * hourMs)
    expect(await refused(api, id)).toEqual(['upload-ended', 'upload-ended'])
    expect(await sign(api, id, [partOf(1, 10)])).toMatchObject({ status: 410, body: { reason: 'upload-ended' } })
    expect(await stateOf(api)).toMatchObject({ state: 'open' })
    expect(api.bucket.objects.size).toBe(0)
  })

  test('signs no part for longer than itself', async () => {
    const api = await testReceived()
    const id = await begin(api)
    api.clock.advance(4 * hourMs - 60_000)
    const { body } = await sign(api, id, [partOf(1, 10)])
    const [part] = body['parts'] as { url: string }[]
    expect(new URL(part?.url ?? '').searchParams.get('seconds')).toBe('60')
  })

  test.each([
    ['a link that was not used', { state: 'live', receipt: undefined }, {}],
    ['a link that another redemption used', {}, { redemptionId: 'A'.repeat(22) as never }],
    ['a link with another size', { maxBytes: 5 }, {}],
    ['a link that gives a file', { maxBytes: undefined }, {}],
    ['a link that does not exist', {}, { linkId: 'A'.repeat(22) as never }],
  ] as const)('of %s begins nothing', async (_, fields, changed) => {
    const api = await testReceived({}, usedLink(fields as Parameters<typeof usedLink>[0], changed))
    expect(await api.call('POST', '/received', { body: ten })).toMatchObject({
      status: 403,
      body: { reason: 'upload-token' },
    })
    expect(api.bucket.open.size).toBe(0)
  })

  test('names no upload of another link', async () => {
    const received = memoryReceived()
    const [one, other] = [await testReceived({ received }), await testReceived({ received })]
    const id = await begin(one)
    for (const answer of [
      await sign(other, id, [partOf(1, 10)]),
      await complete(other, id),
      await other.call('DELETE', `/received/${id}`),
    ])
      expect(answer).toMatchObject({ status: 404, body: { reason: 'no-such-upload' } })
  })

  test('that we did not make, or that is missing, is refused before any call', async () => {
    const fails = async () => Promise.reject(new Error('called'))
    const api = await testReceived({ links: { find: fails }, received: { ...memoryReceived(), find: fails } })
    const parts = api.token.split('.')
    const changed = parts.map((part, index) =>
      parts
        .with(index, index === 0 ? (part === '1' ? '2' : '1') : part.replace(/.$/, last => (last === '7' ? '8' : '7')))
        .join('.'),
    )
    const foreign = uploadTokenOf(api.right, 0, {
      current: 0,
      bySlot: new Map([[0, [...testKeys.mac.bySlot.values()][0]!]]),
    })
    for (const token of ['', `${api.token} `, `${api.token}.`, foreign, ...changed]) {
      for (const [method, path] of [
        ['GET', ''],
        ['POST', ''],
        ['POST', '/a/parts'],
        ['POST', '/a/complete'],
        ['DELETE', '/a'],
      ]) {
        const answer = await api.call(method ?? '', `/received${path}`, {
          body: ten,
          headers: { 'Once-Upload': token },
        })
        expect([token, answer.status, answer.body.reason]).toEqual([token, 403, 'upload-token'])
      }
    }
  })

  test('that is there twice is refused', async () => {
    const api = await testReceived()
    const headers = { 'once-upload': api.token }
    expect(await api.call('GET', '/received', { headers })).toMatchObject({ status: 403 })
  })

  test('is not read from Authorization', async () => {
    const api = await testReceived()
    const headers = { 'Once-Upload': '', Authorization: `Bearer ${api.token}` }
    expect(await api.call('GET', '/received', { headers })).toMatchObject({ status: 403 })
  })
})

test('a part with another size than it should have is not signed', async () => {
  const api = await testReceived()
  const id = await begin(api)
  expect(await sign(api, id, [partOf(1, 9)])).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'parts.0.bytes' }] },
  })
  expect(await sign(api, id, [partOf(2, 10)])).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'parts.0.number' }] },
  })
})

test('a failure of any port is 503, and frees nothing', async () => {
  const fails = async () => Promise.reject(new Error('not there'))
  for (const ports of [
    { links: { find: fails } },
    { received: { ...memoryReceived(), tryBegin: fails } },
    { bucket: { ...memoryBucket(), begin: fails } },
    { keyring: { current: fails } },
  ]) {
    expect(await (await testReceived(ports)).call('POST', '/received', { body: ten })).toMatchObject({ status: 503 })
  }
})

test('a path or method that is none is refused, and so is a body that is too large', async () => {
  const api = await testReceived()
  expect(await api.call('GET', '/received/a/b/c')).toMatchObject({ status: 404, body: { reason: 'no-such-route' } })
  expect(await api.call('PUT', '/received')).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } })
  const body = { ...ten, filename: 'a'.repeat(20_000) }
  expect(await api.call('POST', '/received', { body })).toMatchObject({ status: 413 })
})

test('a log line says what happened to which link, and nothing of token, name or key', async () => {
  const api = await testReceived()
  const { id } = await uploadTen(api)
  await api.call('GET', '/received')
  expect(api.lines.map(({ outcome, linkId }) => [outcome, linkId])).toEqual(
    ['begun', 'signed', 'uploaded', 'shown'].map(outcome => [outcome, api.link.id]),
  )
  const text = JSON.stringify(api.lines)
  for (const secret of [api.token, api.right.redemptionId, 'a.pdf', 'clinic', id]) expect(text).not.toContain(secret)
})

test('the audit records who received, without a caller', async () => {
  const events: AuditEvent[] = []
  const bus = { put: async (put: readonly AuditEvent[]) => (events.push(...put), []) }
  const clock = { now: () => (secondsFromNoon(0) * 1000) as never }
  const audit = createAudit(
    { deployment: 'once', admit: accessControl(undefined) },
    { clock, bus, reportLost: () => undefined },
  )
  const api = await testReceived({ audit })
  await uploadTen(api)
  const about = { action: 'receive', outcome: 'done', caller: '', id: api.link.id }
  expect(events).toMatchObject([about, about])
})
