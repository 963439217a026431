import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { compareDesigns, type Trial } from '../../../emulator/demo/compare-designs.ts'

const statuses = ({ results }: Trial) => results.map(({ status }) => status).toSorted((a, b) => a - b)
const itemsLeft = ({ left }: Trial) => left.map(({ items }) => items)

test('if edges used their nearest replica, two viewers would get one link; with our edges, one viewer gets it', async () => {
  // No write replicates before `hurry`, so both requests are within the lag, however slow the machine is.
  const { nearest, home, refusal } = await compareDesigns({ lagMs: 3_600_000, arrival: each => each.hurry() })
  expect(statuses(nearest)).toEqual([302, 302])
  expect(statuses(home)).toEqual([302, 403])
  expect(itemsLeft(nearest)).toEqual([0, 0])
  expect(itemsLeft(home)).toEqual([0, 0])
  expect(refusal).toContain('mode: got "nearest"')
})

test('npm run demo prints what happened and exits with 0', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, '../../../emulator/demo/main.ts'),
  ])
  expect(stdout).toContain('of 2 won')
  expect(stdout).toContain('1 of 2 won')
  expect(stdout).toContain('got "nearest"')
})
