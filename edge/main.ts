import { randomBytes } from 'node:crypto'
import { type Deployment, parseDeployment } from '../shared/deployment.ts'
import { byDistance } from '../shared/distance.ts'
import { createKeyring } from '../shared/keys.ts'
import { logToConsole } from './adapters/console-log.ts'
import { dynamodbLinkTable } from './adapters/dynamodb-link-table.ts'
import { dynamodbIn } from './adapters/dynamodb.ts'
import { secretIn } from './adapters/secrets-manager.ts'
import { systemClock } from './adapters/system-clock.ts'
import { createHandler } from './handler.ts'

/** The deployment's configuration, put here by the bundler: Lambda@Edge has no environment variables. */
declare const DEPLOYMENT: unknown

const deployment: Deployment = parseDeployment(DEPLOYMENT)
const { homeRegions, linksTable, secretName } = deployment

// AWS_REGION is one of the few variables that exist at the edge: the Region near the viewer in which this runs.
const edgeRegion = process.env['AWS_REGION'] ?? ''
const secrets = byDistance(homeRegions, edgeRegion)
  .slice(0, 3)
  .map(region => secretIn(region, secretName))

/** The viewer-request function of `/d/*`. */
export const handler = createHandler(
  {
    clock: systemClock,
    random: randomBytes,
    keyring: createKeyring(secrets, systemClock),
    table: dynamodbLinkTable(linksTable, dynamodbIn(homeRegions)),
    log: logToConsole,
  },
  deployment,
  edgeRegion,
)
