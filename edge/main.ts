import { type Deployment, parseDeployment } from '../shared/deployment.ts'
import { createKeyring } from '../shared/keys.ts'
import { nearestFirst } from '../shared/regions.ts'
import { logToConsole } from './adapters/console-log.ts'
import { dynamodbLinkTable } from './adapters/dynamodb-link-table.ts'
import { secretIn } from './adapters/secrets-manager.ts'
import { systemClock } from './adapters/system-clock.ts'
import { createHandler } from './handler.ts'

/** The deployment's configuration, put here by the bundler: Lambda@Edge has no environment variables. */
declare const DEPLOYMENT: unknown

const deployment: Deployment = parseDeployment(DEPLOYMENT)
const { homeRegions, linksTable, secretName, linkOrigin, uniformRefusals } = deployment

// AWS_REGION is one of the few variables that exist at the edge: the Region near the viewer in which this runs.
const secrets = nearestFirst(homeRegions, process.env['AWS_REGION']).map(region => secretIn(region, secretName))

/** The viewer-request function of `/d/*`. */
export const handler = createHandler(
  {
    clock: systemClock,
    keyring: createKeyring(secrets, systemClock),
    table: dynamodbLinkTable({ tableName: linksTable, homeRegions }),
    log: logToConsole,
  },
  { scheme: linkOrigin.startsWith('https:') ? 'https' : 'http', uniformRefusals },
)
