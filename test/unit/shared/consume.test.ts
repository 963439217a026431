import { describe, expect, test } from 'vitest'
import { bindsWithoutClient, type ReceiptDraft } from '../../../shared/link.ts'
import { parseAddress } from '../../../shared/address.ts'
import { parseNetwork } from '../../../shared/network.ts'
import { consume, type ConsumeOptions } from '../../../shared/redemption/consume.ts'
import type { ConsumeAttemptResult, LinkTable, Redemption } from '../../../shared/redemption/link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeDraft, makeLink, noon, secondsFromNoon } from '../../support/table/links.ts'

const { link } = makeLink()
const redemption: Redemption = {
  id: link.id,
  homeRegion: 'us-east-1',
  bound: false,
  viewer: parseAddress('203.0.113.7')!,
  binds: bindsWithoutClient,
}
const consumed: ConsumeAttemptResult = { kind: 'consumed', link }
const gone: ConsumeAttemptResult = { kind: 'condition-failed', found: undefined }
const unknownEffect: ConsumeAttemptResult = { kind: 'unknown-effect' }
const noEffect: ConsumeAttemptResult = { kind: 'no-effect' }
const overloaded: ConsumeAttemptResult = { kind: 'overloaded' }
const notRetryable: ConsumeAttemptResult = { kind: 'not-retryable', cause: new Error('access denied') }
const deadline = (noon + 3700) as EpochMs

const options: ConsumeOptions = { regions: ['us-east-1'], deadline }

/** What differs from a redemption without a receipt in one Region. */
interface ScriptOptions {
  readonly msPerCall?: number
  readonly regions?: readonly Region[]
  readonly receipt?: ReceiptDraft
}

/** A store that returns these results one after the other, the last for ever. Records the calls and their Regions. */
function script(
  attemptResults: readonly ConsumeAttemptResult[],
  existsResults: readonly (boolean | Error)[] = [],
  { msPerCall = 10, regions = options.regions, receipt }: ScriptOptions = {},
) {
  const clock = manualClock()
  const calls: string[] = []
  const calledRegions: Region[] = []
  const timeouts: number[] = []
  const table: Pick<LinkTable, 'tryConsume' | 'exists'> = {
    async tryConsume(_, { region, timeoutMs }) {
      calls.push('tryConsume')
      calledRegions.push(region)
      timeouts.push(timeoutMs)
      clock.advance(Math.min(msPerCall, timeoutMs))
      return (
        attemptResults[Math.min(calls.filter(verb => verb === 'tryConsume').length, attemptResults.length) - 1] ?? gone
      )
    },
    async exists(_, { region, timeoutMs }) {
      calls.push('exists')
      calledRegions.push(region)
      timeouts.push(timeoutMs)
      clock.advance(Math.min(msPerCall, timeoutMs))
      const result = existsResults[calls.filter(verb => verb === 'exists').length - 1] ?? false
      if (result instanceof Error) throw result
      return result
    },
  }
  const withReceipt = { ...redemption, ...(receipt && { receipt }) }
  const run = () => consume(withReceipt, { table, clock }, { regions, deadline })
  return { clock, calls, calledRegions, timeouts, run }
}

const unknown = { kind: 'refused', reason: 'outcome-unknown' }

describe('consuming a link', () => {
  test('refuses as unavailable if there are only such errors until the deadline', async () => {
    const { run, clock } = script([noEffect])
    expect(await run()).toEqual({ kind: 'refused', reason: 'unavailable' })
    expect(clock.now()).toBeLessThanOrEqual(deadline)
  })
})

describe('after a lost response', () => {
  test('a link that is gone has an unknown outcome: no second attempt, no claim that another client used it', async () => {
    const { run, calls } = script([unknownEffect, consumed], [false])
    expect(await run()).toEqual(unknown)
    expect(calls).toEqual(['tryConsume', 'exists'])
  })

  test('a read that fails leaves the outcome unknown', async () => {
    expect(await script([unknownEffect, consumed], [new Error('reset')]).run()).toEqual(unknown)
  })

  test('a failed condition leaves the outcome unknown: the lost write may have arrived late', async () => {
    expect(await script([unknownEffect, gone], [true]).run()).toEqual(unknown)
    expect(await script([unknownEffect, noEffect, gone], [true]).run()).toEqual(unknown)
  })

  test('running out of time leaves the outcome unknown', async () => {
    expect(await script([unknownEffect, noEffect], [true]).run()).toEqual(unknown)
  })
})

describe('with a receipt, after a lost response', () => {
  const receipt = makeDraft()

  test('the same redemption is attempted again without a read: if the write succeeded, the table knows', async () => {
    const { run, calls } = script([unknownEffect, unknownEffect, consumed], [], { receipt })
    expect(await run()).toEqual(consumed)
    expect(calls).toEqual(['tryConsume', 'tryConsume', 'tryConsume'])
  })

  test('a failed condition is certain: another client has the link', async () => {
    expect(await script([unknownEffect, gone], [], { receipt }).run()).toEqual({ kind: 'refused', reason: 'spent' })
    const used: ConsumeAttemptResult = { kind: 'condition-failed', found: makeLink({ state: 'used' }).link }
    expect(await script([unknownEffect, used], [], { receipt }).run()).toEqual({ kind: 'refused', reason: 'spent' })
  })

  test('running out of time leaves the outcome unknown', async () => {
    expect(await script([unknownEffect, noEffect], [], { receipt }).run()).toEqual(unknown)
    expect(await script([unknownEffect], [], { receipt, msPerCall: 60_000 }).run()).toEqual(unknown)
  })
})

describe('with several Regions', () => {
  const regions = ['eu-west-1', 'us-east-1', 'ap-northeast-1'] as const

  test.each<[string, ConsumeAttemptResult]>([
    ['had no effect', noEffect],
    ['is not retryable', notRetryable],
  ])('an attempt that %s is repeated in the next', async (_, first) => {
    const { run, calledRegions } = script([first, consumed], [], { regions })
    expect(await run()).toEqual(consumed)
    expect(calledRegions).toEqual(['eu-west-1', 'us-east-1'])
  })

  test('after a lost response, the next is read, and the link consumed there', async () => {
    const { run, calls, calledRegions } = script([unknownEffect, consumed], [true], { regions })
    expect(await run()).toEqual(consumed)
    expect(calls).toEqual(['tryConsume', 'exists', 'tryConsume'])
    expect(calledRegions).toEqual(['eu-west-1', 'us-east-1', 'us-east-1'])
  })

  test('each is called in turn, and the first again after the last', async () => {
    const { run, calledRegions } = script([noEffect, noEffect, noEffect, noEffect, consumed], [], { regions })
    expect(await run()).toEqual(consumed)
    expect(calledRegions).toEqual([...regions, 'eu-west-1', 'us-east-1'])
  })

  test('one that refuses our requests is not called again', async () => {
    const { run, calledRegions } = script([noEffect, notRetryable, noEffect, noEffect, noEffect, consumed], [], {
      regions,
    })
    expect(await run()).toEqual(consumed)
    expect(calledRegions[1]).toBe('us-east-1')
    expect(calledRegions.filter(region => region === 'us-east-1')).toHaveLength(1)
  })

  test('that all refuse our requests, it is an error with its cause, and each was called once', async () => {
    const { run, calledRegions } = script([notRetryable], [], { regions })
    await expect(run()).rejects.toMatchObject({ cause: { message: 'access denied' } })
    expect(calledRegions.toSorted()).toEqual([...regions].toSorted())
  })

  test.each([
    ['', {}],
    [', with a receipt', { receipt: makeDraft() }],
  ])('that all refuse our requests after a lost response, the outcome is unknown%s', async (_, more) => {
    const { run } = script([unknownEffect, notRetryable], [true], { regions, ...more })
    expect(await run()).toEqual(unknown)
  })
})

describe('an overloaded store', () => {
  test('gets no retry: the link is refused as unavailable at once', async () => {
    const { run, calls, clock } = script([overloaded, consumed])
    expect(await run()).toEqual({ kind: 'refused', reason: 'unavailable' })
    expect(calls).toEqual(['tryConsume'])
    expect(clock.now() - noon).toBe(10)
  })

  test('leaves the outcome of an earlier lost response unknown', async () => {
    expect(await script([unknownEffect, overloaded, consumed], [true]).run()).toEqual(unknown)
    expect(await script([unknownEffect, overloaded], [], { receipt: makeDraft() }).run()).toEqual(unknown)
  })
})

describe('time', () => {
  test.each([
    ['loses responses', [unknownEffect], 60_000],
    ['throttles', [noEffect], 60_000],
    ['throttles quickly', [noEffect], 1],
  ])('never exceeds the deadline if a store only %s', async (_, attemptResults, msPerCall) => {
    const existsResults = Array.from({ length: 99 }, () => true)
    const { run, clock, calls, timeouts } = script(attemptResults, existsResults, { msPerCall })
    await run()
    expect(clock.now()).toBeLessThanOrEqual(deadline)
    expect(clock.now()).toBeGreaterThan(deadline - 500)
    expect(Math.max(...timeouts)).toBe(1500)
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(100)
    const writes = timeouts.filter((_, call) => calls[call] === 'tryConsume')
    expect(Math.min(...writes)).toBeGreaterThanOrEqual(500)
  })

  test('passes between attempts, more each time, and never more than 200 ms', async () => {
    const { run, clock, calls } = script([noEffect, noEffect, noEffect, noEffect, noEffect, consumed], [], {
      msPerCall: 0,
    })
    await run()
    expect(clock.now() - noon).toBe(25 + 50 + 100 + 200 + 200)
    expect(calls).toHaveLength(6)
  })

  test('that is too short for a response from far away is not used for a write', async () => {
    const { clock, calls, run } = script([consumed])
    clock.advance(3201)
    expect(await run()).toEqual({ kind: 'refused', reason: 'unavailable' })
    expect(calls).toEqual([])
    const inTime = script([consumed])
    inTime.clock.advance(3200)
    expect(await inTime.run()).toEqual(consumed)
  })

  test('that is too short for the read leaves the outcome unknown', async () => {
    const { clock, calls, run } = script([unknownEffect, consumed], [true], { msPerCall: 401 })
    clock.advance(3200)
    expect(await run()).toEqual(unknown)
    expect(calls).toEqual(['tryConsume'])
  })
})

describe('the reason is the clause that failed', () => {
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
    ['spent', found({ homeRegion: 'eu-west-1', notBefore: secondsFromNoon(1) }), {}],
    ['revoked', found({ state: 'revoked' }), {}],
    ['replaced', found({ state: 'revoked', replacedBy: makeLink().link.id }), {}],
    ['spent', found({ state: 'used' }), {}],
    ['spent', found({ state: 'live' }), {}],
    ['expired', found({ state: 'revoked', expiresAt: secondsFromNoon(0) }), {}],
    ['spent', found({ state: 'used', notBefore: secondsFromNoon(1), network: elsewhere }), { bound: true }],
    ['revoked', found({ state: 'revoked', notBefore: secondsFromNoon(1) }), {}],
  ])('%s', async (reason, result, more) => {
    const { clock } = script([])
    const table: Pick<LinkTable, 'tryConsume' | 'exists'> = {
      tryConsume: async () => result,
      exists: async () => false,
    }
    const notBefore = reason === 'not-yet-valid' ? secondsFromNoon(1) : undefined
    expect(await consume({ ...redemption, ...more }, { table, clock }, options)).toEqual({
      kind: 'refused',
      reason,
      notBefore,
    })
  })
})
