import { dynamodbExpiredItems } from '../../api/adapters/dynamodb-expired-items.ts'
import { type DynamoDB, dynamodbIn } from '../../api/adapters/dynamodb.ts'
import { sweep } from '../../api/sweep.ts'
import type { Region } from '../../shared/regions.ts'
import { type Clock, plusMs } from '../../shared/time.ts'
import type { Tables } from './tables.ts'

/** What to sweep, and how often. */
export interface Sweeping {
  readonly tables: Tables
  readonly linksTable: string
  /** Regions whose replicas are swept. */
  readonly regions: readonly Region[]
  readonly clock: Clock
  readonly everyMs: number
  readonly log: (line: object) => void
}

/** Longest sweep of one Region, in milliseconds. */
const sweepMs = 60_000

/**
 * Runs the product's sweeper every `everyMs` milliseconds: in mode `strong` like its schedule, in mode `home` instead of
 * TTL, which the local tables don't have. Doesn't keep the process alive. `close` stops it and waits for a current run.
 */
export function startSweeping(sweeping: Sweeping): { close(): Promise<void> } {
  const { everyMs, regions, tables, log } = sweeping
  const dynamodb = dynamodbIn(regions, tables.config)
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(() => sweepAll(sweeping, dynamodb)).catch(error => log({ sweeper: String(error) }))
  }, everyMs)
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}

async function sweepAll({ regions, linksTable, clock, log }: Sweeping, dynamodb: DynamoDB): Promise<void> {
  for (const region of regions) {
    const sweepings = dynamodbExpiredItems(linksTable, dynamodb, region)
    const deadline = plusMs(clock.now(), sweepMs)
    await sweep(
      { clock, random: Math.random, expiredItems: sweepings, log: line => log({ sweeper: region, ...line }) },
      deadline,
    )
  }
}
