import { describe, expect, test } from 'vitest'
import { noon } from '../../support/links.ts'
import { type Disallowed, firstDisallowed } from '../model/trace.ts'
import { seeded } from './choices.ts'
import { play } from './schedule.ts'
import { subjectWithout } from './subject.ts'
import { traceOf } from './trace.ts'
import type { Subject } from './world.ts'

/** Plays schedules and checks each against the model; stops at the first that the model does not allow. */
async function compare(subject: Subject, schedules: number): Promise<{ traces: number; disallowed?: Disallowed }> {
  let traces = 0
  for (let seed = 0; seed < schedules; seed += 1) {
    const trace = traceOf(await play(seeded(seed), subject), noon)
    if (trace === undefined) continue
    traces += 1
    const disallowed = firstDisallowed(trace)
    if (disallowed !== undefined) return { traces, disallowed }
  }
  return { traces }
}

test('the model allows every event of the real handlers in 20,000 schedules', { timeout: 300_000 }, async () => {
  const { traces, disallowed } = await compare(await subjectWithout(), 20_000)
  expect(disallowed).toBeUndefined()
  expect(traces).toBeGreaterThan(10_000)
})

describe('the model detects handlers', () => {
  test.each([
    'nearest-replica',
    'blind-retry',
    'failover',
    'fresh-expiry',
    'resent-put',
    'no-redemption-id',
    'purge-at-once',
    'repeat-when-revoked',
    'revoke-elsewhere',
    'stale-clock',
    'secret-outside-id',
    'random-secret',
    'client-flag',
    'without-gate',
    'binding-clause',
    'folder-clause',
    'unknown-binding',
  ] as const)('without the guard %s', { timeout: 300_000 }, async guard => {
    expect((await compare(await subjectWithout(guard), 20_000)).disallowed).toBeDefined()
  })
})
