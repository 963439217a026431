import { randomBytes } from 'node:crypto'
import { ownConfig, printLine, systemClock } from '../shared/aws/process.ts'
import { secretKeyring } from '../shared/aws/secrets-manager.ts'
import type { EdgeDeployment } from '../shared/settings/deployment.ts'
import { printedLine } from '../shared/metrics.ts'
import { dynamodbLinkTable } from '../shared/redemption/dynamodb-link-table.ts'
import { byDistance, routeFrom } from '../shared/table/route.ts'
import { dynamodbIn } from './adapters/aws.ts'
import { createHandler } from './redeem/handler.ts'
import { rehearseRedemption } from './rehearsal.ts'

/** The deployment, inlined by the bundler because Lambda@Edge has no environment variables. */
declare const DEPLOYMENT: EdgeDeployment

const deployment = DEPLOYMENT
const { homeRegions, linksTable } = deployment

// Only the variables that Lambda itself sets. AWS_REGION is the Region near the viewer in which this runs.
const edgeRegion = process.env['AWS_REGION'] ?? ''
const dynamodb = dynamodbIn(homeRegions, () => ownConfig('DYNAMODB'))
const keyring = secretKeyring(deployment, edgeRegion)

/** Handles viewer requests for `/d/*`. */
export const handler = createHandler(
  {
    clock: systemClock,
    random: randomBytes,
    keyring,
    table: dynamodbLinkTable(linksTable, dynamodb),
    log: line => printLine(printedLine(line, deployment.name, systemClock.now())),
  },
  deployment,
  edgeRegion,
)

/** Loads the keys and connects to where the first request is likely to go. Rejects if it has no keys. */
export async function connect(): Promise<void> {
  const [defaultHome] = homeRegions
  const [nearestHome = defaultHome] = byDistance(homeRegions, edgeRegion)
  const route = routeFrom(edgeRegion, deployment)
  const likely = new Set([defaultHome, nearestHome].map(home => route(home)[0] ?? home))
  await Promise.all([keyring.current(), ...[...likely].map(region => dynamodb.preconnect(region))])
}

/** Redeems a link in memory. */
export const rehearse = () => rehearseRedemption({ clock: systemClock, random: randomBytes }, deployment, edgeRegion)
