import { randomBytes } from 'node:crypto'
import type { Context } from 'aws-lambda'
import type { Deployment } from '../shared/deployment.ts'
import { byDistance } from '../shared/distance.ts'
import { createKeyring } from '../shared/keys.ts'
import type { EpochMs } from '../shared/time.ts'
import { dynamodbAnswers } from './adapters/dynamodb-answers.ts'
import { dynamodbLinks } from './adapters/dynamodb-links.ts'
import { dynamodbSweepings } from './adapters/dynamodb-sweepings.ts'
import { dynamodbIn } from './adapters/dynamodb.ts'
import { secretIn } from './adapters/secrets-manager.ts'
import { deploymentHere } from './deployment-here.ts'
import { createHandler } from './handler.ts'
import { sweep, type Swept } from './sweep.ts'

/** The deployment's configuration, put here by the bundler, as at the edge. */
declare const DEPLOYMENT: Deployment

const here = process.env['AWS_REGION'] ?? ''
const deployment = deploymentHere(DEPLOYMENT, here, process.env['LINK_ORIGIN'])
const { homeRegions, secretRegions = homeRegions, linksTable, answersTable, secretName } = deployment
const clock = { now: () => Date.now() as EpochMs }
const nearest = byDistance(homeRegions, here)
const dynamodb = dynamodbIn(homeRegions)
const log = (line: object) => console.log(JSON.stringify(line))

/** The function behind the REST API's `/links`. */
export const handler = createHandler(
  {
    clock,
    random: randomBytes,
    keyring: createKeyring(
      byDistance(secretRegions, here)
        .slice(0, 3)
        .map(region => secretIn(region, secretName)),
      clock,
    ),
    links: dynamodbLinks(linksTable, dynamodb),
    answers: dynamodbAnswers(answersTable, { region: here }),
    log,
  },
  deployment,
  here,
)

/** How long before its own end a sweep stops, in milliseconds: longer than its last calls may take. */
const sweepMarginMs = 12_000

/** The function that a schedule runs in mode `strong`, where the table has no TTL. */
export async function sweeper(_event: unknown, context: Context): Promise<Swept> {
  const sweepings = dynamodbSweepings(linksTable, dynamodb, nearest[0] ?? homeRegions[0])
  const deadline = (clock.now() + context.getRemainingTimeInMillis() - sweepMarginMs) as EpochMs
  return sweep({ clock, random: Math.random, sweepings, log }, deadline)
}
