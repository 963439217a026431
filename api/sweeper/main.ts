import type { Context } from 'aws-lambda'
import { deployment } from '../../shared/aws/deployment.ts'
import { logLine, ownConfig, systemClock } from '../../shared/aws/process.ts'
import { byDistance } from '../../shared/table/route.ts'
import { plusMs } from '../../shared/time.ts'
import { dynamodbExpiredItems } from '../adapters/dynamodb-expired-items.ts'
import { dynamodbIn } from '../adapters/dynamodb.ts'
import { sweep, type Swept } from './sweep.ts'

const { homeRegions, linksTable } = deployment
const [nearest = homeRegions[0]] = byDistance(homeRegions, process.env['AWS_REGION'])
const dynamodb = dynamodbIn(homeRegions, () => ownConfig('DYNAMODB'))
const expiredItems = dynamodbExpiredItems(linksTable, dynamodb, nearest)

/** Milliseconds before the function's end at which a sweep stops: longer than its last calls may take. */
const sweepMarginMs = 12_000

/** Runs one sweep. A schedule invokes it in mode `strong`, where the table has no TTL. */
export async function handler(_event: unknown, context: Context): Promise<Swept> {
  const deadline = plusMs(systemClock.now(), context.getRemainingTimeInMillis() - sweepMarginMs)
  return sweep({ clock: systemClock, random: Math.random, expiredItems, log: logLine }, deadline)
}
