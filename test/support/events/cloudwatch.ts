import type { Region } from '../../../shared/regions.ts'
import { type EpochSeconds } from '../../../shared/time.ts'
import { totalPeriodSeconds } from '../../../shared/metrics.ts'
import type { Dimensions, Sums, Total, TotalsPorts } from '../../../jobs/totals/ports.ts'
import type { Watched } from '../../../jobs/totals/sources.ts'

/** What happened in one period in one Region, and from when on CloudWatch shows it, in epoch seconds. */
export interface DataPoint {
  readonly region: Region
  readonly name: string
  readonly dimensions: Dimensions
  readonly period: number
  readonly value: number
  readonly visibleAt: number
}

/** A deployment with three Regions of the edge and two homes. */
export function testWatched(): Watched {
  return {
    deployment: 'once',
    edgeRegions: ['us-east-1', 'eu-west-1', 'sa-east-1'],
    edgeFunction: 'once-edge-0a1b2c3d',
    edgeLogs: '/once/edge',
    retentionDays: 90,
    readerRegions: ['us-east-1', 'us-east-2'],
    apiRegions: ['us-east-2'],
    apiNames: ['once'],
  }
}

/** CloudWatch of several Regions with these data points; `now` returns the time in epoch seconds. */
export function simulatedCloudWatch(points: readonly DataPoint[], now: () => number) {
  const put: Total[] = []
  let puts = 0
  const reads: Region[] = []
  const retention = new Map<Region, number | 'forever'>()
  const has = (dimensions: Dimensions, wanted: Dimensions) =>
    Object.entries(wanted).every(([name, value]) => dimensions[name] === value)
  const visible = () => points.filter(({ visibleAt }) => visibleAt <= now())
  const metrics: TotalsPorts['metrics'] = {
    async isActive(region, _, dimensions) {
      // Any data of the Region shows that the edge runs there; the real list is by namespace.
      return visible().some(
        each => each.region === region && (has(each.dimensions, dimensions) || 'Deployment' in each.dimensions),
      )
    },
    async sums(region, wanted, { from, until }) {
      if (from % totalPeriodSeconds !== 0 || until % totalPeriodSeconds !== 0) throw new RangeError('no whole periods')
      reads.push(region)
      return wanted.map(({ name, dimensions }): Sums => {
        const sums = new Map<EpochSeconds, number>()
        for (const each of visible()) {
          const isWanted = each.region === region && each.name === name && has(each.dimensions, dimensions)
          if (!isWanted || each.period < from || each.period >= until) continue
          const period = each.period as EpochSeconds
          sums.set(period, (sums.get(period) ?? 0) + each.value)
        }
        return sums
      })
    },
    async put(totals) {
      puts += 1
      put.push(...totals)
    },
  }
  const logGroups: TotalsPorts['logGroups'] = {
    retention: async region => retention.get(region) ?? 'absent',
    setRetention: async (region, _, days) => void retention.set(region, days),
  }
  /** Returns the maximum of each period's data points, which an alarm reads. */
  function totals(): Record<string, number> {
    const maxima: Record<string, number> = {}
    for (const { name, period, value } of put) {
      const key = `${name} ${period}`
      maxima[key] = Math.max(maxima[key] ?? 0, value)
    }
    return maxima
  }
  const sumOfPoints = () => put.reduce((sum, { value }) => sum + value, 0)
  return { metrics, logGroups, retention, totals, sumOfPoints, puts: () => puts, reads: () => reads }
}
