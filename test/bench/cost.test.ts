import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bill, components, dollarsFor } from '../../bench/cost/bill.ts'
import { onceAtEdgeBill } from '../../bench/cost/model.ts'
import { parseOptions } from '../../bench/cost/options.ts'
import { type Price, prices } from '../../bench/cost/prices.ts'
import { seedBill } from '../../bench/cost/seed-system.ts'
import type { Setup, Workload } from '../../bench/cost/workload.ts'

const million = 1_000_000

/** A million redemptions and nothing else, as in section 9 of `aws-facts.md`: bytes, secrets and logs come on top. */
const plainWorkload: Workload = {
  redemptions: million,
  megabytes: 0,
  forged: 0,
  spent: 0,
  unopened: 0,
  keyed: 0,
  cached: 1,
}
const plainSetup: Setup = {
  mode: 'home',
  replicas: 1,
  receipt: false,
  linkDays: 2,
  receiptDays: 31,
  sweepsPerDay: 1,
  edgeMb: 512,
  edgeMs: 40,
  strongMs: 0,
  issuerMb: 256,
  issuerMs: 30,
  signer: 'secret',
  secretRegions: 0,
  waf: false,
  logBytes: 0,
  freeTier: false,
}

describe('a million redemptions cost what the reference calculated by hand', () => {
  // CloudFront 2.00 + edge 0.60 + 20,000 GB-s x 0.00005001 + issuer 0.20 + 7,500 GB-s x 0.0000166667 + REST 3.50
  const parts = 2 + 0.6 + 1.0002 + 0.2 + 0.12500025 + 3.5
  const cases: readonly { name: string; setup: Partial<Setup>; exactly: number; rounded: string }[] = [
    { name: 'in one Region with a key of our own', setup: {}, exactly: parts + 1.25, rounded: '8.68' },
    {
      name: 'in mode strong with a witness',
      setup: { mode: 'strong', replicas: 2 },
      exactly: parts + 2.5,
      rounded: '9.93',
    },
    {
      name: 'in mode strong with a witness and KMS signing with RSA',
      setup: { mode: 'strong', replicas: 2, signer: 'kms-rsa' },
      exactly: parts + 2.5 + 3,
      rounded: '12.93',
    },
    {
      name: 'in mode strong with three replicas and KMS signing with P-256',
      setup: { mode: 'strong', replicas: 3, signer: 'kms-p256' },
      exactly: parts + 3.75 + 15,
      rounded: '26.18',
    },
  ]
  test.each(cases)('$name', ({ setup, exactly, rounded }) => {
    const { dollars, dollarsPerMillion } = onceAtEdgeBill(plainWorkload, { ...plainSetup, ...setup })
    expect(dollars).toBeCloseTo(exactly, 8)
    expect(dollarsPerMillion?.toFixed(2)).toBe(rounded)
  })

  test.each([
    [128, 60, '0.38'],
    [512, 150, '3.75'],
  ])('an edge of %i MB that takes %i ms costs $%s in duration', (edgeMb, edgeMs, dollars) => {
    const { lines } = onceAtEdgeBill(plainWorkload, { ...plainSetup, edgeMb, edgeMs })
    expect(lines.find(({ price }) => price === 'edgeDuration')?.dollars.toFixed(2)).toBe(dollars)
  })
})

/** A month with everything in it. 1.2 M links, 1.75 M openings, 0.25 M of them of used links, 0.2 M links unopened. */
const fullWorkload: Workload = {
  redemptions: million,
  megabytes: 5,
  forged: 0.5,
  spent: 0.25,
  unopened: 0.2,
  keyed: 0.5,
  cached: 0.25,
}
const fullSetup: Setup = {
  ...plainSetup,
  mode: 'strong',
  replicas: 3,
  receipt: true,
  linkDays: 3,
  receiptDays: 30,
  sweepsPerDay: 2,
  edgeMb: 128,
  edgeMs: 40,
  strongMs: 24,
  signer: 'kms-p256',
  secretRegions: 13,
  waf: true,
  logBytes: 1000,
}

/** Dollars by component, to a hundredth of a cent; those that cost nothing are left out. */
function byComponent(bill: Bill): Record<string, number> {
  const all = components.map(component => [component, Number(dollarsFor(bill, component).toFixed(4))] as const)
  return Object.fromEntries(all.filter(([, dollars]) => dollars > 0))
}

describe('a month with everything in it costs what a calculation by hand says', () => {
  const inBoth = {
    'bytes to viewers': 425, // 5,000 GB x 0.085
    'CloudFront requests': 2.75, // 2.75 M x 1.00
    'API Gateway': 4.2, // 1.2 M x 3.50
    Lambda: 0.39, // 1.2 M x 0.20 + 9,000 GB-s x 0.0000166667
    keys: 33.7616, // 13 x 0.40 + 112,320 reads x 0.05 / 10,000 + 13 x 1 + 1 M x 15
    'S3 requests': 0.3, // 0.75 M x 0.40
    'CloudWatch Logs': 1.475, // 2.95 M x 1,000 bytes x 0.50
    WAF: 7.65, // 5 + 1 + 2.75 M x 0.60
  }

  test('in mode strong, where a sweeper pays for what it looks at and removes', () => {
    // writes: 3.6 M puts, 3 M updates, 0.25 M failed, 1.2 M for Idempotency-Keys, 3.6 M removals = 11.65 M x 0.625
    // kept: 20,000 + 1 M items x 1,024 bytes x 3 x 0.25; scanned: 1.02 M x 60 / 8 read units x 0.125
    expect(byComponent(onceAtEdgeBill(fullWorkload, fullSetup))).toEqual({
      ...inBoth,
      'Lambda@Edge': 1.7501, // 1.75 M x 0.60 + 14,000 GB-s x 0.00005001, at 40 + 24 ms
      DynamoDB: 9.0209, // 7.28125 + 0.78336 + 0.95625
    })
  })

  test('in mode home, where the first removal is free and its copies are not', () => {
    // writes: as above with 2.4 M removals = 10.45 M x 0.625
    expect(byComponent(onceAtEdgeBill(fullWorkload, { ...fullSetup, mode: 'home' }))).toEqual({
      ...inBoth,
      'Lambda@Edge': 1.4876, // 1.75 M x 0.60 + 8,750 GB-s x 0.00005001
      DynamoDB: 7.3146, // 6.53125 + 0.78336
    })
  })

  test('with a link that leaves nothing behind, unless nobody opens it', () => {
    const { lines } = onceAtEdgeBill(fullWorkload, { ...fullSetup, mode: 'home', receipt: false })
    expect(lines.find(({ what }) => what.startsWith('copies of TTL'))?.quantity).toBeCloseTo(400_000)
  })

  test('in the seed system, where every refusal is a call, an invocation and a read', () => {
    expect(byComponent(seedBill(fullWorkload, fullSetup))).toEqual({
      'bytes to viewers': 450, // 5,000 GB x 0.09
      'API Gateway': 10.325, // 2.95 M x 3.50
      Lambda: 0.9588, // 2.95 M x 0.20 + 22,125 GB-s x 0.0000166667
      DynamoDB: 1.4844, // 2.2 M writes x 0.625 + 0.875 M read units x 0.125
      'S3 requests': 0.4,
      'CloudWatch Logs': 1.475,
      WAF: 7.77, // 5 + 1 + 2.95 M x 0.60
    })
  })

  test('what is free each month is taken off when asked, and never more than was used', () => {
    const free = { ...fullSetup, freeTier: true }
    expect(byComponent(onceAtEdgeBill(fullWorkload, free))).toMatchObject({ 'bytes to viewers': 340 }) // 4,000 GB
    expect(byComponent(onceAtEdgeBill(fullWorkload, free))).not.toHaveProperty('CloudFront requests')
    expect(byComponent(seedBill(fullWorkload, free))).toMatchObject({ 'bytes to viewers': 441 }) // 4,900 GB
  })
})

const ratio = fc.double({ min: 0, max: 10, noNaN: true })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const workloads = fc.record<Workload>({
  redemptions: fc.nat(1e9),
  megabytes: fc.double({ min: 0, max: 10_000, noNaN: true }),
  forged: ratio,
  spent: ratio,
  unopened: ratio,
  keyed: share,
  cached: share,
})
const setups = fc.record<Setup>({
  mode: fc.constantFrom('home', 'strong'),
  replicas: fc.integer({ min: 1, max: 18 }),
  receipt: fc.boolean(),
  linkDays: ratio,
  receiptDays: fc.double({ min: 0, max: 400, noNaN: true }),
  sweepsPerDay: ratio,
  edgeMb: fc.integer({ min: 128, max: 10_240 }),
  edgeMs: fc.nat(1000),
  strongMs: fc.nat(1000),
  issuerMb: fc.integer({ min: 128, max: 10_240 }),
  issuerMs: fc.nat(1000),
  signer: fc.constantFrom('secret', 'kms-rsa', 'kms-p256'),
  secretRegions: fc.nat(18),
  waf: fc.boolean(),
  logBytes: fc.nat(10_000),
  freeTier: fc.boolean(),
})
/** Sums in another order may differ in their last digits. */
const atMost = (dollars: number) => dollars * (1 + 1e-9) + 1e-9
const billers = [onceAtEdgeBill, seedBill]

describe('whatever the month and the setup', () => {
  test('more redemptions never cost less', () => {
    fc.assert(
      fc.property(workloads, setups, fc.nat(1e9), (workload, setup, more) => {
        const busier = { ...workload, redemptions: workload.redemptions + more }
        for (const bill of billers) {
          expect(bill(workload, setup).dollars).toBeLessThanOrEqual(atMost(bill(busier, setup).dollars))
        }
      }),
    )
  })

  test('more of anything else never costs less either, but for a cache', () => {
    const names = ['megabytes', 'forged', 'spent', 'unopened', 'keyed'] as const
    fc.assert(
      fc.property(workloads, setups, fc.constantFrom(...names), (workload, setup, name) => {
        const more = { ...workload, [name]: workload[name] * 2 }
        for (const bill of billers) {
          expect(bill(workload, setup).dollars).toBeLessThanOrEqual(atMost(bill(more, setup).dollars))
        }
      }),
    )
  })

  test('the total is the sum of the lines, and of the components', () => {
    fc.assert(
      fc.property(workloads, setups, (workload, setup) => {
        for (const bill of billers.map(each => each(workload, setup))) {
          const { lines, dollars, dollarsWithoutBytes } = bill
          const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0)
          const tolerance = dollars * 1e-9 + 1e-9
          const expectTotal = (total: number) => expect(Math.abs(total - dollars)).toBeLessThanOrEqual(tolerance)
          expectTotal(sum(lines.map(({ quantity, unitDollars }) => quantity * unitDollars)))
          expectTotal(sum(components.map(component => dollarsFor(bill, component))))
          expectTotal(dollarsWithoutBytes + dollarsFor(bill, 'bytes to viewers'))
          expect(lines.every(line => line.quantity >= 0 && line.dollars >= 0)).toBe(true)
        }
      }),
    )
  })

  test('mode strong is never cheaper than mode home with as many replicas', () => {
    fc.assert(
      fc.property(workloads, setups, (workload, setup) => {
        const [home, strong] = (['home', 'strong'] as const).map(mode => onceAtEdgeBill(workload, { ...setup, mode }))
        expect(home?.dollars).toBeLessThanOrEqual(atMost(strong?.dollars ?? 0))
      }),
    )
  })

  test('a month without redemptions costs what is paid by the month, and has no price a million', () => {
    fc.assert(
      fc.property(workloads, setups, (workload, setup) => {
        const { signer, secretRegions, waf } = setup
        const idle = { ...workload, redemptions: 0 }
        const keys = secretRegions * (signer === 'secret' ? 0.4 : 1.4)
        const edge = onceAtEdgeBill(idle, setup)
        expect(edge.dollars).toBeCloseTo(keys + (waf ? 6 : 0), 8)
        expect(edge.dollarsPerMillion).toBeNull()
        expect(seedBill(idle, setup).dollars).toBe(waf ? 6 : 0)
      }),
    )
  })

  test('no price with a free part stands in two lines, where it would be taken off twice', () => {
    fc.assert(
      fc.property(workloads, setups, (workload, setup) => {
        for (const { lines } of billers.map(bill => bill(workload, setup))) {
          const free = lines.map(({ price }) => price).filter(price => 'freePerMonth' in prices[price])
          expect(new Set(free).size).toBe(free.length)
        }
      }),
    )
  })
})

describe('prices', () => {
  test.each(Object.entries<Price>(prices))('%s has a source, a date, and says how sure it is', (_, price) => {
    expect(price.dollars).toBeGreaterThan(0)
    expect(price.per).toBeGreaterThan(0)
    expect(price.unit).not.toBe('')
    expect(price.source.length).toBeGreaterThan(10)
    expect(price.asOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])(-[0-3]\d)?$/)
    expect(['documented', 'third party', 'inferred', 'general knowledge']).toContain(price.confidence)
  })

  test('those from memory are few', () => {
    const remembered = Object.entries<Price>(prices).filter(([, price]) => price.confidence === 'general knowledge')
    expect(remembered.map(([name]) => name)).toEqual(['dynamodbStorage', 's3Out'])
  })
})

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
      'home, 3 Regions: most goes to DynamoDB, 33%; without the bytes: DynamoDB 33%, API Gateway 30%',
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
