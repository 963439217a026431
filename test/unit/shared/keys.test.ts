import { describe, expect, test } from 'vitest'
import { createKeyring, maxKeysAgeSeconds, parseKeys } from '../../../shared/secrets/keys.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { testSecret } from '../../support/keys/keys.ts'

const secret = JSON.parse(testSecret) as { signing: object; mac: { current: number; slots: Record<string, string> } }
const fail = async () => {
  throw new Error('no such Region')
}
const slotOne = JSON.stringify({ ...secret, mac: { ...secret.mac, current: 1 } })

/** The test secret the first time, and from then on one with another current key. */
function rotating(): [() => Promise<string>] {
  let loads = 0
  return [async () => ((loads += 1) === 1 ? testSecret : slotOne)]
}

describe('a keyring', () => {
  test('loads the keys once for many requests', async () => {
    let loads = 0
    const keyring = createKeyring([async () => ((loads += 1), testSecret)], manualClock())
    const all = await Promise.all(Array.from({ length: 10 }, () => keyring.current()))
    expect(new Set(all).size).toBe(1)
    expect(loads).toBe(1)
  })

  test('uses the next source if one fails', async () => {
    const keyring = createKeyring([fail, async () => testSecret], manualClock())
    expect((await keyring.current()).signing.keyPairId).toBe('KTESTVECTOR0001')
  })

  test('rejects while it has never had keys, and tries again with each request', async () => {
    let broken = true
    const keyring = createKeyring([async () => (broken ? fail() : testSecret)], manualClock())
    await expect(keyring.current()).rejects.toThrow('none of 1 sources')
    broken = false
    await expect(keyring.current()).resolves.toBeDefined()
  })

  test('refreshes in the background, and keeps the old keys while refreshes fail', async () => {
    const clock = manualClock()
    const texts = [async () => testSecret, fail, async () => slotOne]
    let loads = 0
    const keyring = createKeyring([() => texts[loads++]!()], clock)
    const currentSlot = async () => (await keyring.current()).mac.current
    expect(await currentSlot()).toBe(2)
    clock.advance(5 * 60_000)
    expect(await currentSlot()).toBe(2)
    expect(loads).toBe(2)
    await new Promise(resolve => setImmediate(resolve))
    expect(await currentSlot()).toBe(2)
    clock.advance(5 * 60_000)
    await currentSlot()
    await new Promise(resolve => setImmediate(resolve))
    expect(await currentSlot()).toBe(1)
    expect(loads).toBe(3)
  })

  test('that has slept for ten minutes waits for fresh keys: the old ones may have been retired meanwhile', async () => {
    const clock = manualClock()
    const keyring = createKeyring(rotating(), clock)
    expect((await keyring.current()).mac.current).toBe(2)
    clock.advance(10 * 60_000 - 1)
    expect((await keyring.current()).mac.current).toBe(2)
    const slept = createKeyring(rotating(), clock)
    await slept.current()
    clock.advance(10 * 60_000)
    expect((await slept.current()).mac.current).toBe(1)
    expect((await slept.current()).mac.current).toBe(1)
  })

  test('that can not refresh old keys keeps them, and tries again five minutes later', async () => {
    const clock = manualClock()
    let loads = 0
    const keyring = createKeyring([async () => ((loads += 1) === 1 ? testSecret : fail())], clock)
    await keyring.current()
    clock.advance(3_600_000)
    expect((await keyring.current()).mac.current).toBe(2)
    clock.advance(5 * 60_000 - 1)
    expect((await keyring.current()).mac.current).toBe(2)
    expect(loads).toBe(2)
    clock.advance(1)
    expect((await keyring.current()).mac.current).toBe(2)
    expect(loads).toBe(3)
  })

  test('does not use keys that are a day old: a rotation relies on it', async () => {
    const clock = manualClock()
    const texts = [async () => testSecret]
    const keyring = createKeyring([() => (texts.shift() ?? fail)()], clock)
    await keyring.current()
    clock.advance(maxKeysAgeSeconds * 1000 - 1)
    expect((await keyring.current()).mac.current).toBe(2)
    clock.advance(1)
    await expect(keyring.current()).rejects.toThrow('none of 1 sources')
    // Although the last attempt was just now, it tries again with each request, as if it had never had keys.
    texts.push(async () => slotOne)
    expect((await keyring.current()).mac.current).toBe(1)
    clock.advance(60_000)
    expect((await keyring.current()).mac.current).toBe(1)
  })

  test.each([
    ['returns old keys', async (then: PromiseWithResolvers<string>) => then.resolve(testSecret)],
    ['fails', async (then: PromiseWithResolvers<string>) => then.reject(new Error('socket hang up'))],
  ])('loads again if a load that was frozen with the process %s', async (_, end) => {
    const clock = manualClock()
    const frozen = Promise.withResolvers<string>()
    const texts = [Promise.resolve(testSecret), frozen.promise, Promise.resolve(slotOne)]
    const keyring = createKeyring([() => texts.shift()!], clock)
    await keyring.current()
    clock.advance(6 * 60_000)
    await keyring.current()
    clock.advance(2 * maxKeysAgeSeconds * 1000)
    const woken = keyring.current()
    await end(frozen)
    expect((await woken).mac.current).toBe(1)
  })

  test.each([
    ['fails', async () => fail()],
    ['returns keys', async () => testSecret],
    ['never ends', async () => new Promise<never>(() => undefined)],
  ] as const)(
    'that was frozen in its first load loads again for the next request, if that load %s',
    async (_, thaw) => {
      const clock = manualClock()
      const frozen = Promise.withResolvers<string>()
      const sources = [async () => frozen.promise, async () => slotOne]
      const keyring = createKeyring([async () => sources.shift()!()], clock)
      keyring.current().catch(() => undefined)
      clock.advance(4000)
      const request = keyring.current()
      thaw().then(frozen.resolve, frozen.reject)
      expect((await request).mac.current).toBe(1)
      await new Promise(resolve => setImmediate(resolve))
      expect((await keyring.current()).mac.current).toBe(1)
    },
  )

  test('is as old as its last successful load, not as its last attempt', async () => {
    const clock = manualClock()
    const texts = [async () => testSecret, fail, async () => slotOne]
    const keyring = createKeyring([() => texts.shift()!()], clock)
    await keyring.current()
    clock.advance(9 * 60_000)
    expect((await keyring.current()).mac.current).toBe(2)
    await new Promise(resolve => setImmediate(resolve))
    clock.advance(5 * 60_000)
    expect((await keyring.current()).mac.current).toBe(1)
  })

  test('runs one load at a time: all wait for its result, and no older one can follow', async () => {
    const clock = manualClock()
    const slow = Promise.withResolvers<string>()
    const texts = [Promise.resolve(testSecret), slow.promise]
    let loads = 0
    const keyring = createKeyring([() => texts[(loads += 1) - 1]!], clock)
    await keyring.current()
    clock.advance(10 * 60_000 - 1)
    expect((await keyring.current()).mac.current).toBe(2)
    clock.advance(3999)
    const waiting = [keyring.current(), keyring.current()]
    slow.resolve(slotOne)
    expect((await Promise.all(waiting)).map(keys => keys.mac.current)).toEqual([1, 1])
    expect(loads).toBe(2)
  })
})

test('a secret may have other fields beside the keys, such as the former key that earlier versions kept', () => {
  const withoutReceipt = { keyPairId: 'K0', privateKey: 'not even PEM', until: 1_795_521_600 }
  const mac = { ...secret.mac, changedAt: 2 }
  const noted = { signing: { ...secret.signing, since: 1 }, mac, withoutReceipt, version: 3 }
  const keys = parseKeys(JSON.stringify(noted))
  expect(keys.signing.keyPairId).toBe('KTESTVECTOR0001')
  expect(Object.keys(keys)).toEqual(['signing', 'mac'])
})

describe('an invalid secret is refused with the field, but without its content', () => {
  const marker = 'VERYSECRET'
  const key = secret.mac.slots['1']
  const withMac = (mac: object) => JSON.stringify({ ...secret, mac })
  const withSigning = (signing: object) => JSON.stringify({ ...secret, signing: { ...secret.signing, ...signing } })

  test.each([
    ['not JSON', marker, 'secret: not JSON'],
    ['no signing key', JSON.stringify({ mac: secret.mac, other: marker }), 'secret: lacks signing or mac'],
    ['not PEM', withSigning({ privateKey: marker }), 'signing.privateKey: not a private key in PEM'],
    [
      'a key id with an ampersand',
      withSigning({ keyPairId: `${marker}&` }),
      'signing.keyPairId: not a CloudFront public key id',
    ],
    [
      'a signing key in KMS',
      withSigning({ privateKey: undefined, kmsKeyId: marker, kmsAlgorithm: 'ECDSA_SHA_256' }),
      'signing: got a key in KMS, allowed: a private key in the secret',
    ],
    ['a private key beside one in KMS', withSigning({ kmsKeyId: marker }), 'signing: got a key in KMS'],
    ['a MAC key too short', withMac({ current: 1, slots: { 1: marker } }), 'mac.slots: got 7 bytes, allowed: 32'],
    [
      'three slots',
      withMac({ current: 1, slots: { 1: key, 2: key, 3: key } }),
      'mac.slots: got 3, allowed: one or two',
    ],
    ['a slot of 16', withMac({ current: 16, slots: { 16: key } }), 'mac.slots: a slot is 0 to 15'],
    ['a current slot without key', withMac({ current: 3, slots: { 1: key } }), 'mac.current: got a slot without a key'],
  ])('%s', (_, text, message) => {
    const error = catching(() => parseKeys(text))
    expect(error.message).toContain(message)
    expect(`${error.stack}${String(error.cause)}`).not.toContain(marker)
  })
})

function catching(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
