import { readFileSync } from 'node:fs'
import { Stack } from 'aws-cdk-lib'
import { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { describe, expect, onTestFinished, test } from 'vitest'
import { featureFlags } from '../../../infra/feature-flags.ts'
import type { OnceAtEdgeProps } from '../../../infra/settings/props.ts'
import { addDeployment } from '../../../infra/app/own-stack.ts'
import {
  resourcesOf,
  synthesise,
  type Templates,
  type Variant,
  variants,
  withZones,
} from '../../support/infra/synthesised.ts'
import { constructIn, emptyApp, stacksOf } from './constructed.ts'
import { warningsOf } from './stacks.ts'

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>
}
const [ofCore, ofServices] = ['@aws-cdk/core:', '@aws-cdk/'].map(prefix =>
  Object.fromEntries(Object.entries(context).filter(([flag]) => flag.startsWith(prefix))),
)

/** Returns templates without the order of lists, which has no meaning in what the flags change. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]))
}

test.each<Variant>(['home', 'private', 'customer'])(
  'an app without feature flags gets the same templates: %s',
  variant => {
    const settings = variants[variant]
    const { templates, remove } = synthesise(settings, { validated: false })
    onTestFinished(remove)
    // Flags of the core are about whole stacks: how a partition is written, for one.
    const app = emptyApp(ofCore)
    addDeployment(app, withZones(settings))
    const found = Object.entries(stacksOf(app)).map(([name, { template }]) => [name, template as unknown])
    expect(sorted(Object.fromEntries(found))).toEqual(sorted(templates))
  },
)

test('the flags are those with which all other tests run', () => {
  const expected = Object.entries(ofServices ?? {}).filter(([flag]) => flag in featureFlags)
  expect(Object.fromEntries(expected)).toEqual(featureFlags)
})

describe('the role by which API Gateway writes logs, which all APIs of an account share,', () => {
  const alarmEmail = 'ops@example.com'
  const set = { '@aws-cdk/aws-apigateway:disableCloudWatchRole': true }

  const warned = { accounts: 0, level: 'OFF', warnings: ['api-log-role'] }
  const own = { accounts: 1, level: 'ERROR', warnings: [] }
  const others = { ...own, accounts: 0 }

  test.each<[string, object, OnceAtEdgeProps, typeof warned]>([
    ['is set without the flag, as by a RestApi', {}, {}, own],
    ['is not set with the flag, and nothing is logged: a warning', set, {}, warned],
    ['is set if the app says so', set, { apiLogRole: 'own' }, own],
    ['is used as it is if the account has one', set, { apiLogRole: 'account', accessLogs: true }, others],
    ['is not needed without logs', {}, { apiLogRole: 'none' }, { ...others, level: 'OFF' }],
  ])('%s', (...[, flags, props, { accounts, level, warnings }]) => {
    const app = emptyApp({ ...flags })
    const once = constructIn(app, 'us-east-1', { alarmEmail, ...props })
    once.createDistribution()
    const templates = { site: stacksOf(app)['Site-us-east-1']?.template } as Templates
    expect(resourcesOf(templates, 'AWS::ApiGateway::Account')).toHaveLength(accounts)
    const [stage] = resourcesOf(templates, 'AWS::ApiGateway::Stage')
    expect(stage?.Properties['MethodSettings']).toMatchObject([{ LoggingLevel: level }])
    expect(warningsOf(Stack.of(once))).toEqual(warnings)
  })

  test('is set once in an app: a warning names the other', () => {
    const app = emptyApp()
    const once = constructIn(app, 'us-east-1', { alarmEmail })
    once.createDistribution()
    new RestApi(new Stack(app, 'Elsewhere', { env: { region: 'eu-west-1' } }), 'Shop').root.addMethod('GET')
    app.synth({ force: true })
    expect(warningsOf(Stack.of(once))).toEqual([])
    new RestApi(new Stack(app, 'Other', { env: { region: 'us-east-1' } }), 'Shop').root.addMethod('GET')
    app.synth({ force: true })
    expect(warningsOf(Stack.of(once))).toEqual(['two-api-log-roles'])
  })
})
