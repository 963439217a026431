import { describe, expect, test } from 'vitest'
import { createKeyring, parseKeys } from '../../shared/keys.ts'
import { manualClock } from '../support/clock.ts'
import { testSecret } from '../support/keys.ts'

const secret = JSON.parse(testSecret) as { signing: object; mac: { current: number; slots: Record<string, string> } }
const fail = async () => {
  throw new Error('no such Region')
}

describe('a keyring', () => {
  test('asks once for the keys of many requests', async () => {
    let loads = 0
    const keyring = createKeyring([async () => ((loads += 1), testSecret)], manualClock())
    const all = await Promise.all(Array.from({ length: 10 }, () => keyring.current()))
    expect(new Set(all).size).toBe(1)
    expect(loads).toBe(1)
  })

  test('takes the next source when one fails', async () => {
    const keyring = createKeyring([fail, async () => testSecret], manualClock())
    expect((await keyring.current()).signing.keyPairId).toBe('KTESTVECTOR0001')
  })

  test('rejects while there never were keys, and tries again with each request', async () => {
    let broken = true
    const keyring = createKeyring([async () => (broken ? fail() : testSecret)], manualClock())
    await expect(keyring.current()).rejects.toThrow('none of 1 sources')
    broken = false
    await expect(keyring.current()).resolves.toBeDefined()
  })

  test('refreshes in the background, and keeps the old keys while that fails', async () => {
    const clock = manualClock()
    const texts = [
      async () => testSecret,
      fail,
      async () => JSON.stringify({ ...secret, mac: { ...secret.mac, current: 1 } }),
    ]
    let loads = 0
    const keyring = createKeyring([() => texts[loads++]!()], clock)
    const currentSlot = async () => (await keyring.current()).mac.current
    expect(await currentSlot()).toBe(2)
    clock.advance(5 * 60_000)
    expect([await currentSlot(), loads]).toEqual([2, 2])
    await new Promise(resolve => setImmediate(resolve))
    expect(await currentSlot()).toBe(2)
    clock.advance(5 * 60_000)
    await currentSlot()
    await new Promise(resolve => setImmediate(resolve))
    expect([await currentSlot(), loads]).toEqual([1, 3])
  })
})

describe('a secret in another form is refused without a word of it', () => {
  const marker = 'VERYSECRET'
  test.each([
    ['no JSON', marker],
    ['no PEM', JSON.stringify({ ...secret, signing: { keyPairId: 'K1', privateKey: marker } })],
    ['a key too short', JSON.stringify({ ...secret, mac: { current: 1, slots: { 1: marker } } })],
    [
      'three slots',
      JSON.stringify({
        ...secret,
        mac: { current: 1, slots: { 1: secret.mac.slots[1], 2: secret.mac.slots[1], 3: secret.mac.slots[1] } },
      }),
    ],
    ['a slot of 16', JSON.stringify({ ...secret, mac: { current: 16, slots: { 16: secret.mac.slots[1] } } })],
    ['a current slot without key', JSON.stringify({ ...secret, mac: { current: 3, slots: secret.mac.slots } })],
    ['a key id with a quote', JSON.stringify({ ...secret, signing: { ...secret.signing, keyPairId: `${marker}&` } })],
  ])('%s', (_, text) => {
    expect(() => parseKeys(text)).toThrow()
    try {
      parseKeys(text)
    } catch (error) {
      expect(`${String(error)}${String((error as Error).cause)}`).not.toContain(marker)
    }
  })
})
