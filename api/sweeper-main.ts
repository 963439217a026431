import type { Context } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { byDistance } from '../shared/route.ts'
import { plusMs } from '../shared/time.ts'
import { dynamodbSweepings } from './adapters/dynamodb-expired-items.ts'
import { dynamodbIn } from './adapters/dynamodb.ts'
import { printLine, systemClock } from './adapters/process.ts'
import { sweep, type Swept } from './sweep.ts'

/** The deployment's configuration, put here by the bundler, as at the edge. */
declare const DEPLOYMENT: Deployment

const { homeRegions, linksTable } = DEPLOYMENT
const [nearest = homeRegions[0]] = byDistance(homeRegions, process.env['AWS_REGION'])
const sweepings = dynamodbSweepings(linksTable, dynamodbIn(homeRegions), nearest)
const log = (line: object) => printLine(JSON.stringify(line))

/** How long before its own end a sweep stops, in milliseconds: longer than its last calls may take. */
const sweepMarginMs = 12_000

/** The function that a schedule runs in mode `strong`, where the table has no TTL. */
export async function handler(_event: unknown, context: Context): Promise<Swept> {
  const deadline = plusMs(systemClock.now(), context.getRemainingTimeInMillis() - sweepMarginMs)
  return sweep({ clock: systemClock, random: Math.random, sweepings, log }, deadline)
}
