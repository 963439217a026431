import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { CloudWatchLogsEvent, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda'
import { beforeEach, describe, expect, test } from 'vitest'
import { bundleFunction, bundleInline } from '../../../infra/bundle.ts'
import { testDeployment } from '../../support/deployment.ts'
import { eventBridgeHere } from '../../support/event-bridge.ts'
import { makeLink } from '../../support/links.ts'
import { loadBundle } from '../../support/load-bundle.ts'
import { recordOf } from '../../support/stream-records.ts'

const deployment = testDeployment({ name: 'shop' })
const context = { getRemainingTimeInMillis: () => 60_000 }

/** Environment of both functions, set by Lambda and the stacks. */
const environment = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  DEPLOYMENT_NAME: 'shop',
  EVENT_BUS: 'arn:aws:events:us-east-1:111122223333:event-bus/shop',
  EVENT_BUS_REGION: 'us-east-1',
}

beforeEach(() => void Object.assign(process.env, environment))

/** Loads a function as Node.js loads `index.js`, with the SDK that is installed here for the one that Lambda brings. */
function loadInline(code: string): { handler: (event: CloudWatchLogsEvent, context: object) => Promise<void> } {
  const module = { exports: {} }
  // oxlint-disable-next-line typescript/no-implied-eval
  new Function('require', 'module', 'exports', code)(createRequire(import.meta.url), module, module.exports)
  return module.exports as ReturnType<typeof loadInline>
}

/** Event of a log subscription: a used link was refused. */
function refusedUse(): CloudWatchLogsEvent {
  const message = JSON.stringify({
    outcome: 'refused',
    reason: 'spent',
    linkId: 'A'.repeat(22),
    requestId: 'r-1',
    ms: 1,
  })
  const logEvents = [{ id: 'l-1', timestamp: 1_795_521_600_000, message }]
  return { awslogs: { data: gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents })).toString('base64') } }
}

describe('the bundled function that reads the stream', () => {
  test('publishes to the bus, in any Region', async () => {
    const { endpoint, accepted, requests } = await eventBridgeHere()
    process.env['AWS_ENDPOINT_URL_EVENTBRIDGE'] = endpoint
    const { handler } = (await loadBundle(await bundleFunction('events/main.ts', deployment))) as unknown as {
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

  test('contains only its own folder, shared and packages', async () => {
    const { metafile } = await bundleFunction('events/main.ts', deployment)
    const inputs = Object.keys(metafile.inputs).filter(input => !input.startsWith('<define:'))
    expect(inputs.filter(input => !/^(events|shared|node_modules)\//.test(input))).toEqual([])
  })
})

describe('the function inside a template', () => {
  test('is at most 4,096 characters of plain ASCII, and the same each time', async () => {
    const [one, other] = await Promise.all([bundleInline('events/used-main.ts'), bundleInline('events/used-main.ts')])
    expect(one.code.length).toBeLessThanOrEqual(4096)
    expect(one.code).toMatch(/^[ -~\n]*$/)
    expect(one.code).toBe(other.code)
  })

  test('contains nothing of the SDK, and requires only what Lambda provides', async () => {
    const { code, metafile } = await bundleInline('events/used-main.ts')
    expect(Object.keys(metafile.inputs).filter(input => input.includes('node_modules'))).toEqual([])
    const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)
    expect(new Set(required)).toEqual(new Set(['@aws-sdk/client-eventbridge', 'node:zlib']))
  })

  test('publishes that a used link was refused', async () => {
    const { endpoint, accepted, requests } = await eventBridgeHere()
    process.env['AWS_ENDPOINT_URL_EVENTBRIDGE'] = endpoint
    await loadInline((await bundleInline('events/used-main.ts')).code).handler(refusedUse(), context)
    expect(accepted).toEqual([
      {
        bus: environment.EVENT_BUS,
        source: 'once-at-edge',
        type: 'Used link refused',
        time: 1_795_521_600,
        detail: {
          deployment: 'shop',
          id: 'A'.repeat(22),
          requestId: 'r-1',
          edgeRegion: 'eu-west-1',
          at: '2026-11-24T12:00:00Z',
          eventId: 'l-1',
        },
      },
    ])
    expect(requests).toEqual(['AWSEvents.PutEvents us-east-1 1'])
  })

  test('does not load without its environment variables', async () => {
    delete process.env['EVENT_BUS']
    const { code } = await bundleInline('events/used-main.ts')
    expect(() => loadInline(code)).toThrow('set DEPLOYMENT_NAME, EVENT_BUS and EVENT_BUS_REGION')
  })

  test('also accepts these values inlined in its code', async () => {
    const { endpoint, accepted } = await eventBridgeHere()
    process.env['AWS_ENDPOINT_URL_EVENTBRIDGE'] = endpoint
    for (const name of ['DEPLOYMENT_NAME', 'EVENT_BUS', 'EVENT_BUS_REGION']) delete process.env[name]
    const { code } = await bundleInline('events/used-main.ts', {
      'process.env.DEPLOYMENT_NAME': '"shop"',
      'process.env.EVENT_BUS': '"shop"',
      'process.env.EVENT_BUS_REGION': '"us-east-1"',
    })
    await loadInline(code).handler(refusedUse(), context)
    expect(accepted).toMatchObject([{ bus: 'shop', detail: { deployment: 'shop', edgeRegion: 'eu-west-1' } }])
  })

  test('is refused if it is too long for a template', async () => {
    await expect(bundleInline('api/main.ts')).rejects.toThrow(
      /^api\/main\.ts: got \d+ characters, allowed in a template: 4096$/,
    )
  })
})
