import { dynamodbExpiredItems } from '../../api/adapters/dynamodb-expired-items.ts'
import { type DynamoDB, dynamodbIn } from '../../api/adapters/dynamodb.ts'
import { sweep } from '../../api/sweeper/sweep.ts'
import type { Region } from '../../shared/regions.ts'
import { plusMs } from '../../shared/time.ts'
import type { Parts } from '../api-functions.ts'

/** Longest sweep of one Region, in milliseconds. */
const sweepMs = 60_000

/**
 * Runs the product's sweeper for the replicas in `regions` every `everyMs` milliseconds: in mode `strong` like its schedule, in mode `home` instead of
 * TTL, which the local tables don't have. Doesn't keep the process alive. `close` stops it and waits for a current run.
 */
export function startSweeping(
  parts: Parts,
  { regions, everyMs }: { readonly regions: readonly Region[]; readonly everyMs: number },
): { close(): Promise<void> } {
  const dynamodb = dynamodbIn(regions, parts.tables.config)
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running
      .then(() => sweepAll(parts, regions, dynamodb))
      .catch(error => parts.log({ sweeper: String(error) }))
  }, everyMs)
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}

async function sweepAll({ deployment, clock, log }: Parts, regions: readonly Region[], dynamodb: DynamoDB) {
  for (const region of regions) {
    const sweepings = dynamodbExpiredItems(deployment.linksTable, dynamodb, region)
    const deadline = plusMs(clock.now(), sweepMs)
    await sweep(
      { clock, random: Math.random, expiredItems: sweepings, log: line => log({ sweeper: region, ...line }) },
      deadline,
    )
  }
}
