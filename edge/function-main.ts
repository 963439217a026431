import { printLine, systemClock } from '../shared/aws/process.ts'
import { randomBytes } from 'node:crypto'
import { secretSource } from '../shared/aws/secrets-manager.ts'
import type { EdgeDeployment } from '../shared/settings/deployment.ts'
import { createKeyring } from '../shared/keys.ts'
import { printedLine } from '../shared/metrics.ts'
import { dynamodbLinkTable } from '../shared/redemption/dynamodb-link-table.ts'
import { byDistance, routeFrom } from '../shared/route.ts'
import { dynamodbIn } from './adapters/dynamodb.ts'
import { kmsIn } from './adapters/kms.ts'
import { createHandler } from './redeem/handler.ts'
import { rehearseRedemption } from './rehearsal.ts'

/** The deployment, inlined by the bundler because Lambda@Edge has no environment variables. */
declare const DEPLOYMENT: EdgeDeployment

const deployment = DEPLOYMENT
const { homeRegions, secretRegions = homeRegions, linksTable, secretName } = deployment

// Only the variables that Lambda itself sets. AWS_REGION is the Region near the viewer in which this runs.
const { env } = process
const edgeRegion = env['AWS_REGION'] ?? ''
const credentials = {
  accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  sessionToken: env['AWS_SESSION_TOKEN'],
}
// AWS's variables for endpoints work as in the SDKs. Only tests of the bundle set them.
const dynamodb = dynamodbIn(homeRegions, () => ({ credentials, endpoint: env['AWS_ENDPOINT_URL_DYNAMODB'] }))
const keyRegions = byDistance(secretRegions, edgeRegion)
const secrets = keyRegions
  .slice(0, 3)
  .map(region => secretSource(secretName, { region, credentials, endpoint: env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] }))
const keyring = createKeyring(secrets, systemClock)
// Created with any `signer`, because the secret decides who signs, and it changes at other times than this bundle.
const kms = kmsIn(keyRegions, { credentials, endpoint: env['AWS_ENDPOINT_URL_KMS'] })

/** Handles viewer requests for `/d/*`. */
export const handler = createHandler(
  {
    clock: systemClock,
    random: randomBytes,
    keyring,
    table: dynamodbLinkTable(linksTable, dynamodb),
    kms,
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
  await Promise.all([
    keyring.current(),
    ...[...likely].map(region => dynamodb.preconnect(region)),
    ...(deployment.signer === 'kms' ? [kms.preconnect()] : []),
  ])
}

/** Redeems a link in memory. */
export const rehearse = () => rehearseRedemption({ clock: systemClock, random: randomBytes }, deployment, edgeRegion)
