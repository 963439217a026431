import { describe, expect, test } from 'vitest'
import type { ReceiptDraft } from '../../../shared/link.ts'
import { minWriteMs } from '../../../shared/redemption/deadlines.ts'
import type {
  ConsumeAttemptResult,
  FailedAttempt,
  Redemption,
  ReserveAttemptResult,
} from '../../../shared/redemption/link-table.ts'
import { consumeWithPassphrase, type TryPorts, minTryMs } from '../../../shared/redemption/reserve-try.ts'
import type { Region } from '../../../shared/regions.ts'
import { plusMs } from '../../../shared/time.ts'
import { manualClock } from '../../support/machine/clock.ts'
import { makeDraft, makeLink, noon, redemptionOf, secondsFromNoon } from '../../support/table/links.ts'

const withPassphrase = { passphraseHash: 'right', tries: 2, maxTries: 5 }
const { link } = makeLink(withPassphrase)
const reserved: ReserveAttemptResult = { kind: 'reserved', link }
const consumed: ConsumeAttemptResult = { kind: 'consumed', link }
const wrong = found(withPassphrase)
const deadline = plusMs(noon, 3700)

function found(fields: Parameters<typeof makeLink>[0]): FailedAttempt {
  return { kind: 'condition-failed', found: makeLink(fields).link }
}

/** A store whose reservations and redemptions end with these results, the last of each for ever. */
interface Script {
  readonly reserves?: readonly ReserveAttemptResult[]
  readonly consumes?: readonly ConsumeAttemptResult[]
  readonly exists?: boolean
  readonly regions?: readonly Region[]
  readonly receipt?: ReceiptDraft
  readonly msPerCall?: number
}

/** Makes one try; returns its result, the calls in order, and what they were asked. */
async function tryOnce(script: Script) {
  const { reserves = [reserved], consumes = [consumed], exists = false, regions = ['us-east-1'], receipt } = script
  const clock = manualClock()
  const calls: string[] = []
  const asked: Redemption[] = []
  const next = <T>(results: readonly T[], call: string, region: Region): T => {
    calls.push(regions.length > 1 ? `${call} ${region}` : call)
    clock.advance(script.msPerCall ?? 10)
    const count = calls.filter(each => each.startsWith(call)).length
    return results[Math.min(count, results.length) - 1] as T
  }
  const table: TryPorts['table'] = {
    tryReserve: async (redemption, { region }) => (asked.push(redemption), next(reserves, 'reserve', region)),
    tryConsume: async (redemption, { region }) => (asked.push(redemption), next(consumes, 'consume', region)),
    exists: async (_, { region }) => next([exists], 'exists', region),
  }
  const redemption = { ...redemptionOf(link), passphraseHash: 'tried', ...(receipt && { receipt }) }
  const result = await consumeWithPassphrase(redemption, { table, clock }, { regions, deadline })
  return { result, calls, asked, clock }
}

const refused = (reason: string) => ({ kind: 'refused', reason })

describe('a try', () => {
  test('reserves a try without the hash, and only then redeems with it', async () => {
    const { result, calls, asked } = await tryOnce({})
    expect(result).toEqual(consumed)
    expect(calls).toEqual(['reserve', 'consume'])
    expect(asked.map(({ passphraseHash }) => passphraseHash)).toEqual([undefined, 'tried'])
  })

  test('that is wrong says so, and how many tries are left', async () => {
    const { result } = await tryOnce({ consumes: [wrong] })
    expect(result).toEqual({ ...refused('wrong-passphrase'), triesLeft: 3 })
  })

  test('that is wrong with the last try finds the link locked', async () => {
    const last: ReserveAttemptResult = { kind: 'reserved', link: { ...link, tries: 5 } }
    const { result } = await tryOnce({ reserves: [last], consumes: [found({ ...withPassphrase, tries: 5 })] })
    expect(result).toEqual(refused('locked'))
  })

  test.each([
    ['locked', { tries: 5 }],
    ['expired', { tries: 5, expiresAt: secondsFromNoon(0) }],
    ['revoked', { tries: 5, state: 'revoked' as const }],
    ['spent', { tries: 5, state: 'used' as const }],
    ['locked', { tries: 5, notBefore: secondsFromNoon(1) }],
    ['not-yet-valid', { notBefore: secondsFromNoon(1) }],
  ])('without a try is refused as %s, and compares no hash: %j', async (reason, fields) => {
    const { result, calls } = await tryOnce({ reserves: [found({ ...withPassphrase, ...fields })] })
    const notBefore = reason === 'not-yet-valid' ? secondsFromNoon(1) : undefined
    expect(result).toEqual({ ...refused(reason), notBefore })
    expect(calls).toEqual(['reserve'])
  })

  test('at a link that is gone is spent', async () => {
    const { result } = await tryOnce({ reserves: [{ kind: 'condition-failed', found: undefined }] })
    expect(result).toEqual(refused('spent'))
  })

  test.each([
    ['spent', found({ ...withPassphrase, state: 'used' })],
    ['revoked', found({ ...withPassphrase, state: 'revoked' })],
    ['expired', found({ ...withPassphrase, expiresAt: secondsFromNoon(0) })],
    ['spent', { kind: 'condition-failed', found: undefined }],
  ] as const)('whose try is followed by the end of the link is %s', async (reason, result) => {
    expect((await tryOnce({ consumes: [result] })).result).toEqual(refused(reason))
  })
})

describe('a reservation', () => {
  test('without effect is repeated, with the same try', async () => {
    const { result, calls } = await tryOnce({ reserves: [{ kind: 'no-effect' }, { kind: 'no-effect' }, reserved] })
    expect(result).toEqual(consumed)
    expect(calls).toEqual(['reserve', 'reserve', 'reserve', 'consume'])
  })

  test.each(['unknown-effect', 'overloaded'] as const)('of %s ends the request: no hash is compared', async kind => {
    const { result, calls } = await tryOnce({ reserves: [{ kind }, reserved] })
    expect(result).toEqual(refused('unavailable'))
    expect(calls).toEqual(['reserve'])
  })

  test('that a Region refuses is made in the next, and each Region is called once', async () => {
    const denied: ReserveAttemptResult = { kind: 'not-retryable', cause: new Error('access denied') }
    const regions = ['eu-west-1', 'us-east-1'] as const
    const { result, calls } = await tryOnce({ reserves: [denied, reserved], regions })
    expect(result).toEqual(consumed)
    expect(calls).toEqual(['reserve eu-west-1', 'reserve us-east-1', 'consume eu-west-1'])
    await expect(tryOnce({ reserves: [denied], regions })).rejects.toMatchObject({
      cause: { message: 'access denied' },
    })
  })

  test('needs the time of two writes, so that no try is lost to the deadline', async () => {
    expect(minTryMs).toBe(2 * minWriteMs)
    const { result, calls, clock } = await tryOnce({ reserves: [{ kind: 'no-effect' }], msPerCall: 500 })
    expect(result).toEqual(refused('unavailable'))
    expect(calls).not.toContain('consume')
    expect(clock.now()).toBeLessThanOrEqual(deadline)
  })
})

describe('with a receipt', () => {
  const receipt = makeDraft()
  const own = { ...receipt, redeemedAt: secondsFromNoon(0), urlExpiresAt: secondsFromNoon(30) }
  const used = found({ ...withPassphrase, state: 'used', receipt: own })

  test('a repeat of the client that used the link takes no try, also if none is left', async () => {
    const none = found({ ...withPassphrase, tries: 5, state: 'used', receipt: own })
    for (const result of [used, none]) {
      const { result: repeated, calls } = await tryOnce({ reserves: [result], receipt })
      expect(repeated).toEqual(consumed)
      expect(calls).toEqual(['reserve', 'consume'])
    }
  })

  test('a repeat with another passphrase is spent, and says of no tries', async () => {
    expect((await tryOnce({ reserves: [used], consumes: [used], receipt })).result).toMatchObject(refused('spent'))
  })

  test('another client takes no try of a used link', async () => {
    for (const other of [{ receipt: makeDraft() }, {}]) {
      const { result, calls } = await tryOnce({ reserves: [used], ...other })
      expect(result).toMatchObject(refused('spent'))
      expect(calls).toEqual(['reserve'])
    }
  })

  test('a repeat of a revoked link is refused', async () => {
    const revoked = found({ ...withPassphrase, state: 'revoked', receipt: own })
    expect((await tryOnce({ reserves: [revoked], receipt })).result).toEqual(refused('revoked'))
  })
})

describe('the write with the hash', () => {
  test('is repeated after an error without effect, with the same try', async () => {
    const { result, calls } = await tryOnce({ consumes: [{ kind: 'no-effect' }, wrong] })
    expect(result).toEqual({ ...refused('wrong-passphrase'), triesLeft: 3 })
    expect(calls).toEqual(['reserve', 'consume', 'consume'])
  })

  test('after a lost response, the link is read once, as without a passphrase', async () => {
    const lost: ConsumeAttemptResult = { kind: 'unknown-effect' }
    const there = await tryOnce({ consumes: [lost, consumed], exists: true })
    expect(there.result).toEqual(consumed)
    expect(there.calls).toEqual(['reserve', 'consume', 'exists', 'consume'])
    expect((await tryOnce({ consumes: [lost] })).result).toEqual(refused('outcome-unknown'))
  })
})
