import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bill, components, dollarsFor } from '../../bench/cost/bill.ts'
import { onceAtEdgeBill } from '../../bench/cost/model.ts'
import { type Price, prices } from '../../bench/cost/prices.ts'
import { seedBill } from '../../bench/cost/seed-system.ts'
import type { Setup, Workload } from '../../bench/cost/workload.ts'

const million = 1_000_000

/** A million redemptions and nothing else: bytes, secrets and logs come on top. */
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
  // The reference is older than the quota, which counts each call of the API by a write.
  const counted = 0.625
  const cases: readonly { name: string; setup: Partial<Setup>; exactly: number; rounded: string }[] = [
    { name: 'in one Region with a key of our own', setup: {}, exactly: parts + counted + 1.25, rounded: '9.30' },
    {
      name: 'in mode strong with a witness',
      setup: { mode: 'strong', replicas: 2 },
      exactly: parts + counted + 2.5,
      rounded: '10.55',
    },
    {
      name: 'in mode strong with a witness and KMS signing with RSA',
      setup: { mode: 'strong', replicas: 2, signer: 'kms-rsa' },
      exactly: parts + counted + 2.5 + 3,
      rounded: '13.55',
    },
    {
      name: 'in mode strong with three replicas and KMS signing with P-256',
      setup: { mode: 'strong', replicas: 3, signer: 'kms-p256' },
      exactly: parts + counted + 3.75 + 15,
      rounded: '26.80',
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
    // writes: 3.6 M puts, 3 M updates, 0.25 M failed, 1.2 M for Idempotency-Keys, 1.2 M for quotas, 3.6 M removals = 12.85 M x 0.625
    // kept: 20,000 + 1 M items x 1,024 bytes x 3 x 0.25; scanned: 1.02 M x 60 / 8 read units x 0.125
    expect(byComponent(onceAtEdgeBill(fullWorkload, fullSetup))).toEqual({
      ...inBoth,
      'Lambda@Edge': 1.7501, // 1.75 M x 0.60 + 14,000 GB-s x 0.00005001, at 40 + 24 ms
      DynamoDB: 9.7709, // 8.03125 + 0.78336 + 0.95625
    })
  })

  test('in mode home, where the first removal is free and its copies are not', () => {
    // writes: as above with 2.4 M removals = 11.65 M x 0.625
    expect(byComponent(onceAtEdgeBill(fullWorkload, { ...fullSetup, mode: 'home' }))).toEqual({
      ...inBoth,
      'Lambda@Edge': 1.4876, // 1.75 M x 0.60 + 8,750 GB-s x 0.00005001
      DynamoDB: 8.0646, // 7.28125 + 0.78336
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
