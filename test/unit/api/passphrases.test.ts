import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { IdempotencyStore } from '../../../api/ports.ts'
import { generatePassphrase } from '../../../api/idempotency.ts'
import type { LinkId } from '../../../shared/link.ts'
import { macKeyOf, type Nonce, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { parsePassphrase } from '../../../shared/secrets/passphrase.ts'
import { hashPassphrase } from '../../../shared/secrets/passphrase-hash.ts'
import { type ApiAnswer, testApi } from '../../support/api/api.ts'
import { exchangeEvent, testExchange } from '../../support/api/exchange.ts'
import { testKeys } from '../../support/keys/keys.ts'
import { makeLink, secondsFromNoon } from '../../support/table/links.ts'
import { memoryIdempotencyStore } from '../../support/api/memory-idempotency-store.ts'

const nonceIn = ({ body }: ApiAnswer) => (body.url ?? '').slice(-43) as Nonce
const storedIn = (api: ReturnType<typeof testApi>, { body }: ApiAnswer) =>
  api.store.links.find(body.id as LinkId, 'us-east-1')
const own = 'Correct Horse'

describe('issuing a link with a passphrase', () => {
  test('returns one of 12 digits, stores its hash only, and keeps a receipt by default', async () => {
    const api = testApi()
    const answer = await api.call('POST', '/links', { body: { key: 'a.pdf', passphrase: true } })
    expect(answer.status).toBe(201)
    const passphrase = String(answer.body['passphrase'])
    expect(passphrase).toMatch(/^\d{4}-\d{4}-\d{4}$/)
    const link = await storedIn(api, answer)
    expect(link).toMatchObject({ state: 'live', tries: 0, maxTries: 5 })
    expect(link?.passphraseHash).toBe(hashPassphrase(parsePassphrase(passphrase)!, nonceIn(answer)))
    expect(JSON.stringify(link)).not.toContain(passphrase.slice(0, 4))
    expect(verifyNonce(parseNonce(nonceIn(answer))!, testKeys.mac)).toMatchObject({
      flags: { passphrase: true, receipt: true },
    })
  })

  test('takes one of the issuer, whose spelling does not count, and returns none', async () => {
    const api = testApi()
    const answer = await api.call('POST', '/links', {
      body: { key: 'a.pdf', passphrase: own, maxTries: 10, receipt: false },
    })
    expect(answer.body).not.toHaveProperty('passphrase')
    const link = await storedIn(api, answer)
    expect(link).toMatchObject({ tries: 0, maxTries: 10 })
    expect(link).not.toHaveProperty('state')
    expect(link?.passphraseHash).toBe(hashPassphrase(parsePassphrase('correct-horse')!, nonceIn(answer)))
  })

  test.each<[string, object, readonly [field: string, got: string]]>([
    ['of five characters', { passphrase: 'a b c-d e' }, ['passphrase', 'a text of 9 characters']],
    ['that is a number', { passphrase: 123456 }, ['passphrase', 'a value of type number']],
    ['that is absent, with tries', { maxTries: 3 }, ['maxTries', '3']],
  ])('refuses one %s, and repeats nothing of it', async (_, fields, [field, got]) => {
    const api = testApi()
    const { status, body } = await api.call('POST', '/links', { body: { key: 'a.pdf', ...fields } })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ field, got, allowed: expect.any(String) }])
    expect(JSON.stringify(body)).not.toMatch(/a b c-d e|xxx|123456|Correct/)
  })

  test.each([
    ['a list', [{ key: 'a.pdf', passphrase: own }]],
    ['a batch that is no list', { links: { key: 'a.pdf', passphrase: own } }],
    ['a text', own],
  ])('no error or log line repeats it, in %s', async (name, body) => {
    const api = testApi()
    const path = name.includes('batch') ? '/links/batch' : '/links'
    const answer = await api.call('POST', path, { body })
    expect(answer.status).toBe(400)
    if (name !== 'a text') expect(JSON.stringify(answer.body)).not.toContain(own)
    expect(JSON.stringify(api.lines)).not.toContain(own)
  })

  test('in a batch, each link has one of its own', async () => {
    const links = [
      { key: 'a.pdf', passphrase: true },
      { key: 'b.pdf', passphrase: true },
      { key: 'c.pdf', passphrase: own },
    ]
    const { body } = await testApi().call('POST', '/links/batch', { body: { links } })
    const made = (body['results'] as { link: { passphrase?: string } }[]).map(({ link }) => link.passphrase)
    expect(made).toEqual([expect.any(String), expect.any(String), undefined])
    expect(made[0]).not.toBe(made[1])
  })
})

describe('with an Idempotency-Key', () => {
  const withKey = (passphrase: unknown, key = 'k1') => ({
    body: { key: 'a.pdf', passphrase },
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
  })
  /** An API whose MAC key has moved to slot 7; it has the former keys, too, if `keeps`. */
  const rotated = (keeps: boolean, idempotency: IdempotencyStore) => {
    const bySlot = new Map([...(keeps ? testKeys.mac.bySlot : []), [7, macKeyOf(new Uint8Array(32).fill(7))] as const])
    return testApi({ idempotency, keyring: { current: async () => ({ ...testKeys, mac: { current: 7, bySlot } }) } })
  }

  test('a repeat gets the same passphrase again, and another key another', async () => {
    const api = testApi()
    const first = await api.call('POST', '/links', withKey(true))
    expect((await api.call('POST', '/links', withKey(true))).body).toEqual(first.body)
    const other = await api.call('POST', '/links', withKey(true, 'k2'))
    expect(other.body['passphrase']).not.toBe(first.body['passphrase'])
  })

  test.each([true, own])(
    'also after the MAC key has rotated, as long as the former one is there: %s',
    async passphrase => {
      const store = memoryIdempotencyStore()
      const first = await testApi({ idempotency: store }).call('POST', '/links', withKey(passphrase))
      const again = await rotated(true, store).call('POST', '/links', withKey(passphrase))
      expect(again.body).toEqual(first.body)
      const later = await rotated(false, store).call('POST', '/links', withKey(passphrase))
      expect(later.body.reason).toBe('idempotency-key-retired')
    },
  )

  test('another passphrase is another request; another spelling is not', async () => {
    const api = testApi()
    const first = await api.call('POST', '/links', withKey(own))
    expect((await api.call('POST', '/links', withKey('another one'))).body.reason).toBe('idempotency-key-reused')
    expect((await api.call('POST', '/links', withKey('correct-HORSE'))).body).toEqual(first.body)
  })

  test('no hash without the MAC key tells a right passphrase from a wrong one', async () => {
    const store = memoryIdempotencyStore()
    const seen: string[] = []
    const spied = {
      ...store,
      reserve: (...args: Parameters<typeof store.reserve>) => (seen.push(args[0].fingerprint), store.reserve(...args)),
    }
    await testApi({ idempotency: spied }).call('POST', '/links', withKey('123456'))
    const guess = (passphrase: string) =>
      createHash('sha256')
        .update(JSON.stringify([JSON.stringify({ key: 'a.pdf', passphrase })]))
        .digest('base64url')
    expect(seen).toHaveLength(1)
    expect(seen).not.toContain(guess('123456'))
  })
})

test('passphrases of all digits are equally likely, also those that begin with zeros', () => {
  expect(generatePassphrase(new Uint8Array(8)).generated).toBe('0000-0000-0000')
  expect(generatePassphrase(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7)).generated).toBe('0000-0000-0007')
  expect(generatePassphrase(new Uint8Array(8).fill(255)).generated).toBe('0737-0955-1615')
})

describe('GET /links/{id}', () => {
  test('says how often a passphrase was tried, and when the link is locked', async () => {
    const api = testApi()
    for (const [fields, state] of [
      [{}, 'live'],
      [{ tries: 3 }, 'locked'],
      [{ tries: 3, state: 'used' }, 'used'],
      [{ tries: 3, state: 'revoked' }, 'revoked'],
      [{ tries: 3, expiresAt: secondsFromNoon(-1) }, 'locked'],
    ] as const) {
      const { link: each } = makeLink({ state: 'live', passphraseHash: 'hash', tries: 2, maxTries: 3, ...fields })
      await api.store.links.put(each, each.homeRegion)
      const { body } = await api.call('GET', `/links/${each.id}`)
      expect(body).toMatchObject({ state, passphrase: { tries: each.tries, maxTries: 3 } })
      expect(JSON.stringify(body)).not.toContain('hash')
    }
  })

  test('a locked link can be revoked', async () => {
    const api = testApi()
    const { link } = makeLink({ state: 'live', passphraseHash: 'hash', tries: 3, maxTries: 3 })
    await api.store.links.put(link, link.homeRegion)
    expect((await api.call('DELETE', `/links/${link.id}`)).status).toBe(204)
  })
})

describe('an exchange of a link with a passphrase', () => {
  async function made(fields: object = {}, deployment = {}) {
    const { nonce, link } = makeLink({ state: 'live', tries: 0, maxTries: 3, ...fields }, { passphrase: true })
    const exchange = testExchange({ deployment })
    const passphraseHash = hashPassphrase(parsePassphrase(own)!, nonce)
    await exchange.store.links.put({ ...link, passphraseHash }, 'us-east-1')
    const get = (passphrase?: string, key?: string) =>
      exchange.exchange(nonce, {
        body: { nonce, ...(passphrase !== undefined && { passphrase }) },
        ...(key && { headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key } }),
      })
    return { ...exchange, get, stored: () => exchange.store.links.find(link.id, 'us-east-1') }
  }

  test('says how many tries are left, and works once with the right one', async () => {
    const { get, stored, lines } = await made()
    const wrong = await get('another one')
    expect(wrong).toMatchObject({ status: 403, body: { reason: 'wrong-passphrase', triesLeft: 2 } })
    expect(await get('correct horse')).toMatchObject({ status: 200, body: { url: expect.stringContaining('X-Amz-') } })
    expect(await stored()).toMatchObject({ state: 'used', tries: 2 })
    expect((await get(own)).body.reason).toBe('spent')
    expect(JSON.stringify(lines)).not.toMatch(/horse|another/i)
  })

  test('the last wrong one locks it', async () => {
    const { get } = await made({ tries: 2 })
    expect((await get('another one')).body.reason).toBe('locked')
    expect((await get(own)).body.reason).toBe('locked')
  })

  test('with uniform refusals, a wrong one, a used and a locked link look alike', async () => {
    const uniform = { uniformRefusals: true }
    const all = await Promise.all(
      [{}, { state: 'used' }, { tries: 3 }].map(
        async fields => (await (await made(fields, uniform)).get('another one')).body,
      ),
    )
    expect(new Set(all.map(body => JSON.stringify({ ...body, requestId: '' }))).size).toBe(1)
  })

  test('a text that is no passphrase is not repeated', async () => {
    const { answer } = await made()
    const { body } = await answer(exchangeEvent('', { body: { nonce: 'x', passphrase: 7, [own]: own } }))
    expect(body.reason).toBe('invalid-fields')
    expect(JSON.stringify(body)).not.toContain(own)
  })
})
