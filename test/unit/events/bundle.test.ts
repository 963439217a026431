import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundleFunction } from '../../../infra/code/bundle.ts'
import { testDeployment } from '../../support/deployment.ts'
import { eventBridgeHere } from '../../support/event-bridge.ts'
import { makeLink } from '../../support/links.ts'
import { loadBundle } from '../../support/load-bundle.ts'
import { recordOf } from '../../support/stream-records.ts'

const deployment = testDeployment({ name: 'shop' })
const context = { getRemainingTimeInMillis: () => 60_000 }

/** Environment of the function, set by Lambda and the stacks. */
const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  EVENT_BUS: 'arn:aws:events:us-east-1:111122223333:event-bus/shop',
  EVENT_BUS_REGION: 'us-east-1',
}

beforeEach(() => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
})
afterEach(() => void vi.unstubAllEnvs())

describe('the bundled function that reads the stream', () => {
  test('publishes to the bus, in any Region', async () => {
    const { endpoint, accepted, requests } = await eventBridgeHere()
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', endpoint)
    const { handler } = (await loadBundle(await bundleFunction('jobs/events/main.ts', deployment))) as unknown as {
      handler: (event: DynamoDBStreamEvent, context: object) => Promise<DynamoDBBatchResponse>
    }
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    const elsewhere = makeLink({ homeRegion: 'us-east-1' }).link
    const Records = [recordOf({ before: link }), recordOf({ before: elsewhere })]
    expect(await handler({ Records }, context)).toEqual({ batchItemFailures: [] })
    expect(accepted).toMatchObject([
      { bus: environment.EVENT_BUS, type: 'Link redeemed', detail: { deployment: 'shop', id: link.id } },
    ])
    expect(requests).toEqual(['AWSEvents.PutEvents us-east-1 1'])
  })

  test('without a bus publishes nothing, and counts the same', async () => {
    const { endpoint, requests } = await eventBridgeHere()
    vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', endpoint)
    for (const name of ['EVENT_BUS', 'EVENT_BUS_REGION']) vi.stubEnv(name, undefined)
    const { handler } = (await loadBundle(await bundleFunction('jobs/events/main.ts', deployment))) as unknown as {
      handler: (event: DynamoDBStreamEvent, context: object) => Promise<DynamoDBBatchResponse>
    }
    const { link } = makeLink({ homeRegion: 'eu-west-1' })
    expect(await handler({ Records: [recordOf({ before: link })] }, context)).toEqual({ batchItemFailures: [] })
    expect(requests).toEqual([])
  })

  test('does not load with half of a bus', async () => {
    vi.stubEnv('EVENT_BUS_REGION', undefined)
    const loading = bundleFunction('jobs/events/main.ts', deployment).then(loadBundle)
    await expect(loading).rejects.toThrow('set both EVENT_BUS and EVENT_BUS_REGION, or none')
  })
})
