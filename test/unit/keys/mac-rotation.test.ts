import { describe, expect, test } from 'vitest'
import { firstMac, isCompatible, nextMac } from '../../../jobs/keys/mac-rotation.ts'
import { maxCapabilitySeconds } from '../../../shared/limits.ts'
import { forgottenSeconds } from '../../../shared/secrets/keys.ts'
import type { StoredMacKeys } from '../../../jobs/keys/secret-value.ts'
import type { EpochSeconds } from '../../../shared/time.ts'

const maxLinkSeconds = 7 * 24 * 3600
const since = 1_795_521_600 as EpochSeconds
const after = (seconds: number) => ({ now: (since + seconds) as EpochSeconds, since, maxLinkSeconds })
const one: StoredMacKeys = { current: 14, slots: { 14: 'a' } }
const waiting: StoredMacKeys = { current: 14, slots: { 14: 'a', 15: 'b' } }
const newer: StoredMacKeys = { current: 15, slots: { 14: 'a', 15: 'b' } }

describe('the MAC keys after one more rotation', () => {
  test('of one slot are two; no nonce is made with the new one yet, and there is no wait', () => {
    const timing = { now: since, since: undefined, maxLinkSeconds }
    expect(nextMac(one, timing, () => 'b')).toEqual(waiting)
  })

  test.each([
    {
      step: 'the newer becomes current once every keyring accepts it',
      mac: waiting,
      seconds: forgottenSeconds,
      expected: newer,
    },
    {
      step: 'the older is replaced once its last link has expired, and the upload that this began',
      mac: newer,
      seconds: forgottenSeconds + maxLinkSeconds + maxCapabilitySeconds,
      expected: { current: 15, slots: { 15: 'b', 0: 'c' } },
    },
  ])('of two slots: $step, and not a second sooner', ({ mac, seconds, expected }) => {
    expect(nextMac(mac, after(seconds), () => 'c')).toEqual(expected)
    expect(nextMac(mac, after(seconds - 1), () => 'c')).toEqual({ ...mac, since })
    // Never while it isn't known since when they are in force.
    expect(nextMac(mac, { ...after(1e9), since: undefined }, () => 'c')).toEqual(mac)
  })

  test('use all 16 slots in turn, never more than two at a time, and each is accepted before and after it is current', () => {
    let mac = firstMac('k0')
    const currents = new Set<number>()
    for (let turn = 1; turn <= 64; turn += 1) {
      const next = nextMac(mac, after(forgottenSeconds + maxLinkSeconds + maxCapabilitySeconds), () => `k${turn}`)
      expect(Object.keys(next.slots).length).toBeLessThanOrEqual(2)
      expect(isCompatible(next, mac)).toBe(true)
      mac = next
      currents.add(mac.current)
    }
    expect(currents.size).toBe(16)
  })
})

describe('MAC keys may replace others', () => {
  test('if each accepts nonces of the other', () => {
    expect(isCompatible(waiting, one)).toBe(true)
    expect(isCompatible(newer, waiting)).toBe(true)
    expect(isCompatible(newer, newer)).toBe(true)
  })

  test.each([
    ['their current key is new', { current: 15, slots: { 14: 'a', 15: 'b' } }, one],
    ['they don’t accept nonces of the others', { current: 15, slots: { 15: 'b' } }, waiting],
    ['a slot has another key', { current: 14, slots: { 14: 'x', 15: 'b' } }, one],
    ['a restore came between', waiting, { current: 0, slots: { 0: 'n' } }],
  ])('but not if %s', (_, next, mac) => {
    expect(isCompatible(next, mac)).toBe(false)
  })
})
