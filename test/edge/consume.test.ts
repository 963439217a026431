import { describe, expect, test } from 'vitest'
import { consume } from '../../edge/consume.ts'
import type { LinkTable, Redemption, TakeAnswer } from '../../edge/ports.ts'
import { parseIpv4, parseNetwork } from '../../shared/network.ts'
import type { EpochMs } from '../../shared/time.ts'
import { manualClock } from '../support/clock.ts'
import { makeLink, noon, secondsFromNoon } from '../support/links.ts'

const { link } = makeLink()
const redemption: Redemption = {
  id: link.id,
  homeRegion: 'us-east-1',
  bound: false,
  viewer: parseIpv4('203.0.113.7')!,
  now: secondsFromNoon(0),
}
const taken: TakeAnswer = { kind: 'taken', link }
const gone: TakeAnswer = { kind: 'not-taken', found: undefined }
const ambiguous: TakeAnswer = { kind: 'ambiguous' }
const noEffect: TakeAnswer = { kind: 'no-effect' }
const deadline = (noon + 3700) as EpochMs

/** Plays the answers of a store one after the other, the last for ever; notes what was asked. */
function script(takes: readonly TakeAnswer[], holds: readonly (boolean | Error)[] = [], msPerCall = 10) {
  const clock = manualClock()
  const asked: string[] = []
  const timeouts: number[] = []
  const table: LinkTable = {
    async take(_, timeoutMs) {
      asked.push('take')
      timeouts.push(timeoutMs)
      clock.advance(Math.min(msPerCall, timeoutMs))
      return takes[Math.min(asked.filter(verb => verb === 'take').length, takes.length) - 1] ?? gone
    },
    async holds(_, timeoutMs) {
      asked.push('holds')
      timeouts.push(timeoutMs)
      clock.advance(Math.min(msPerCall, timeoutMs))
      const answer = holds[asked.filter(verb => verb === 'holds').length - 1] ?? false
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  return { clock, asked, timeouts, run: () => consume(redemption, { table, clock }, deadline) }
}

const unknown = { kind: 'refused', reason: 'outcome-unknown' }

describe('taking a link', () => {
  test('asks once when the store answers', async () => {
    const { run, asked } = script([taken])
    expect(await run()).toEqual(taken)
    expect(asked).toEqual(['take'])
  })

  test('tries again after an error without effect', async () => {
    const { run, asked } = script([noEffect, noEffect, taken])
    expect(await run()).toEqual(taken)
    expect(asked).toEqual(['take', 'take', 'take'])
  })

  test('says unavailable, and not used, when nothing but such errors came until the deadline', async () => {
    const { run, clock } = script([noEffect])
    expect(await run()).toEqual({ kind: 'refused', reason: 'unavailable' })
    expect(clock.now()).toBeLessThanOrEqual(deadline)
  })

  test('a failed condition without a lost answer before it is a plain refusal', async () => {
    expect(await script([noEffect, gone]).run()).toEqual({ kind: 'refused', reason: 'spent' })
  })
})

describe('after a lost answer', () => {
  test('reads once, and takes the link when it is still there', async () => {
    const { run, asked } = script([ambiguous, taken], [true])
    expect(await run()).toEqual(taken)
    expect(asked).toEqual(['take', 'holds', 'take'])
  })

  test('a link that is gone has an unknown outcome: no second try, no claim that somebody used it', async () => {
    const { run, asked } = script([ambiguous, taken], [false])
    expect(await run()).toEqual(unknown)
    expect(asked).toEqual(['take', 'holds'])
  })

  test('a read that fails leaves the outcome unknown', async () => {
    expect(await script([ambiguous, taken], [new Error('reset')]).run()).toEqual(unknown)
  })

  test('a failed condition leaves the outcome unknown: the lost try may have landed late', async () => {
    expect(await script([ambiguous, gone], [true]).run()).toEqual(unknown)
    expect(await script([ambiguous, noEffect, gone], [true]).run()).toEqual(unknown)
  })

  test('a store that then refuses us for good leaves the outcome unknown; one that does so at once is a fault', async () => {
    const clock = manualClock()
    const refusing = async () => Promise.reject(new Error('access denied'))
    let tries = 0
    const take: LinkTable['take'] = async () => ((tries += 1) === 1 ? ambiguous : refusing())
    expect(await consume(redemption, { table: { take, holds: async () => true }, clock }, deadline)).toEqual(unknown)
    const table = { take: refusing, holds: refusing }
    await expect(consume(redemption, { table, clock }, deadline)).rejects.toThrow('access denied')
  })

  test('running out of time leaves the outcome unknown', async () => {
    expect(await script([ambiguous, noEffect], [true]).run()).toEqual(unknown)
  })
})

describe('time', () => {
  test.each([
    ['black holes', [ambiguous], 60_000],
    ['throttles', [noEffect], 60_000],
    ['throttles that are quick', [noEffect], 1],
  ])('is not overrun in front of nothing but %s', async (_, takes, msPerCall) => {
    const holds = Array.from({ length: 99 }, () => true)
    const { run, clock, timeouts } = script(takes, holds, msPerCall)
    await run()
    expect(clock.now()).toBeLessThanOrEqual(deadline)
    expect(clock.now()).toBeGreaterThan(deadline - 300)
    expect(Math.max(...timeouts)).toBe(1500)
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(100)
  })

  test('is left between tries, more each time, and never more than 200 ms', async () => {
    const { run, clock, asked } = script([noEffect, noEffect, noEffect, noEffect, noEffect, taken], [], 0)
    await run()
    expect(clock.now() - noon).toBe(25 + 50 + 100 + 200 + 200)
    expect(asked).toHaveLength(6)
  })

  test('that is too short for another try is not used for one', async () => {
    const { clock, asked, run } = script([taken])
    clock.advance(3601)
    expect(await run()).toEqual({ kind: 'refused', reason: 'unavailable' })
    expect(asked).toEqual([])
  })

  test('that is too short for the read leaves the outcome unknown', async () => {
    const { clock, asked, run } = script([ambiguous, taken], [true], 50)
    clock.advance(3600)
    expect(await run()).toEqual(unknown)
    expect(asked).toEqual(['take'])
  })
})

describe('the clause that did not hold is named', () => {
  const found = (fields: Parameters<typeof makeLink>[0]) =>
    ({ kind: 'not-taken', found: makeLink(fields).link }) as const
  const [around, elsewhere] = [parseNetwork('203.0.113.0/24')!, parseNetwork('198.51.100.0/24')!]

  test.each<[string, TakeAnswer, Partial<Redemption>]>([
    ['expired', found({ expiresAt: secondsFromNoon(0) }), {}],
    ['expired', found({ expiresAt: secondsFromNoon(0), notBefore: secondsFromNoon(1) }), {}],
    ['not-yet-valid', found({ notBefore: secondsFromNoon(1) }), {}],
    ['spent', found({ notBefore: secondsFromNoon(0) }), {}],
    ['wrong-network', found({ network: elsewhere }), { bound: true }],
    ['wrong-network', found({}), { bound: true }],
    ['spent', found({ network: around }), { bound: true }],
    ['spent', found({ network: elsewhere }), { bound: false }],
    ['spent', gone, {}],
    ['spent', found({ homeRegion: 'eu-west-1', expiresAt: secondsFromNoon(0) }), {}],
  ])('%s', async (reason, answer, more) => {
    const { clock } = script([])
    const table: LinkTable = { take: async () => answer, holds: async () => false }
    expect(await consume({ ...redemption, ...more }, { table, clock }, deadline)).toEqual({ kind: 'refused', reason })
  })
})
