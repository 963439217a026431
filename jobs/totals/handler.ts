import { rootErrorName } from '../../shared/errors.ts'
import type { Region } from '../../shared/regions.ts'
import { type EpochMs, type EpochSeconds, plusSeconds, secondsOf } from '../../shared/time.ts'
import { type TotalName, totalPeriods, totalPeriodSeconds } from '../../shared/metrics.ts'
import type { Failure, Span, Sums, Total, TotalsPorts } from './ports.ts'
import { lambdaNamespace, type Source, sourcesOf, totalsRegion, type Watched } from './sources.ts'

/**
 * Creates the function that a schedule runs every 15 minutes. It keeps the retention of the edge's log groups, which Lambda
 * creates wherever viewers are, and copies metrics of all Regions into totals in us-east-1, where alarms read them.
 *
 * Each run reads the last two hours and puts every total anew. The statistic of totals is the maximum: so no crash, repetition or
 * parallel run counts a period twice, and what failed, or came late, is made up for by the next run. If a Region fails, the others
 * are watched nevertheless, and the invocation rejects at its end, so that an alarm rings.
 */
export function createHandler(ports: TotalsPorts, watched: Watched): () => Promise<void> {
  return async () => {
    const startedAt = ports.clock.now()
    const span = settledPeriods(startedAt)
    const failures: Failure[] = []
    const settle = async <T>(region: Region, step: Failure['step'], work: Promise<T>): Promise<T | undefined> =>
      work.catch((error: unknown) => {
        failures.push({ region, step, error: rootErrorName(error) })
        return undefined
      })
    const { edgeRegions } = watched
    const [changed, read] = await Promise.all([
      Promise.all(edgeRegions.map(region => settle(region, 'retention', keepRetention(region, watched, ports)))),
      Promise.all(sourcesOf(watched).map(source => settle(source.region, 'read', readSource(source, span, ports)))),
    ])
    const totals = totalsOf(read.flatMap(sums => sums ?? []))
    if (totals.length > 0) await settle(totalsRegion, 'put', ports.metrics.put(totals))
    const retentionSet = edgeRegions.filter((_, index) => changed[index] === true)
    if (retentionSet.length > 0 || failures.length > 0) {
      const ms = ports.clock.now() - startedAt
      ports.log({ outcome: 'watched', retentionSet, totals: totals.length, failures, ms })
    }
    if (failures.length > 0) throw new Error(`not watched: ${failures.map(describe).join(', ')}`)
  }
}

const describe = ({ step, region, error }: Failure) => `${step} in ${region} (${error})`

/** How long after its end a period is read, in seconds. Metrics from logs and of Lambda are there in two or three minutes. */
const settleSeconds = 300

/** Returns the last `totalPeriods` periods that ended long enough ago. */
export function settledPeriods(now: EpochMs): Span {
  const settled = secondsOf(now) - settleSeconds
  const until = (settled - (settled % totalPeriodSeconds)) as EpochSeconds
  return { from: plusSeconds(until, -totalPeriods * totalPeriodSeconds), until }
}

/** Sets the retention of the edge's log group if it differs, and returns whether it did. A Region without viewers has no group. */
async function keepRetention(
  region: Region,
  { edgeLogs, retentionDays }: Watched,
  { logGroups }: TotalsPorts,
): Promise<boolean> {
  const current = await logGroups.retention(region, edgeLogs)
  if (current === 'absent' || current === retentionDays) return false
  await logGroups.setRetention(region, edgeLogs, retentionDays)
  return true
}

/** The sums of one metric, and the total to which they belong. */
interface ReadSums {
  readonly total: TotalName
  readonly sums: Sums
}

async function readSource(
  { region, copied, onlyIfActive }: Source,
  span: Span,
  { metrics }: TotalsPorts,
): Promise<readonly ReadSums[]> {
  const isRead =
    onlyIfActive === undefined || (await metrics.isActive(region, lambdaNamespace, { FunctionName: onlyIfActive }))
  if (!isRead) return []
  const sums = await metrics.sums(region, copied, span)
  return copied.map(({ total }, index) => ({ total, sums: sums[index] ?? new Map() }))
}

/** Adds up sums by total and period. Zeros are left out: a metric costs money only while it has data. */
function totalsOf(read: readonly ReadSums[]): readonly Total[] {
  const totals = new Map<string, Total>()
  for (const { total: name, sums } of read) {
    for (const [period, sum] of sums) {
      if (sum === 0) continue
      const key = `${name} ${period}`
      totals.set(key, { name, period, value: (totals.get(key)?.value ?? 0) + sum })
    }
  }
  return [...totals.values()]
}
