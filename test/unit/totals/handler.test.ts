import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Region } from '../../../shared/regions.ts'
import type { EpochMs } from '../../../shared/time.ts'
import { totalPeriods, totalPeriodSeconds } from '../../../shared/metrics.ts'
import { createHandler, settledPeriods } from '../../../jobs/totals/handler.ts'
import type { LogLine, TotalsPorts } from '../../../jobs/totals/ports.ts'
import { brokenCopy, type Patch, removeCopy } from '../../support/broken/copy.ts'
import { noon } from '../../support/table/links.ts'
import { type DataPoint, simulatedCloudWatch, testWatched } from '../../support/events/cloudwatch.ts'

const start = Number(noon) / 1000
const at = (seconds: number) => ((start + seconds) * 1000) as EpochMs
const edge = { FunctionName: 'us-east-1.once-edge-0a1b2c3d' }
const own = { Deployment: 'once' }

const point = (region: Region, name: string, fields: Partial<DataPoint> = {}): DataPoint => ({
  region,
  name,
  dimensions: name === 'OutcomeUnknown' || name === 'UsedLinksRefused' ? own : edge,
  period: start - totalPeriodSeconds,
  value: 1,
  visibleAt: start,
  ...fields,
})

/** A function that runs six minutes after noon, unless the test moves the clock. */
function watch(points: readonly DataPoint[], ports: Partial<TotalsPorts> = {}) {
  let now = at(360)
  const lines: LogLine[] = []
  const cloudWatch = simulatedCloudWatch(points, () => Number(now) / 1000)
  const all: TotalsPorts = { clock: { now: () => now }, ...cloudWatch, log: line => void lines.push(line), ...ports }
  return {
    ...cloudWatch,
    lines,
    run: createHandler(all, testWatched()),
    moveTo: (seconds: number) => (now = at(seconds)),
  }
}

describe('totals', () => {
  test('add up what happened in all Regions, by period, without zeros', async () => {
    const { run, totals, lines } = watch([
      point('eu-west-1', 'OutcomeUnknown', { value: 2 }),
      point('us-east-1', 'OutcomeUnknown'),
      point('eu-west-1', 'OutcomeUnknown', { period: start - 2 * totalPeriodSeconds, value: 5 }),
      point('sa-east-1', 'Throttles', { value: 7 }),
      point('us-east-1', 'Errors', { dimensions: { FunctionName: 'once-edge-0a1b2c3d' } }),
      point('eu-west-1', 'Errors', { value: 0 }),
      point('us-east-1', 'UsedLinksRefused', { value: 30 }),
      point('us-east-2', '5XXError', { dimensions: { ApiName: 'once' }, value: 3 }),
    ])
    await run()
    expect(totals()).toEqual({
      [`OutcomeUnknownTotal ${start - totalPeriodSeconds}`]: 3,
      [`OutcomeUnknownTotal ${start - 2 * totalPeriodSeconds}`]: 5,
      [`EdgeThrottles ${start - totalPeriodSeconds}`]: 7,
      [`EdgeErrors ${start - totalPeriodSeconds}`]: 1,
      [`UsedLinksRefusedTotal ${start - totalPeriodSeconds}`]: 30,
      [`ApiErrors ${start - totalPeriodSeconds}`]: 3,
    })
    expect(lines).toEqual([])
  })

  test('need no request to put them if nothing happened, and no reads where the edge did not run', async () => {
    const { run, puts, reads } = watch([point('eu-west-1', 'Errors', { value: 0 })])
    await run()
    expect(puts()).toBe(0)
    // us-east-1, eu-west-1 and the homes with their own metric.
    expect(reads().toSorted()).toEqual(['eu-west-1', 'us-east-1', 'us-east-1', 'us-east-2', 'us-east-2'])
  })

  test('are those of periods that ended five minutes ago, the last two hours', () => {
    const span = { from: start - totalPeriods * totalPeriodSeconds, until: start }
    expect(settledPeriods(at(299))).toEqual({ from: span.from - totalPeriodSeconds, until: start - totalPeriodSeconds })
    expect(settledPeriods(at(300))).toEqual(span)
    expect(settledPeriods(at(1199))).toEqual(span)
  })
})

describe('if something fails', () => {
  test('in one Region, the others are watched, the invocation is an error, and the next run catches up', async () => {
    let isDown = true
    const points = [point('eu-west-1', 'OutcomeUnknown'), point('sa-east-1', 'OutcomeUnknown', { value: 4 })]
    const { metrics, logGroups, totals } = watch(points)
    const failing = {
      ...metrics,
      isActive: async (...args: Parameters<typeof metrics.isActive>) => {
        if (args[0] === 'eu-west-1' && isDown)
          throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
        return metrics.isActive(...args)
      },
    }
    const lines: LogLine[] = []
    const ports = {
      clock: { now: () => at(360) },
      metrics: failing,
      logGroups,
      log: (line: LogLine) => void lines.push(line),
    }
    const run = createHandler(ports, testWatched())
    const key = `OutcomeUnknownTotal ${start - totalPeriodSeconds}`
    await expect(run()).rejects.toThrow('not watched: read in eu-west-1 (ThrottlingException)')
    expect(totals()).toEqual({ [key]: 4 })
    const failures = [{ region: 'eu-west-1', step: 'read', error: 'ThrottlingException' }]
    expect(lines).toMatchObject([{ outcome: 'watched', totals: 1, failures }])
    isDown = false
    await run()
    expect(totals()).toEqual({ [key]: 5 })
  })

  test('every step is an error that names it', async () => {
    const down = async () => Promise.reject(new TypeError('down'))
    const points = [point('us-east-1', 'OutcomeUnknown')]
    const { metrics, logGroups } = watch(points)
    await expect(watch(points, { metrics: { ...metrics, put: down } }).run()).rejects.toThrow(
      'put in us-east-1 (TypeError)',
    )
    await expect(watch(points, { metrics: { ...metrics, sums: down } }).run()).rejects.toThrow('read in us-east-1')
    const failing = watch(points, { logGroups: { ...logGroups, setRetention: down, retention: async () => 'forever' } })
    await expect(failing.run()).rejects.toThrow('retention in sa-east-1')
    expect(Object.values(failing.totals())).toEqual([1])
  })
})

describe('the retention of the edge’s logs', () => {
  test('is set where a group has another, and nowhere else', async () => {
    const { run, retention, lines } = watch([])
    retention.set('eu-west-1', 'forever').set('us-east-1', 7).set('sa-east-1', 90)
    await run()
    expect([...retention]).toEqual([
      ['eu-west-1', 90],
      ['us-east-1', 90],
      ['sa-east-1', 90],
    ])
    expect(lines).toMatchObject([{ retentionSet: ['us-east-1', 'eu-west-1'], failures: [] }])
    await run()
    expect(lines).toHaveLength(1)
  })
})

/** What may happen to one run. */
const fate = fc.constantFrom(
  'whole',
  'whole',
  'twice',
  'dies before it puts',
  'puts without a response',
  'a Region is down',
)
const regions = ['us-east-1', 'eu-west-1', 'sa-east-1'] as const

/** Half a day: what happened in each Region and period, how late CloudWatch shows it, and how each run goes. */
const halfDay = fc.record({
  events: fc.array(
    fc.record({
      region: fc.constantFrom(...regions),
      period: fc.integer({ min: 0, max: 47 }),
      value: fc.integer({ min: 0, max: 50 }),
      lateMinutes: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 45 })),
    }),
    { maxLength: 40 },
  ),
  fates: fc.array(fate, { minLength: 60, maxLength: 60 }),
})

type HalfDay = typeof halfDay extends fc.Arbitrary<infer T> ? T : never

/** Runs every 15 minutes for 15 hours; each fourth run succeeds. Returns the periods whose total is not the sum of all Regions. */
async function wrongPeriods({ events, fates }: HalfDay, create = createHandler): Promise<readonly string[]> {
  let now = start
  const points = events.map(({ region, period, value, lateMinutes }) => {
    const from = start + period * totalPeriodSeconds
    const visibleAt = from + totalPeriodSeconds + lateMinutes * 60
    return point(region, 'OutcomeUnknown', { period: from, value, visibleAt })
  })
  const cloudWatch = simulatedCloudWatch(points, () => now)
  for (const [turn, each] of fates.entries()) {
    now = start + turn * totalPeriodSeconds + 360
    await runOnce(turn % 4 === 3 ? 'whole' : each, { cloudWatch, create, now })
  }
  const expected: Record<string, number> = {}
  for (const { period, value } of points) {
    const key = `OutcomeUnknownTotal ${period}`
    if (value > 0) expected[key] = (expected[key] ?? 0) + value
  }
  const seen = cloudWatch.totals()
  return [...new Set([...Object.keys(expected), ...Object.keys(seen)])].filter(key => expected[key] !== seen[key])
}

interface Run {
  readonly cloudWatch: ReturnType<typeof simulatedCloudWatch>
  readonly create: typeof createHandler
  readonly now: number
}

async function runOnce(how: string, { cloudWatch, create, now }: Run): Promise<void> {
  const { metrics, logGroups } = cloudWatch
  const failing: TotalsPorts['metrics'] = {
    ...metrics,
    isActive: async (region, ...rest) => {
      if (how === 'a Region is down' && region === 'eu-west-1') throw new Error('down')
      return metrics.isActive(region, ...rest)
    },
    put: async totals => {
      if (how === 'dies before it puts') throw new Error('died')
      await metrics.put(totals)
      if (how === 'puts without a response') throw new Error('no response')
    },
  }
  const ports = { clock: { now: () => (now * 1000) as EpochMs }, metrics: failing, logGroups, log: () => undefined }
  const run = create(ports, testWatched())
  await Promise.allSettled(how === 'twice' ? [run(), run()] : [run()])
}

describe('each period is counted once, whatever happens to a run', () => {
  const options = { seed: 18, numRuns: 60 }

  test('for any half day', async () => {
    await fc.assert(
      fc.asyncProperty(halfDay, async each => {
        expect(await wrongPeriods(each)).toEqual([])
      }),
      options,
    )
  })

  const handler = (find: string, replace: string): Patch => ({ file: 'jobs/totals/handler.ts', find, replace })
  test.each([
    ['that looks back one period only', handler('-totalPeriods * totalPeriodSeconds', '-totalPeriodSeconds')],
    ['that takes periods of another length', handler('settled - (settled % totalPeriodSeconds)', 'settled')],
    ['that counts Regions apart', handler('(totals.get(key)?.value ?? 0) + sum', 'sum')],
  ])('and the test notices a function %s', async (name, patch) => {
    const root = await brokenCopy(name, [patch], ['jobs', 'shared'])
    onTestFinished(() => removeCopy(root))
    const file = pathToFileURL(join(root, 'jobs/totals/handler.ts')).href
    const { createHandler: create } = (await import(file)) as { createHandler: typeof createHandler }
    const found = await fc.check(
      fc.asyncProperty(halfDay, async each => (await wrongPeriods(each, create)).length === 0),
      options,
    )
    expect(found.failed).toBe(true)
  })

  test('and a sum of the data points would count some twice', async () => {
    const { run, puts, sumOfPoints } = watch([point('us-east-1', 'OutcomeUnknown')])
    await run()
    await run()
    expect([puts(), sumOfPoints()]).toEqual([2, 2])
  })
})
