import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { measureRedemptions } from '../../../tools/bench/core/sections.ts'
import { judge } from '../../../tools/bench/limits.ts'
import { openWorkbench } from '../../../tools/bench/workbench.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!hasOpenssl)(
  'the bench measures redemptions, with one call to the store',
  { timeout: 60_000 },
  async () => {
    await using closing = new AsyncDisposableStack()
    const bench = closing.adopt(await openWorkbench(1, () => undefined), each => each.close())
    const { table, figures } = await measureRedemptions(bench, 20)
    expect(table.rows).toHaveLength(7)
    expect(table.rows.filter(({ values }) => values.some(({ length }) => length !== 1))).toEqual([])
    expect(judge(figures).find(({ figure }) => figure === 'callsPerRedemption')).toMatchObject({ verdict: 'holds' })
  },
)
