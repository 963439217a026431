import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseOptions, sections } from '../../../bench/options.ts'

/** Runs `npm run bench -- …` without npm. */
function bench(...args: readonly string[]) {
  const file = join(import.meta.dirname, '../../../bench/main.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args])
  return { status, out: String(stdout), error: String(stderr) }
}

describe('the command line of the bench', () => {
  test('needs no option', () => {
    expect(parseOptions([])).toEqual({ rounds: 5, links: 1_000_000, only: sections, edge: false, json: undefined })
  })

  test('accepts rounds, links, a file, and sections, which run in their own order', () => {
    const args = ['--rounds', '2', '--links', '1e5', '--only', 'cold,cpu', '--json', '/tmp/x.json']
    expect(parseOptions(args)).toEqual({
      rounds: 2,
      links: 100_000,
      only: ['cpu', 'cold'],
      edge: false,
      json: '/tmp/x.json',
    })
  })

  test('measures more rounds at the edge, unless it says how many', () => {
    expect(parseOptions(['--edge'])).toMatchObject({ edge: true, rounds: 15 })
    expect(parseOptions(['--edge', '--rounds', '3'])).toMatchObject({ edge: true, rounds: 3 })
  })

  test.each([
    [['--rounds', '0'], '--rounds: got "0", allowed: a whole number from 1 to 50'],
    [['--rounds', '1.5'], '--rounds: got "1.5", allowed: a whole number from 1 to 50'],
    [['--links', '1e9'], '--links: got "1e9", allowed: a whole number from 2000 to 5000000'],
    [['--links', ''], '--links: got "", allowed: a whole number'],
    [['--only', 'cpu,luck'], '--only: got "luck", allowed: size, load, cpu'],
    [['--only', ''], '--only: got "", allowed: size, load, cpu'],
    [['--json', ''], '--json: got "", allowed: the name of a file'],
    [['--edge', '--only', 'cpu'], '--only: not allowed with --edge'],
    [['--links', '2000', '--edge'], '--links: not allowed with --edge'],
    [['--fast'], "Unknown option '--fast'"],
    [['cpu'], "Unexpected argument 'cpu'"],
  ])('%j is refused with an error that names the option', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })

  test('with a wrong option ends the bench at once, with exit code 2', () => {
    const { status, out, error } = bench('--rounds', 'many')
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(error).toContain('--rounds: got "many", allowed: a whole number from 1 to 50')
  })

  test('with --help prints the help and ends with exit code 0', () => {
    const { status, out } = bench('--help')
    expect(status).toBe(0)
    for (const section of sections) expect(out).toContain(section)
  })
})
