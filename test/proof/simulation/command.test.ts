import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Runs `npm run simulate -- …` without npm. */
function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args])
  return { status, out: String(stdout), error: String(stderr) }
}

describe('npm run simulate', () => {
  test('prints its result as JSON, the same for the same seed', () => {
    const [one, other] = [
      simulate('--schedules', '300', '--seed', '7', '--json'),
      simulate('--schedules', '300', '--seed', '7', '--json'),
    ]
    const { schedules, failures, stories, seed, answers } = JSON.parse(one.out) as Record<string, unknown>
    expect(one.status).toBe(0)
    expect({ schedules, failures, stories, seed }).toEqual({ schedules: 300, failures: [], stories: [], seed: 7 })
    expect(JSON.parse(other.out)).toMatchObject({ answers })
  })

  test('without a guard, prints the seed and the shortest failing schedule, and exits with 1', () => {
    const { status, out } = simulate('--seed', '7', '--without', 'nearest-replica')
    expect(status).toBe(1)
    expect(out).toMatch(/^broken: .+ \(seed 7, schedule \d+\)\n {2}mode home, /)
    expect(out).toContain('reason granted')
  })

  test('with --campaign, prints what a sample of its viewers met, and what the model says of it', () => {
    const { status, out, error } = simulate('--campaign', '1e7', '--sample', '1000')
    expect(error).toBe('')
    expect(status).toBe(0)
    expect(out).toMatch(/^10,000,000 links, 1,000 of them played in each campaign, seed 1: 0 of 7 campaigns broke/)
    expect(out).toContain('model / simulation: peak ')
  })

  test('with --campaign, prints a broken promise, and exits with 1', () => {
    const options = ['--sample', '1000', '--without', 'throttle-is-no-refusal']
    const { status, out } = simulate('--campaign', '1e7', ...options)
    expect(status).toBe(1)
    expect(out).toMatch(/BROKEN +a viewer was refused for good, and no viewer has the file/)
  })

  test.each([
    [['--campaign', 'many'], '--campaign: got "many", allowed: a whole number from 100000 to 1000000000'],
    [['--campaign', '1e7', '--sample', '999'], '--sample: got "999", allowed: a whole number from 1000 to 10000000'],
    [['--campaign', '1e6', '--sample', '2e6'], '--sample: got "2e6", allowed: a whole number from 1000 to 1000000'],
    [['--campaign', '1e7', '--schedules', '9'], '--schedules: not allowed with --campaign'],
    [['--sample', '1000'], '--sample: only allowed with --campaign'],
    [['--campaign', '1e7', '--without', 'luck'], '--without: got "luck", allowed: retry-budget, '],
    [['--seed', 'x'], '--seed: got "x", allowed: a whole number'],
    [['--schedules', '-1'], "'--schedules' argument is ambiguous"],
    [['--without', 'luck'], '--without: got "luck", allowed: nearest-replica, blind-retry, '],
  ])('%j is an error that lists the allowed values', (args, message) => {
    const { status, error } = simulate(...args)
    expect(status).toBe(1)
    expect(error).toContain(message)
  })
})
