import { describe, expect, test } from 'vitest'
import { costOf } from '../../../infra/app/cost/cost.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { regulated, standard, starter } from '../../../infra/app/profiles.ts'
import { type Resource, resourcesOf, synthesise, type Templates, variants } from '../../support/infra/synthesised.ts'

const lengthOf = (list: unknown) => (Array.isArray(list) ? list.length : 0)

/** Returns the metrics that an alarm reads, each of which is billed; expressions on them are not. */
const metricsOf = ({ Properties: { Metrics } }: Resource) =>
  Array.isArray(Metrics) ? Metrics.filter(metric => Object.hasOwn(metric as object, 'MetricStat')).length : 1

/**
 * Prices of what is billed by the month while it exists, typed from the price lists again: each resource by its type, with the
 * line of the bill that it is in.
 */
const billed: readonly { line: string; type: string; dollars: (resource: Resource) => number }[] = [
  { line: 'KMS keys', type: 'AWS::KMS::Key', dollars: () => 1 },
  {
    line: 'secret and its copies',
    type: 'AWS::SecretsManager::Secret',
    dollars: ({ Properties }) => 0.4 * (1 + lengthOf(Properties['ReplicaRegions'])),
  },
  { line: 'alarms', type: 'AWS::CloudWatch::Alarm', dollars: alarm => 0.1 * metricsOf(alarm) },
  { line: 'alarms', type: 'AWS::CloudWatch::CompositeAlarm', dollars: () => 0.5 },
  { line: 'firewall', type: 'AWS::WAFv2::WebACL', dollars: ({ Properties }) => 5 + lengthOf(Properties['Rules']) },
  {
    line: "CloudFront's plan",
    type: 'AWS::PricingPlanManager::Subscription',
    dollars: ({ Properties }) => ({ FREE: 0, PRO: 15, BUSINESS: 200 })[String(Properties['PlanTier'])] ?? Number.NaN,
  },
  { line: 'dashboard', type: 'AWS::CloudWatch::Dashboard', dollars: () => 3 },
  {
    line: 'interface endpoints',
    type: 'AWS::EC2::VPCEndpoint',
    dollars: ({ Properties }) =>
      Properties['VpcEndpointType'] === 'Interface' ? 0.01 * 730 * lengthOf(Properties['SubnetIds']) : 0,
  },
]

/** Resources that cost something while they exist, and that no deployment may have, because no line of the bill is for them. */
const unknown =
  /^AWS::(EC2::(NatGateway|EIP|Instance)|ElasticLoadBalancing|RDS|Route53::(HostedZone|HealthCheck)|KinesisFirehose|Kinesis::|GuardDuty|Config|Backup|ACMPCA|CloudTrail|OpenSearch|Synthetics|XRay|RUM|SSM::Parameter)/

/** Returns the dollars a month of each line, from the templates alone. A plan has a firewall in its price. */
function priceOf(templates: Templates): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  const hasPlan = resourcesOf(templates, 'AWS::PricingPlanManager::Subscription').length > 0
  for (const { line, type, dollars } of billed)
    for (const resource of resourcesOf(templates, type)) {
      if (hasPlan && line === 'firewall') continue
      sums[line] = (sums[line] ?? 0) + dollars(resource)
    }
  return sums
}

const lines = [...new Set(billed.map(({ line }) => line))]

/** Returns the same from the settings alone, as the plan prints it. */
function printedFor(settings: object): Readonly<Record<string, number>> {
  const bill = costOf(parseSettings(settings), { linksPerRequest: 1 }).filter(({ idle }) => idle > 0)
  const sums: Record<string, number> = {}
  for (const { what, idle } of bill) {
    const line = lines.find(each => what.startsWith(each))
    if (line !== undefined) sums[line] = (sums[line] ?? 0) + idle
  }
  return sums
}

const rounded = (sums: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(sums).map(([line, dollars]) => [line, dollars.toFixed(2)]))

describe('what templates cost by the month is what the plan prints, for', () => {
  test.each<[string, object]>([
    ['starter', starter],
    ['standard', standard],
    ['standard in mode strong', { ...standard, mode: 'strong' }],
    ['regulated', regulated],
    ['regulated in mode strong', { ...regulated, mode: 'strong' }],
    ['standard with a plan', { ...standard, plan: 'pro' }],
    ['two Regions in Europe', { homeRegions: ['eu-west-1', 'eu-central-1'], encryption: 'customer' }],
    ['an audit of a private api', { ...regulated, audit: true }],
    ['endpoints of webhooks', variants.webhooks],
    ['all alarms of two apis', { ...standard, alarms: 'all', apiRegions: ['us-east-1', 'eu-west-1'] }],
  ])('%s', (_, settings) => {
    const { templates, remove } = synthesise(settings, { validated: false })
    remove()
    expect(rounded(priceOf(templates))).toEqual(rounded(printedFor(settings)))
    const types = Object.values(templates).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type))
    expect(types.filter(type => unknown.test(type))).toEqual([])
  })
})

test.each([false, true])('logs of every request are in the bill exactly if templates have them: %s', accessLogs => {
  const settings = { ...standard, accessLogs }
  const { templates, remove } = synthesise(settings, { validated: false })
  remove()
  const bill = new Set(costOf(parseSettings(settings), { linksPerRequest: 1 }).map(({ what }) => what))
  const stages = resourcesOf(templates, 'AWS::ApiGateway::Stage')
  expect(stages).toHaveLength(1)
  expect(stages.every(({ Properties }) => (Properties['AccessLogSetting'] !== undefined) === accessLogs)).toBe(true)
  expect(bill.has('access log of the api')).toBe(accessLogs)
  expect(resourcesOf(templates, 'AWS::Logs::Delivery')).toHaveLength(accessLogs ? 1 : 0)
  expect(bill.has('access logs of CloudFront')).toBe(accessLogs)
})

test('a price is missed if one resource more is in a template', () => {
  const { templates, remove } = synthesise(starter, { validated: false })
  remove()
  const before = priceOf(templates)
  const [first] = Object.values(templates)
  for (const [index, { line, type }] of billed.entries()) {
    const extra = {
      [`Extra${index}`]: {
        Type: type,
        Properties: { VpcEndpointType: 'Interface', SubnetIds: ['a'], PlanTier: 'PRO' },
      },
    }
    const more = { ...templates, extra: { ...first, Resources: extra as unknown as Record<string, Resource> } }
    expect(priceOf(more)[line], type).toBeGreaterThan(before[line] ?? 0)
  }
})
