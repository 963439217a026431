import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseOptions } from '../../../bench/options.ts'

test('the bench measures more rounds at the edge, unless it says how many', () => {
  expect(parseOptions([])).toEqual({ rounds: 5, edge: false })
  expect(parseOptions(['--edge'])).toEqual({ rounds: 15, edge: true })
  expect(parseOptions(['--edge', '--rounds', '3'])).toEqual({ rounds: 3, edge: true })
})

test.each([
  [['--rounds', '0'], '--rounds: got "0", allowed: a whole number from 1 to 50'],
  [['--rounds', '1.5'], '--rounds: got "1.5", allowed: a whole number from 1 to 50'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused with an error that names the option', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message)
})

test('a wrong option ends the bench at once, with exit code 2', () => {
  const file = join(import.meta.dirname, '../../../bench/main.ts')
  const { status, stderr } = spawnSync(process.execPath, [file, '--rounds', 'many'])
  expect(status).toBe(2)
  expect(String(stderr)).toContain('--rounds: got "many"')
})
