import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { regulated, standard, starter } from '../../../infra/app/profiles.ts'
import { anyAddress, withParameters } from '../../../infra/app/template-parameters.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { resourcesOf, synthesise, type Variant, variants } from '../../support/infra/synthesised.ts'

type Template = Readonly<Record<'Resources' | 'Outputs', object>>

/** Returns a template as CloudFormation reads it, with the defaults of its parameters and the bucket of `cdk bootstrap`. */
function resolved(template: ReturnType<typeof withParameters>, region: string): Template {
  const given = template.Parameters as Readonly<Record<string, { readonly Default?: string }>>
  const valueOf = (name: string) => given[name]?.Default
  const holds = (condition: string) => valueOf(condition === 'IsProtected' ? 'DeletionProtection' : 'AlarmEmail')
  const isTrue = (condition: string) => !['', 'false'].includes(holds(condition) ?? '')
  return JSON.parse(JSON.stringify(template), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    const { Ref, Condition, 'Fn::If': branch } = value as Record<string, unknown>
    if (Ref === 'CodeBucket') return { 'Fn::Sub': `cdk-hnb659fds-assets-\${AWS::AccountId}-${region}` }
    if (Ref === 'AWS::NoValue') return undefined
    if (typeof Ref === 'string' && Ref in given) return valueOf(Ref)
    if (Array.isArray(branch)) return branch[isTrue(String(branch[0])) ? 1 : 2] as unknown
    if (typeof Condition !== 'string') return value
    return isTrue(Condition) ? { ...value, Condition: undefined } : undefined
  }) as Template
}

/** Returns what a template makes, without the address in the logical id of its subscription, and the output that templates alone have. */
const madeBy = ({ Resources, Outputs }: Partial<Template> = {}) =>
  JSON.parse(
    JSON.stringify({ Resources, Outputs: { ...Outputs, TemplateHash: undefined } }).replaceAll(
      /(?<=ActionsTopic)(opsexamplecom|alarmsparameterinvalid)\w{8}/g,
      '',
    ),
  ) as object

const module = readFileSync(join(import.meta.dirname, '../../../infra/terraform/main.tf'), 'utf8')
const [locals = ''] = module.split('\nresource ')
/** The parameters that the module of Terraform gives. */
const ofTerraform = locals.match(/\b[A-Z]\w+(?= += )/g) ?? []

const certificate = 'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555'

test.each([
  ['starter', starter],
  [
    'standard, with all that has a parameter',
    {
      ...standard,
      // A replacement of text would read its `$&` as what it replaces.
      alarmEmail: 'ops$&@example.com',
      domainName: 'files.example.com',
      certificate,
      deletionProtection: false,
      auth: { issuer: 'https://login.example.com', audience: 'https://links.example.com' },
      sendPage: { clientId: 'once' },
    },
  ],
])('a template with its defaults is what the CDK made: %s', (_, settings) => {
  const parsed = parseSettings(settings)
  const how = { validated: false, deployer: 'templates' } as const
  const plain = synthesise(settings, how).templates
  const written = synthesise({ ...settings, alarmEmail: anyAddress }, how).templates
  expect(Object.keys(written)).toEqual(Object.keys(plain))
  const names = new Set<string>()
  for (const [name, template] of Object.entries(written)) {
    const region = name.replace('once-', '')
    const parametrised = withParameters(template, parsed, region)
    for (const parameter of Object.keys(parametrised.Parameters)) names.add(parameter)
    expect(madeBy(resolved(parametrised, region))).toEqual(madeBy(plain[name]))
  }
  const given = ofTerraform.filter(name => name !== 'Certificate' || 'certificate' in settings)
  expect([...names].toSorted()).toEqual(given.toSorted())
})

test.each([
  ['AlarmEmail', ['', 'ops@example.com'], ['notanaddress', 'ops@', 'a b@example.com']],
  ['CodeBucket', ['once-code-111122223333-us-east-1', 'cdk.assets'], ['', 'Code', 's3://code', 'code/']],
  ['Certificate', [certificate], ['', certificate.replace('us-east-1', 'eu-west-1'), 'files.example.com']],
])('a template says itself which values of %s are possible', (name, possible, impossible) => {
  const used = { Resources: { Any: { Type: '', Properties: { Ref: name } } } }
  const parsed = parseSettings({ ...starter, domainName: 'files.example.com', certificate })
  const parameters = withParameters(used, parsed, 'us-east-1').Parameters as Readonly<
    Record<string, { readonly AllowedPattern: string; readonly ConstraintDescription: string }>
  >
  const { AllowedPattern = '', ConstraintDescription } = parameters[name] ?? {}
  expect(ConstraintDescription).toMatch(/^allowed: /)
  const isPossible = (value: string) => new RegExp(`^(?:${AllowedPattern})$`).test(value)
  expect([possible.every(isPossible), impossible.filter(isPossible)]).toEqual([true, []])
})

/** The name of a zone, which is another zone in another account. */
const zoneName = /\b[a-z]{2}(-[a-z]+)+-\d[a-z]\b/

test.each(Object.keys(variants) as Variant[])('no template for any account names a zone of one: %s', variant => {
  const { templates, remove } = synthesise(variants[variant], { validated: false, deployer: 'templates' })
  onTestFinished(remove)
  expect(JSON.stringify(templates)).not.toMatch(zoneName)
  const { network, homeRegions } = parseSettings(variants[variant])
  const subnets = resourcesOf(templates, 'AWS::EC2::Subnet', homeRegions[0])
  const zones = subnets.map(({ Properties }) => Properties['AvailabilityZoneId'])
  expect(zones).toEqual(network === 'private' ? [expect.stringMatching(/-az1$/), expect.stringMatching(/-az2$/)] : [])
})

test('a template with the names of zones is refused, with where their ids are', () => {
  const named = { ...regulated, availabilityZones: ['us-east-1a', 'us-east-1b'] }
  expect(() => synthesise(named, { validated: false, deployer: 'templates' })).toThrow(
    /us-east-1a, us-east-1b, names of other zones.* allowed: availabilityZones: two ids .* ServiceDetails\[\]\.AvailabilityZoneIds/,
  )
})

test.each([
  [['-c', 'profile=starter'], '--out: got nothing, allowed: a folder'],
  [['--out', 'new', '-c', 'profile=small'], 'profile: got "small", allowed: starter, standard, regulated'],
  [['--out', 'test'], '--out: got "test", allowed: a new or empty folder, or one that this command wrote'],
  [
    ['--out', 'package.json'],
    '--out: got "package.json", allowed: a new or empty folder, or one that this command wrote',
  ],
  [['--out', 'new', '--bucket', 'Reports'], '--bucket: got "Reports", allowed: the name of a bucket'],
  [['--out', 'new', '--bucket-uploads'], '--bucket-uploads: got it, allowed: with --bucket'],
  [['--out', 'new', '--bucket-key', 'alias/files'], '--bucket-key: got "alias/files", allowed: the ARN of a key'],
])('once template %j is refused', async (args, message) => {
  const { code, noted } = await onceHere(['template', ...args])
  expect([code, noted]).toEqual([2, expect.stringContaining(message)])
})
