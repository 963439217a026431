import { logLine, ownConfig, systemClock } from '../../shared/aws/process.ts'
import type { Deployment } from '../../shared/deployment.ts'
import { deliveryKeepSeconds } from '../../shared/delivery/item.ts'
import { assert } from '../../shared/errors.ts'
import { dynamodbDeliveries, dynamodbLinks } from './adapters/dynamodb.ts'
import { eventBridge } from './adapters/event-bridge.ts'
import { s3LogObjects } from './adapters/s3.ts'
import { createHandler } from './handler.ts'

/** The deployment's configuration, which the bundler inlines here. */
declare const DEPLOYMENT: Deployment

const { AWS_REGION: here, LOG_BUCKET: logBucket, EVENT_BUS: bus } = process.env
assert(here && logBucket, 'set LOG_BUCKET to the bucket of the access logs')
const { name, deliveriesTable, linksTable, homeRegions } = DEPLOYMENT
assert(deliveriesTable, 'set deliveriesTable')

const config = { region: homeRegions[0], ...ownConfig('DYNAMODB') }

/**
 * The function that reads CloudFront's access logs, in us-east-1, into the table of deliveries, which is in the first home Region. It
 * publishes only if EVENT_BUS is set.
 */
export const handler = createHandler(
  {
    clock: systemClock,
    objects: s3LogObjects(logBucket, here),
    store: dynamodbDeliveries({ name: deliveriesTable, keepSeconds: deliveryKeepSeconds(DEPLOYMENT) }, config),
    ...(bus && { events: { bus: eventBridge(bus, here), links: dynamodbLinks(linksTable, config) } }),
    log: logLine,
  },
  name,
)
