import { deployment } from '../../shared/aws/deployment.ts'
import { repeatingEventBridge } from '../../shared/aws/event-bridge.ts'
import { logLine, ownConfig, systemClock } from '../../shared/aws/process.ts'
import { deliveryKeepSeconds } from '../../shared/delivery/item.ts'
import { assert } from '../../shared/errors.ts'
import { dynamodbDeliveries, dynamodbLinks } from './adapters/dynamodb.ts'
import { s3LogObjects } from './adapters/s3.ts'
import { createHandler } from './handler.ts'
import type { EventBus } from './ports.ts'

const { AWS_REGION: here, LOG_BUCKET: logBucket, EVENT_BUS: bus } = process.env
assert(here && logBucket, 'set LOG_BUCKET to the bucket of the access logs')
const { name, deliveriesTable, linksTable, homeRegions } = deployment
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
    store: dynamodbDeliveries({ name: deliveriesTable, keepSeconds: deliveryKeepSeconds(deployment) }, config),
    ...(bus && { events: { bus: eventBus(bus, here), links: dynamodbLinks(linksTable, config) } }),
    log: logLine,
  },
  name,
)

/** Makes the bus `busName` in Region `region` one of single events, with at most three attempts in 5 s. */
function eventBus(busName: string, region: string): EventBus {
  const put = repeatingEventBridge(busName, region, 5000)
  return {
    async put(event) {
      const [code] = await put([event])
      if (code !== undefined) throw new Error('EventBridge rejected the event')
    },
  }
}
