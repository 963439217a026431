import { Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import * as iam from 'aws-cdk-lib/aws-iam'
import { expect, test } from 'vitest'
import { constructIn, emptyApp } from './constructed.ts'

/** Returns what the event of the configuration puts, as CloudFormation does with `ARN` for what only it knows. */
function configured(region: 'us-east-1' | 'eu-west-1', prefix: string) {
  const app = emptyApp()
  const stack = new Stack(app, 'Site', { env: { region, account: '111122223333' } })
  const once = constructIn(app, region, {
    scope: stack,
    homeRegions: [region],
    audit: true,
    alarmEmail: 'a@example.com',
  })
  once.createDistribution()
  const role = new iam.Role(stack, 'Reports', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') })
  once.grants.issue(role, { prefixes: [prefix] })
  const found = Object.entries(Template.fromStack(stack).findResources('Custom::AWS'))
  const event = found.find(([id]) => id.includes('SettingsEvent'))?.[1]
  const create = event?.['Properties'].Create as { 'Fn::Join': [string, unknown[]] } | undefined
  const text = (create?.['Fn::Join'][1] ?? []).map(part => (typeof part === 'string' ? part : 'ARN')).join('')
  const { parameters } = JSON.parse(text) as { parameters: { Entries: { EventBusName: string; Detail: string }[] } }
  const [entry] = parameters.Entries
  return { bus: entry?.EventBusName, detail: JSON.parse(entry?.Detail ?? '') as Record<string, unknown> }
}

test.each(['us-east-1', 'eu-west-1'] as const)(
  'with an audit in %s, a change of settings or issuers is an event, which has no mail address',
  region => {
    const { bus, detail } = configured(region, 'reports/')
    expect(bus).toBe('once')
    expect(detail).toMatchObject({ action: 'configure', settings: { homeRegions: [region], audit: true } })
    expect(detail['issuers']).toEqual([expect.objectContaining({ principal: 'ARN', prefixes: ['reports/'] })])
    expect(JSON.stringify(detail)).not.toContain('@')
    expect(configured(region, 'exports/').detail).not.toEqual(detail)
  },
)
