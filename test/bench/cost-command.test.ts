import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Bill } from '../../bench/cost/bill.ts'
import { onceAtEdgeBill } from '../../bench/cost/model.ts'
import { parseOptions } from '../../bench/cost/options.ts'
import { prices } from '../../bench/cost/prices.ts'

const million = 1_000_000

describe('the command line', () => {
  test('needs nothing', () => {
    expect(parseOptions([])).toMatchObject({
      workload: { redemptions: million, megabytes: 10, forged: 0.1, spent: 0.1, unopened: 0.1 },
      setup: { replicas: 3, edgeMb: 128, edgeMs: 40, receipt: false, waf: false, signer: 'secret', freeTier: false },
    })
  })

  test('takes numbers as JavaScript writes them, and each option where it belongs', () => {
    const args = '--redemptions 1e6 --megabytes=.5 --edge-ms 12.5 --replicas 1 --receipt --waf --signer kms-rsa'
    expect(parseOptions(args.split(' '))).toMatchObject({
      workload: { redemptions: million, megabytes: 0.5 },
      setup: { edgeMs: 12.5, replicas: 1, receipt: true, waf: true, signer: 'kms-rsa' },
    })
  })

  test('every number it takes changes a bill', () => {
    const names = [...run('--help').out.matchAll(/^ {2}--([a-z-]+) N /gm)].map(([, name]) => `--${name}`)
    const billsWith = (...args: readonly string[]) => {
      const options = parseOptions(['--receipt', ...args])
      if (options === 'help') throw new Error('asked for no help')
      const modes = (['home', 'strong'] as const).map(mode =>
        onceAtEdgeBill(options.workload, { ...options.setup, mode }),
      )
      return JSON.stringify(modes.map(({ dollars }) => dollars))
    }
    const unchanged = names.filter(name => {
      const value = ['--keyed', '--cached'].includes(name) ? '0.5' : name.endsWith('-mb') ? '1024' : '7'
      return billsWith(name, value) === billsWith()
    })
    expect(names).toHaveLength(18)
    expect(unchanged).toEqual([])
  })

  test.each([
    [['--redemptions', '1.5'], '--redemptions: got "1.5", allowed: a whole number from 0 to 1000000000000'],
    [['--redemptions', '-5'], '--redemptions: got "-5", allowed: a whole number from 0 to 1000000000000'],
    [['--redemptions', '1_000'], '--redemptions: got "1_000", allowed: a whole number'],
    [['--redemptions', ''], '--redemptions: got "", allowed: a whole number'],
    [['--redemptions'], '--redemptions: got "", allowed: a whole number'],
    [['--redemptions', '--json'], '--redemptions: got "--json", allowed: a whole number'],
    [['--megabytes', 'Infinity'], '--megabytes: got "Infinity", allowed: a number from 0 to 1000000'],
    [['--edge-mb', '127'], '--edge-mb: got "127", allowed: a whole number from 128 to 10240'],
    [['--replicas', '0'], '--replicas: got "0", allowed: a whole number from 1 to 18'],
    [['--cached', '1.01'], '--cached: got "1.01", allowed: a number from 0 to 1'],
    [['--signer', 'rsa'], '--signer: got "rsa", allowed: secret, kms-rsa, kms-p256'],
    [['--json=yes'], '--json: got "yes", allowed: no value'],
    [['--waf', '--waf'], '--waf: got it twice, allowed: once'],
    [['--redemption', '1'], '--redemption: got an option that is not known, allowed: --redemptions, --megabytes'],
    [['-h'], '-h: got an option that is not known, allowed: --redemptions'],
    [['1e6'], '"1e6": got no option, allowed: --redemptions'],
    [['--', '--json'], '"--": got no option, allowed: --redemptions'],
  ])('%j is refused by name', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
  })
})

/** Runs `npm run cost -- …` without npm. */
function run(...args: readonly string[]) {
  const main = join(import.meta.dirname, '../../bench/cost/main.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args])
  return { status, out: String(stdout), error: String(stderr) }
}

describe('npm run cost', () => {
  test('shows both modes and the seed system beside each other, and where most of it goes', () => {
    const { status, out } = run('--megabytes', '0', '--secret-regions', '0')
    expect(status).toBe(0)
    expect(out).toMatch(/home, 3 Regions +strong, 2 \+ witness +strong, 3 Regions +seed system/)
    expect(out).toMatch(/API Gateway +3\.85 +\d+% +3\.85 +\d+% +3\.85 +\d+% +8\.05 +71%/)
    expect(out).toContain(
      'home, 3 Regions: most goes to DynamoDB, 36%; without the bytes: DynamoDB 36%, API Gateway 29%',
    )
    expect(out).toContain('seed system: most goes to API Gateway, 71%')
    expect(out).toContain('as of 2026-06 to 2026-11-24')
    expect(out).toMatch(/Not confirmed by a page of AWS: .*dynamodbWrite.*\nOf these from memory: .*s3Out/)
    expect(out).toContain('Left out: ')
  })

  test('says something else when the money goes somewhere else', () => {
    expect(run('--megabytes', '100').out).toContain('home, 3 Regions: most goes to bytes to viewers, 100%')
    expect(run('--megabytes', '0', '--edge-mb', '1024', '--edge-ms', '1000').out).toContain('most goes to Lambda@Edge')
    expect(run('--redemptions', '0').out).toContain('seed system: nothing to pay')
  })

  test('lists every line with its formula when asked', () => {
    expect(run('--lines').out).toContain(
      '2.06  DynamoDB: one put a link x 3 replicas: 3,300,000 x write unit at $0.625 per 1,000,000',
    )
  })

  test('as JSON gives the inputs, every line, the totals, and all prices with their sources', () => {
    const { status, out } = run('--json', '--redemptions', '2e6', '--receipt')
    const result = JSON.parse(out) as Record<string, unknown> & { bills: readonly Bill[] }
    expect(status).toBe(0)
    expect(Object.keys(result)).toEqual([
      'workload',
      'setup',
      'bills',
      'prices',
      'priceDates',
      'unconfirmed',
      'leftOut',
    ])
    expect(result).toMatchObject({ workload: { redemptions: 2e6 }, setup: { receipt: true }, prices })
    expect(result.bills.map(({ name }) => name)).toEqual([
      'home, 3 Regions',
      'strong, 2 + witness',
      'strong, 3 Regions',
      'seed system',
    ])
    for (const { lines, dollars, dollarsPerMillion } of result.bills) {
      expect(lines.reduce((total, line) => total + line.dollars, 0)).toBeCloseTo(dollars, 6)
      expect(dollarsPerMillion).toBeCloseTo(dollars / 2, 6)
      for (const line of lines) {
        expect(Object.keys(line).toSorted()).toEqual(
          ['component', 'what', 'price', 'quantity', 'unit', 'unitDollars', 'dollars'].toSorted(),
        )
      }
    }
  })

  test('explains itself with an example that works', () => {
    const { status, out } = run('--help')
    const example = /^Example: npm run cost -- (.*)$/m.exec(out)?.[1] ?? ''
    expect(status).toBe(0)
    expect(parseOptions(example.split(' '))).toMatchObject({ workload: { redemptions: 5e6 } })
  })

  test('a wrong option is one line on standard error, and exit code 2', () => {
    expect(run('--edge-ms', 'fast')).toEqual({
      status: 2,
      out: '',
      error: '--edge-ms: got "fast", allowed: a number from 0 to 30000\n',
    })
  })
})
