import { describe, expect, test } from 'vitest'
import { measureIssuing } from '../../../bench/core/issuing/issuing.ts'
import { openWorkbench } from '../../../bench/workbench.ts'
import { missingForDynamodbLocal } from '../../../emulator/dynamodb/dynamodb-local.ts'

const missing = missingForDynamodbLocal()

describe.skipIf(missing !== undefined)(`the section on issuing${missing === undefined ? '' : `: ${missing}`}`, () => {
  test('measures every row, and the plain SDK beside it', async () => {
    await using closing = new AsyncDisposableStack()
    const bench = closing.adopt(await openWorkbench(1, () => undefined), each => each.close())
    const size = { single: 2, batched: 100, listed: 120, byProgram: 3 }
    const { table, figures } = await measureIssuing(bench, size)
    expect(table.rows).toHaveLength(15)
    for (const { name, left, right } of table.rows) {
      expect(left, name).toEqual([expect.any(Number)])
      expect(left![0], name).toBeGreaterThan(0)
      if (right !== undefined) expect(right[0], name).toBeGreaterThan(0)
    }
    expect(figures.batchCpuRatio).toBeGreaterThan(0)
  })
})
