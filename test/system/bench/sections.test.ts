import { describe, expect, test } from 'vitest'
import { measureGrowth } from '../../../bench/core/growth.ts'
import { judge } from '../../../bench/limits.ts'
import type { Measured } from '../../../bench/measurement.ts'
import { measureBatches } from '../../../bench/core/paths/paths.ts'
import { openWorkbench, type Workbench } from '../../../bench/workbench.ts'
import { missingForDynamodbLocal } from '../../../emulator/dynamodb/dynamodb-local.ts'

/** Runs a section of the bench for one round. A response that is not as expected fails it. */
async function measureOnce(section: (bench: Workbench) => Promise<Measured>): Promise<Measured> {
  const bench = await openWorkbench(1, () => undefined)
  try {
    return await section(bench)
  } finally {
    await bench.close()
  }
}

/** Expects `count` rows, each with a value of one round in both columns. */
function expectAllMeasured({ table: { rows } }: Measured, count: number): void {
  expect(rows.filter(({ left, right }) => left?.length !== 1 || right?.length !== 1)).toEqual([])
  expect(rows).toHaveLength(count)
}

describe.skipIf(missingForDynamodbLocal() !== undefined)('a section of the bench measures', () => {
  test('each other path, with one call to the store', async () => {
    const measured = await measureOnce(bench => measureBatches(bench, () => 3))
    expectAllMeasured(measured, 21)
    const { verdict } = judge(measured.figures).find(({ figure }) => figure === 'callsPerPath') ?? {}
    expect(verdict).toBe('holds')
  })

  test('redemptions among live and used links', async () => {
    const measured = await measureOnce(bench => measureGrowth(bench, 50, 5))
    expectAllMeasured(measured, 4)
    expect(measured.figures).toEqual({ growthRatio: expect.any(Number), growthUsedRatio: expect.any(Number) })
  })
})
