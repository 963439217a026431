import { deployment as inlined } from '../../shared/aws/deployment.ts'
import { ownConfig, systemClock } from '../../shared/aws/process.ts'
import { ownFileEnds, ownScheduler } from '../../shared/aws/scheduler.ts'
import { secretKeyring } from '../../shared/aws/secrets-manager.ts'
import { assert } from '../../shared/errors.ts'
import { logAndAudit } from '../adapters/audit.ts'
import { dynamodbIdempotencyStore, dynamodbQuota } from '../adapters/dynamodb-api-state.ts'
import { dynamodbDeliveries, dynamodbLinkLists, dynamodbLinks } from '../adapters/dynamodb-links.ts'
import { dynamodbIn } from '../adapters/dynamodb.ts'
import { linkSchedules } from '../adapters/link-schedules.ts'
import { randomBytes } from '../adapters/process.ts'
import { objectsIn } from '../adapters/s3-objects.ts'
import { createHandler } from './handler.ts'
import { apiDeployment, withEnvironment } from '../local-deployment.ts'

const {
  AWS_REGION: here = '',
  BUCKET: bucket = '',
  BUCKET_REGION: bucketRegion = '',
  REMINDERS: reminder,
} = process.env
assert(
  (bucket === '') === (bucketRegion === ''),
  'set both BUCKET and BUCKET_REGION, or none if the bucket is out of reach',
)
const deployment = withEnvironment(apiDeployment(inlined, here, process.env['LINK_ORIGIN']), process.env)
const { homeRegions, linksTable, apiStateTable, deliveriesTable } = deployment
const dynamodb = dynamodbIn(homeRegions, () => ownConfig('DYNAMODB'))
const apiState = { region: here, ...ownConfig('DYNAMODB') }
const scheduler = ownScheduler(homeRegions[0])

/** The function behind the REST API's `/links`. */
export const handler = createHandler(
  {
    clock: systemClock,
    random: randomBytes,
    keyring: secretKeyring(deployment, here),
    links: dynamodbLinks(linksTable, dynamodb),
    schedules: scheduler && linkSchedules(scheduler, systemClock, { reminder, fileEnd: ownFileEnds() }),
    ...(bucket !== '' && { objects: objectsIn(bucket, { region: bucketRegion, ...ownConfig('S3') }, deployment) }),
    listings: dynamodbLinkLists(linksTable, dynamodb),
    deliveries: deliveriesTable
      ? dynamodbDeliveries(deliveriesTable, { region: homeRegions[0], ...ownConfig('DYNAMODB') })
      : undefined,
    idempotency: dynamodbIdempotencyStore(apiStateTable, apiState),
    quota: dynamodbQuota(apiStateTable, apiState),
    ...logAndAudit(deployment, here),
  },
  deployment,
  here,
)
