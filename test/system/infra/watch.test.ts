import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { bundleFunction } from '../../../construct/bundle.ts'
import { deploymentOf, parseSettings } from '../../../construct/parse-settings.ts'
import { lambdaEdgeRegions } from '../../../construct/lambda-edge-regions.ts'
import { loadBundle } from '../../support/load-bundle.ts'
import { serveHere } from '../../support/serve.ts'
import { resourcesOf, synthesise, valueAt, type Variant, variants } from './synthesised.ts'

/** Returns the environment that the template gives to the watch function, with a name for what only CloudFormation knows. */
function environmentIn(variant: Variant): Record<string, string> {
  const { templates, remove } = synthesise(variants[variant], { validated: false })
  onTestFinished(remove)
  const watcher = resourcesOf(templates, 'AWS::Lambda::Function').find(({ id }) => /Watch/.test(id))
  const variables = valueAt(watcher ?? {}, 'Properties.Environment.Variables') as Record<string, string>
  expect(variables['EDGE_FUNCTION']).toBeTypeOf('object')
  return { ...variables, EDGE_FUNCTION: 'once-edge-0a1b2c3d' }
}

/** A local CloudWatch: each function is active, each metric has one event in the last settled period, each group has no end. */
async function cloudWatchHere() {
  const requests: string[] = []
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as Record<string, unknown>
    const [, region = ''] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    requests.push(`${operation} ${region}`)
    const queries = (body['MetricDataQueries'] ?? []) as { Id: string }[]
    const results = queries.map(({ Id }) => ({
      Id,
      StatusCode: 'Complete',
      Timestamps: [(body['EndTime'] as number) - 900],
      Values: [1],
    }))
    const name = body['logGroupNamePrefix']
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(
      JSON.stringify({ Metrics: [{}], MetricDataResults: results, logGroups: name ? [{ logGroupName: name }] : [] }),
    )
  }
  const { origin } = await serveHere((request, response) => void respond(request, response))
  return { requests, endpoint: origin }
}

test.each(['starter', 'standard', 'regulated', 'strong', 'three'] as const)(
  'the watch function runs with the environment that the template gives it: %s',
  async variant => {
    const { requests, endpoint } = await cloudWatchHere()
    const settings = parseSettings(variants[variant])
    Object.assign(process.env, environmentIn(variant), {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_CLOUDWATCH: endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
    })
    onTestFinished(() => {
      for (const name of ['EVENTS_QUEUE', 'API_FUNCTIONS']) delete process.env[name]
    })
    const { handler } = (await loadBundle(
      await bundleFunction('watch/main.ts', deploymentOf(settings)),
    )) as unknown as {
      handler: () => Promise<void>
    }
    await handler()
    const regionsOf = (operation: string) =>
      new Set(requests.filter(each => each.startsWith(`${operation} `)).map(each => each.split(' ')[1]))
    for (const operation of ['DescribeLogGroups', 'PutRetentionPolicy']) {
      expect(regionsOf(operation)).toEqual(new Set(lambdaEdgeRegions))
    }
    expect([...regionsOf('GetMetricData')]).toEqual(expect.arrayContaining([...lambdaEdgeRegions]))
    expect(requests.filter(each => each.startsWith('PutMetricData'))).toEqual(['PutMetricData us-east-1'])
  },
)
