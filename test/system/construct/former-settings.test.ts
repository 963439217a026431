import { expect, test } from 'vitest'
import { settingsIn } from '../../../cli/deployment/deploy/deployed.ts'
import { addDeployment } from '../../../infra/app/own-stack.ts'
import { deployment } from '../../../infra/deployment.ts'
import { settingsInForce } from '../../../infra/settings/fixed-settings.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import type { SettingsInput } from '../../../infra/settings/settings.ts'
import { emptyApp, stacksOf } from './constructed.ts'

const certificate = 'arn:aws:acm:us-east-1:111122223333:certificate/a'
const webAcl = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/a1b2'
const domain = { homeRegions: ['us-east-1'], domainName: 'files.example.com' } as const

/** A settings file as it was written before, and as it is now. */
const former = {
  ...domain,
  certificateArn: certificate,
  hostedZoneId: 'Z0123',
  hostedZoneName: 'example.com',
  firewall: webAcl,
} satisfies SettingsInput
const current = {
  ...domain,
  certificate,
  hostedZone: { hostedZoneId: 'Z0123', zoneName: 'example.com' },
  webAcl,
} satisfies SettingsInput

/** Outputs of a template, by name. */
type Outputs = Readonly<Record<string, { readonly Value: string }>>

/** Returns the templates of a deployment, and what the CDK warns of. */
function deployed(input: SettingsInput) {
  const app = emptyApp()
  const once = addDeployment(app, input)
  const warnings = once.node.metadata.map(({ data }) => String(data)).filter(text => text.includes('former-setting'))
  return { warnings, templates: Object.values(stacksOf(app)).map(({ template }) => template as unknown) }
}

test('settings by their former names deploy the same, each with a warning that names the new one', () => {
  const before = deployed(former)
  const now = deployed(current)
  expect(before.templates).toEqual(now.templates)
  expect(now.warnings).toEqual([])
  expect(before.warnings).toEqual([
    expect.stringContaining('certificateArn is now certificate: the next release knows the new name only'),
    expect.stringContaining('hostedZoneId is now hostedZone.hostedZoneId'),
    expect.stringContaining('hostedZoneName is now hostedZone.zoneName'),
    expect.stringContaining('firewall with an ARN is now webAcl'),
  ])
  expect(parseSettings(former)).toEqual(parseSettings(current))
})

test('the output that once doctor compares is ASCII, because CloudFormation returns ? for other characters', () => {
  const input = {
    homeRegions: ['us-east-1'],
    brand: { name: 'Müller & 😀', colour: '#0a5f8c' },
    tags: { Büro: 'Köln' },
  } as const
  const [text] = deployed(input).templates.flatMap(
    each => (each as { Outputs?: Outputs }).Outputs?.['Settings']?.Value ?? [],
  )
  expect(text).toMatch(/^[ -~]+$/)
  expect(settingsIn({ Settings: text ?? '' })).toEqual(settingsInForce(parseSettings(input)))
})

test('infra/deployment.ts has no setting by a former name', () => {
  expect(deployed(deployment).warnings).toEqual([])
})
