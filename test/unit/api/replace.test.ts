import { setImmediate as allPromisesWait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ApiPorts, LinkStore } from '../../../api/ports.ts'
import type { Link, LinkId } from '../../../shared/link.ts'
import { testApi, type TestApi } from '../../support/api/api.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { asRole, asToken, issuersOf, roleArn } from '../../support/api/issuers.ts'
import { makeDraft, makeLink, redemptionOf, secondsFromNoon } from '../../support/table/links.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'
import { memoryStore } from '../../support/table/memory-store.ts'

const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } })

const replace = (api: TestApi, id: string | undefined, request: object = withKey('k1')) =>
  api.call('POST', `/links/${id}/replace`, request)

const issue = async (api: TestApi, body: object = {}, more: object = {}): Promise<string> =>
  (await api.call('POST', '/links', { body: { key: 'f/report.pdf', ...body }, ...more })).body.id ?? ''

const show = async (api: TestApi, id: string | undefined) => (await api.call('GET', `/links/${id}`)).body

/** Puts a link into the store of an API. */
async function put(api: TestApi, fields: Partial<Link>): Promise<Link> {
  const { link } = makeLink(fields)
  await api.store.links.put(link, link.homeRegion)
  return link
}

const usedUntil = (seconds: number): Partial<Link> => {
  const receipt = { ...makeDraft(), redeemedAt: secondsFromNoon(-60), urlExpiresAt: secondsFromNoon(seconds) }
  return { state: 'used', receipt }
}

describe('a replaced link', () => {
  const others = { id: '', issuedAt: '', expiresAt: '', state: '', replacedBy: '' }

  test.each([
    ['no option', {}],
    ['a receipt', { receipt: true }],
    ['none, where it is the default', { receipt: false, confirm: true }],
    [
      'a confirmation and texts',
      { confirm: true, filename: 'a.pdf', message: 'Hello', sender: 'Anna', reference: 'order 7' },
    ],
    ['a player', { media: 'folder', bind: 'none', urlSeconds: 600 }],
    ['a network', { network: '203.0.113.0/24', homeRegion: 'eu-west-1', notBefore: '2026-11-24T12:30:00Z' }],
  ])('gives its options to the new one: %s', async (_, options) => {
    const api = testApi({}, { ipv6: true, gate: true })
    const id = await issue(api, { expiresIn: 7200, ...options })
    const before = await show(api, id)
    api.clock.advance(600_000)
    const { status, headers, body } = await replace(api, id)
    expect([status, headers['location']]).toEqual([201, `../${body.id}`])
    const after = await show(api, body.id)
    expect({ ...after, ...others }).toEqual({ ...before, ...others })
    expect(after).toMatchObject({ issuedAt: '2026-11-24T12:10:00Z', expiresAt: '2026-11-24T14:10:00Z' })
    expect(await show(api, id)).toMatchObject({ state: 'revoked', replacedBy: body.id })
    expect(api.lines).toContainEqual(expect.objectContaining({ outcome: 'replaced', linkId: body.id }))
  })

  test('gives it a passphrase of its own, which a repeat of the request returns again', async () => {
    const api = testApi()
    const { body } = await api.call('POST', '/links', { body: { key: 'k', passphrase: true, maxTries: 3 } })
    const first = await replace(api, body.id)
    expect(first.body['passphrase']).toMatch(/^\d{4}-\d{4}-\d{4}$/)
    expect(first.body['passphrase']).not.toBe(body['passphrase'])
    expect(await replace(api, body.id)).toEqual({ ...first, headers: expect.anything() as object })
    expect(await show(api, first.body.id)).toMatchObject({ passphrase: { tries: 0, maxTries: 3 } })
  })

  test('delivers the version that it delivered, and leaves out a beginning that has passed', async () => {
    const api = testApi()
    const id = await issue(api, { notBefore: '2026-11-24T12:00:30Z' })
    api.objects.write('f/report.pdf', { versionId: 'next' as never, size: 1 })
    const { versionId } = await show(api, id)
    api.clock.advance(31_000)
    const { body } = await replace(api, id)
    expect(body['versionId']).toBe(versionId)
    expect(await show(api, body.id)).not.toHaveProperty('notBefore')
  })

  test('may name what is still missing, if it named it before', async () => {
    const api = testApi()
    api.objects.hide('later')
    const id = await issue(api, { key: 'later', allowMissing: true })
    expect((await replace(api, id)).status).toBe(201)
  })

  test.each([
    ['expired', { expiresAt: secondsFromNoon(-1), issuedAt: secondsFromNoon(-601) }],
    ['locked', { passphraseHash: 'h', tries: 5, maxTries: 5, state: 'live' }],
    ['used, with a receipt, and its URL has ended', usedUntil(0)],
  ] as const)('may be %s', async (_, fields) => {
    const api = testApi()
    const { id } = await put(api, fields)
    const { status, body } = await replace(api, id)
    expect(status).toBe(201)
    expect(await show(api, body.id)).toMatchObject({ state: 'live' })
  })
})

describe('a link is not replaced', () => {
  test.each([
    ['without an Idempotency-Key', {}, 'Idempotency-Key'],
    ['with fields', { ...withKey('k'), body: { expiresIn: 60 } }, 'expiresIn'],
  ])('%s', async (_, request, field) => {
    const api = testApi()
    const id = await issue(api)
    const { status, body } = await replace(api, id, { headers: {}, ...request })
    expect([status, body.reason, body.errors?.[0]?.field]).toEqual([400, 'invalid-fields', field])
    expect(await show(api, id)).toMatchObject({ state: 'live' })
  })

  test('that does not exist: never issued, or used without a receipt', async () => {
    const api = testApi()
    const link = await put(api, {})
    const at = { region: link.homeRegion, now: secondsFromNoon(5), timeoutMs: 1000 }
    await api.store.table.tryConsume(redemptionOf(link), at)
    for (const id of [link.id, makeLink().link.id, 'none'])
      expect(await replace(api, id)).toMatchObject({ status: 404, body: { reason: 'no-such-link' } })
  })

  test('while what it handed out works, and the refusal says until when', async () => {
    const api = testApi()
    const { id } = await put(api, usedUntil(30))
    const { status, body } = await replace(api, id)
    expect([status, body.reason, body['capabilityEndsAt']]).toEqual([409, 'capability-alive', '2026-11-24T12:00:30Z'])
    expect(body['detail']).toContain('2026-11-24T12:00:30Z')
    expect(await show(api, id)).toMatchObject({ state: 'used' })
    api.clock.advance(30_000)
    expect((await replace(api, id)).status).toBe(201)
  })

  test('if it was revoked, or replaced by another request', async () => {
    const api = testApi()
    const [revoked, replaced] = [await issue(api), await issue(api)]
    await api.call('DELETE', `/links/${revoked}`)
    await replace(api, replaced)
    for (const id of [revoked, replaced])
      expect(await replace(api, id, withKey('k2'))).toMatchObject({ status: 409, body: { reason: 'link-revoked' } })
  })

  test('if its object is missing: then it stays, and the key is free', async () => {
    const api = testApi()
    const id = await issue(api)
    api.objects.remove('f/report.pdf')
    expect(await replace(api, id)).toMatchObject({ status: 422, body: { reason: 'object-missing' } })
    expect(await show(api, id)).toMatchObject({ state: 'live' })
    expect((await api.call('POST', '/links', { body: { key: 'k' } })).status).toBe(201)
  })

  test.each([
    ['with a receipt', true, 409, 'capability-alive'],
    ['without a receipt', false, 404, 'no-such-link'],
  ])(
    'if it was used between the look at it and the write, %s; a repeat gets the same',
    async (_, receipt, ...refused) => {
      const store = memoryStore()
      const uses: LinkStore['replace'] = async (link, ...rest) => {
        const at = { region: link.homeRegion, now: secondsFromNoon(5), timeoutMs: 1000 }
        await store.table.tryConsume({ ...redemptionOf(link), ...(receipt && { receipt: makeDraft() }) }, at)
        return store.links.replace(link, ...rest)
      }
      const api = testApi({ links: { ...store.links, replace: uses } })
      const id = await issue(api, { receipt })
      for (let turn = 0; turn < 2; turn += 1) {
        const { status, body } = await replace(api, id)
        expect([status, body.reason]).toEqual(refused)
      }
      expect((await show(api, id))['state']).toBe(receipt ? 'used' : undefined)
    },
  )

  test('if it was revoked between the look at it and the write', async () => {
    const { links } = memoryStore()
    const revokes: LinkStore['replace'] = async (link, ...rest) => (
      await links.revoke(link, link.homeRegion),
      links.replace(link, ...rest)
    )
    const api = testApi({ links: { ...links, replace: revokes } })
    const id = await issue(api)
    expect(await replace(api, id)).toMatchObject({ status: 409, body: { reason: 'link-revoked' } })
    expect(api.lines.at(-1)).toMatchObject({ outcome: 'refused', reason: 'link-revoked' })
  })
})

describe('with a list of issuers', () => {
  const issuers = issuersOf(
    { id: 'reports', principal: roleArn('reports'), prefixes: ['f/'], verbs: ['issue', 'read', 'revoke'], sender: 'R' },
    { id: 'issues', principal: roleArn('issues'), prefixes: ['f/'], verbs: ['issue', 'read'] },
    { id: 'revokes', principal: roleArn('revokes'), prefixes: ['f/'], verbs: ['revoke', 'read'] },
    { id: 'other', principal: roleArn('other'), prefixes: ['f/'], verbs: ['issue', 'revoke'] },
    { id: 'admin', principal: roleArn('admin'), prefixes: ['f/'], verbs: ['admin', 'issue'], sender: 'A' },
    { id: 'desk', group: 'desk', prefixes: ['f/'], verbs: ['issue', 'read', 'revoke'], own: true },
  )

  test.each([
    ['issues', 403, 'verb-not-allowed'],
    ['revokes', 403, 'verb-not-allowed'],
    ['other', 404, 'no-such-link'],
  ])('a caller needs the rights to issue and to revoke, and sees its own: %s', async (role, status, reason) => {
    const api = testApi({}, { issuers })
    const own = role === 'issues' ? role : 'reports'
    const id = await issue(api, {}, asRole(own))
    const refused = await replace(api, id, { ...withKey('k'), ...asRole(role) })
    expect(refused).toMatchObject({ status, body: { reason } })
  })

  test.each([
    ['an issuer', asRole('reports'), { sender: 'R' }],
    ['one of its callers', asToken('anna', ['desk']), {}],
  ])('an admin leaves the link to its owner: %s', async (_, owner, sender) => {
    const api = testApi({}, { issuers })
    const id = await issue(api, { reference: 'order 7' }, owner)
    const { status, body } = await replace(api, id, { ...withKey('k'), ...asRole('admin') })
    expect(status).toBe(201)
    const { body: page } = await api.call('GET', '/links?reference=order%207', owner)
    const links = page['links'] as readonly { readonly id: string }[]
    expect(links.find(link => link.id === body.id)).toMatchObject({ state: 'live', reference: 'order 7', ...sender })
  })
})

describe('a crash', () => {
  /** An API whose process dies at call `at` of its stores, before or after that has its effect; and one that lives. */
  function dyingApi(at: number, isDone: boolean, fields: Partial<Link>) {
    const [store, idempotency, clock] = [memoryStore(), memoryIdempotencyStore(), manualClock()]
    const ids = new Set<LinkId>()
    let calls = 0
    const dying = <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async function (...args: A): Promise<R> {
        calls += 1
        if (calls > at || (calls === at && !isDone)) return new Promise(() => undefined)
        const result = await call(...args)
        return calls === at ? new Promise(() => undefined) : result
      }
    const put: LinkStore['put'] = (link, region) => (ids.add(link.id), store.links.put(link, region))
    const links = { ...store.links, put }
    const all = <T extends object>(port: T): T =>
      Object.fromEntries(Object.entries(port).map(([name, call]) => [name, dying(call as never)])) as T
    const { link } = makeLink(fields)
    const ports = { links, idempotency, clock } satisfies Partial<ApiPorts>
    const oneRegion = { homeRegions: ['us-east-1'] } as const
    const living = testApi(ports, oneRegion)
    const died = testApi({ ...ports, links: all(links), idempotency: all(idempotency) }, oneRegion)
    return { living, died, link, clock, store, ids, calls: () => calls }
  }

  const points = [1, 2, 3, 4, 5].flatMap(at => [false, true].map(isDone => [at, isDone] as const))

  test.each(points)('at call %i, done: %s, is finished by the same request, and one link lives', async (at, isDone) => {
    const { living, died, link, clock, store, ids, calls } = dyingApi(at, isDone, { state: 'live' })
    await store.links.put(link, link.homeRegion)
    void replace(died, link.id)
    for (let turn = 0; turn < 20; turn += 1) await allPromisesWait()
    expect(calls()).toBe(at)
    clock.advance(31_000)
    const { status, body } = await replace(living, link.id)
    expect(status).toBe(201)
    expect((await replace(living, link.id)).body).toEqual(body)
    const found = await Promise.all([link.id, ...ids].map(id => store.links.find(id, link.homeRegion)))
    expect(found.filter(each => each?.state === 'live').map(each => each?.id)).toEqual([body.id])
    expect(found[0]).toMatchObject({ state: 'revoked', replacedBy: body.id, replacedState: 'live' })
  })

  test('whose record is gone is not finished: the link stays revoked', async () => {
    const { died, link, clock, store } = dyingApi(3, true, {})
    await store.links.put(link, link.homeRegion)
    void replace(died, link.id)
    for (let turn = 0; turn < 20; turn += 1) await allPromisesWait()
    const later = testApi({ links: store.links, clock })
    for (let turn = 0; turn < 2; turn += 1)
      expect(await replace(later, link.id)).toMatchObject({ status: 409, body: { reason: 'link-revoked' } })
  })

  test('is not forgotten if the object is missing for a while', async () => {
    const { living, died, link, clock, store } = dyingApi(3, true, { etag: '"e"' })
    await store.links.put(link, link.homeRegion)
    void replace(died, link.id)
    for (let turn = 0; turn < 20; turn += 1) await allPromisesWait()
    living.objects.hide(link.key)
    clock.advance(31_000)
    expect((await replace(living, link.id)).status).toBe(422)
    living.objects.write(link.key, { size: 1 })
    clock.advance(31_000)
    expect((await replace(living, link.id)).status).toBe(201)
  })

  test('of each attempt to put leaves no link alive but the last one', async () => {
    const store = memoryStore()
    const ids: LinkId[] = []
    const put: LinkStore['put'] = async (link, region) => {
      const written = await store.links.put(link, region)
      if (link.state !== 'revoked') ids.push(link.id)
      return link.state !== 'revoked' && ids.length === 2 ? 'unsure' : written
    }
    const api = testApi({ links: { ...store.links, put } })
    const id = await issue(api)
    const { body } = await replace(api, id)
    expect(body.id).toBe(ids[2])
    expect(await show(api, ids[1])).toMatchObject({ state: 'revoked' })
    expect(await show(api, id)).toMatchObject({ replacedBy: ids[2] })
  })
})
