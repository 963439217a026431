import { describe, expect, test } from 'vitest'
import type { ReceiptDraft } from '../../../shared/link.ts'
import { parseIpv4, parseNetwork } from '../../../shared/network.ts'
import { consume, type ConsumeOptions } from '../../../shared/redemption/consume.ts'
import type { ConsumeAttemptResult, LinkTable, Redemption } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/clock.ts'
import { makeDraft, makeLink, noon, secondsFromNoon } from '../../support/links.ts'

const { link } = makeLink()
const redemption: Redemption = {
  id: link.id,
  homeRegion: 'us-east-1',
  bound: false,
  viewer: parseIpv4('203.0.113.7')!,
}
const taken: ConsumeAttemptResult = { kind: 'consumed', link }
const gone: ConsumeAttemptResult = { kind: 'condition-failed', found: undefined }
const ambiguous: ConsumeAttemptResult = { kind: 'unknown-effect' }
const noEffect: ConsumeAttemptResult = { kind: 'no-effect' }
const barred: ConsumeAttemptResult = { kind: 'not-retryable', cause: new Error('access denied') }
const deadline = (noon + 3700) as EpochMs

const errand: ConsumeOptions = { regions: ['us-east-1'], deadline }

/** What is asked by whom, where it is not the plain viewer in front of one Region. */
interface Asking {
  readonly msPerCall?: number
  readonly regions?: readonly Region[]
  readonly receipt?: ReceiptDraft
}

/** Plays the answers of a store one after the other, the last for ever; notes what was asked, and where. */
function script(
  takes: readonly ConsumeAttemptResult[],
  holds: readonly (boolean | Error)[] = [],
  { msPerCall = 10, regions = errand.regions, receipt }: Asking = {},
) {
  const clock = manualClock()
  const asked: string[] = []
  const where: Region[] = []
  const timeouts: number[] = []
  const table: Pick<LinkTable, 'tryConsume' | 'exists'> = {
    async tryConsume(_, { region, timeoutMs }) {
      asked.push('take')
      where.push(region)
      timeouts.push(timeoutMs)
      clock.advance(Math.min(msPerCall, timeoutMs))
      return takes[Math.min(asked.filter(verb => verb === 'take').length, takes.length) - 1] ?? gone
    },
    async exists(_, { region, timeoutMs }) {
      asked.push('holds')
      where.push(region)
      timeouts.push(timeoutMs)
      clock.advance(Math.min(msPerCall, timeoutMs))
      const answer = holds[asked.filter(verb => verb === 'holds').length - 1] ?? false
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const asking = { ...redemption, ...(receipt && { receipt }) }
  const run = () => consume(asking, { table, clock }, { regions, deadline })
  return { clock, asked, where, timeouts, run }
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

  test('running out of time leaves the outcome unknown', async () => {
    expect(await script([ambiguous, noEffect], [true]).run()).toEqual(unknown)
  })
})

describe('with a receipt, after a lost answer', () => {
  const receipt = makeDraft()

  test('the same redemption is asked for again without a read: if it was ours, the table knows', async () => {
    const { run, asked } = script([ambiguous, ambiguous, taken], [], { receipt })
    expect(await run()).toEqual(taken)
    expect(asked).toEqual(['take', 'take', 'take'])
  })

  test('a failed condition is the truth: the link is not ours', async () => {
    expect(await script([ambiguous, gone], [], { receipt }).run()).toEqual({ kind: 'refused', reason: 'spent' })
    const used: ConsumeAttemptResult = { kind: 'condition-failed', found: makeLink({ state: 'used' }).link }
    expect(await script([ambiguous, used], [], { receipt }).run()).toEqual({ kind: 'refused', reason: 'spent' })
  })

  test('running out of time leaves the outcome unknown', async () => {
    expect(await script([ambiguous, noEffect], [], { receipt }).run()).toEqual(unknown)
    expect(await script([ambiguous], [], { receipt, msPerCall: 60_000 }).run()).toEqual(unknown)
  })
})

describe('with several Regions', () => {
  const regions = ['eu-west-1', 'us-east-1', 'ap-northeast-1'] as const

  test.each<[string, ConsumeAttemptResult]>([
    ['had no effect', noEffect],
    ['is barred', barred],
  ])('a try that %s is made in the next', async (_, first) => {
    const { run, where } = script([first, taken], [], { regions })
    expect(await run()).toEqual(taken)
    expect(where).toEqual(['eu-west-1', 'us-east-1'])
  })

  test('a lost answer is looked into in the next, and the link taken there', async () => {
    const { run, asked, where } = script([ambiguous, taken], [true], { regions })
    expect(await run()).toEqual(taken)
    expect(asked).toEqual(['take', 'holds', 'take'])
    expect(where).toEqual(['eu-west-1', 'us-east-1', 'us-east-1'])
  })

  test('a lost answer with a receipt is asked for again in the next', async () => {
    const { run, where } = script([ambiguous, taken], [], { regions, receipt: makeDraft() })
    expect(await run()).toEqual(taken)
    expect(where).toEqual(['eu-west-1', 'us-east-1'])
  })

  test('each is asked in turn, and the first again after the last', async () => {
    const { run, where } = script([noEffect, noEffect, noEffect, noEffect, taken], [], { regions })
    expect(await run()).toEqual(taken)
    expect(where).toEqual([...regions, 'eu-west-1', 'us-east-1'])
  })

  test('one that bars us is not asked again', async () => {
    const { run, where } = script([noEffect, barred, noEffect, noEffect, noEffect, taken], [], { regions })
    expect(await run()).toEqual(taken)
    expect(where[1]).toBe('us-east-1')
    expect(where.filter(region => region === 'us-east-1')).toHaveLength(1)
  })

  test('that all bar us it is a fault, with its cause, and each was asked once', async () => {
    const { run, where } = script([barred], [], { regions })
    await expect(run()).rejects.toMatchObject({ cause: { message: 'access denied' } })
    expect(where.toSorted()).toEqual([...regions].toSorted())
  })

  test.each([
    ['', {}],
    [', with a receipt', { receipt: makeDraft() }],
  ])('that all bar us after a lost answer leaves the outcome unknown%s', async (_, more) => {
    const { run } = script([ambiguous, barred], [true], { regions, ...more })
    expect(await run()).toEqual(unknown)
  })
})

test('the only Region barring us is a fault at once, and an unknown outcome after a lost answer', async () => {
  const { run, asked } = script([barred])
  await expect(run()).rejects.toThrow('the table of links refuses us')
  expect(asked).toEqual(['take'])
  expect(await script([ambiguous, barred], [true]).run()).toEqual(unknown)
})

describe('time', () => {
  test.each([
    ['black holes', [ambiguous], 60_000],
    ['throttles', [noEffect], 60_000],
    ['throttles that are quick', [noEffect], 1],
  ])('is not overrun in front of nothing but %s', async (_, takes, msPerCall) => {
    const holds = Array.from({ length: 99 }, () => true)
    const { run, clock, timeouts } = script(takes, holds, { msPerCall })
    await run()
    expect(clock.now()).toBeLessThanOrEqual(deadline)
    expect(clock.now()).toBeGreaterThan(deadline - 300)
    expect(Math.max(...timeouts)).toBe(1500)
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(100)
  })

  test('is left between tries, more each time, and never more than 200 ms', async () => {
    const { run, clock, asked } = script([noEffect, noEffect, noEffect, noEffect, noEffect, taken], [], {
      msPerCall: 0,
    })
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
    const { clock, asked, run } = script([ambiguous, taken], [true], { msPerCall: 50 })
    clock.advance(3600)
    expect(await run()).toEqual(unknown)
    expect(asked).toEqual(['take'])
  })
})

describe('the clause that did not hold is named', () => {
  const found = (fields: Parameters<typeof makeLink>[0]) =>
    ({ kind: 'condition-failed', found: makeLink(fields).link }) as const
  const [around, elsewhere] = [parseNetwork('203.0.113.0/24')!, parseNetwork('198.51.100.0/24')!]

  test.each<[string, ConsumeAttemptResult, Partial<Redemption>]>([
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
    ['revoked', found({ state: 'revoked' }), {}],
    ['spent', found({ state: 'used' }), {}],
    ['spent', found({ state: 'live' }), {}],
    ['expired', found({ state: 'revoked', expiresAt: secondsFromNoon(0) }), {}],
    ['spent', found({ state: 'used', notBefore: secondsFromNoon(1), network: elsewhere }), { bound: true }],
    ['revoked', found({ state: 'revoked', notBefore: secondsFromNoon(1) }), {}],
  ])('%s', async (reason, answer, more) => {
    const { clock } = script([])
    const table: Pick<LinkTable, 'tryConsume' | 'exists'> = {
      tryConsume: async () => answer,
      exists: async () => false,
    }
    expect(await consume({ ...redemption, ...more }, { table, clock }, errand)).toEqual({ kind: 'refused', reason })
  })
})
