import type { Settings } from '../settings/settings.ts'

/** The address with which a template is synthesised: the logical id of its subscription is the same for every address. */
export const anyAddress = 'alarms@parameter.invalid'

/** The conditions of a template, on its parameters. */
const conditions = {
  HasAlarmEmail: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmEmail' }, ''] }] },
  IsProtected: { 'Fn::Equals': [{ Ref: 'DeletionProtection' }, 'true'] },
} as const

/** The bucket to which the CDK uploads code, as its templates name it. */
const bootstrapBucket = /^cdk-\w+-assets-\$\{AWS::AccountId\}-[\w-]+$/

/** The sections of a template that have only the version of `cdk bootstrap`. */
const ofBootstrap = new Set(['Parameters', 'Rules'])

/** Its output makes a new value an update, even if nothing else is new. */
const output = { TemplateHash: { Description: 'The parameter Template', Value: { Ref: 'Template' } } }

/** A template with what it takes from who deploys it. */
export interface ParametrisedTemplate {
  readonly Parameters: Readonly<Record<string, object>>
  readonly Conditions: Readonly<Record<string, object>>
  readonly Rules: Readonly<Record<string, object>>
}

/**
 * Returns a template of the CDK with parameters in place of what needn't be known when it is written: the bucket of code, the address
 * of alarms, the certificate, the protection of tables. Their defaults are the settings: with them, its resources are those of the
 * template that was given. Its parameter `Template` and an output say which template a stack has. It needs nothing of `cdk bootstrap`.
 * CloudFormation refuses wrong values, and another Region than `region`, before it makes anything.
 */
export function withParameters(template: object, settings: Settings, region: string): ParametrisedTemplate {
  // In the outputs that list the settings.
  const written = settings.alarmEmail === undefined ? '' : `"alarmEmail":${JSON.stringify(settings.alarmEmail)},`
  const replace = (key: string, value: unknown): unknown => {
    if (key === 'DeletionProtectionEnabled') return when('IsProtected', true, false)
    if (value === anyAddress) return { Ref: 'AlarmEmail' }
    if (value !== undefined && value === settings.certificateArn) return { Ref: 'Certificate' }
    if (key === 'AlarmActions') return when('HasAlarmEmail', value, { Ref: 'AWS::NoValue' })
    if (bootstrapBucket.test(textOf(value, 'Fn::Sub'))) return { Ref: 'CodeBucket' }
    if (textOf(value, 'Type').startsWith('AWS::SNS::')) return { ...(value as object), Condition: 'HasAlarmEmail' }
    return typeof value === 'string' ? value.replace(`"alarmEmail":"${anyAddress}",`, () => written) : value
  }
  const sections = Object.entries(JSON.parse(JSON.stringify(template), replace) as object)
  const { Outputs, ...others } = Object.fromEntries(sections.filter(([name]) => !ofBootstrap.has(name)))
  const rest = { ...others, Outputs: { ...(Outputs as object), ...output } }
  const text = JSON.stringify(rest)
  const Conditions = Object.fromEntries(Object.entries(conditions).filter(([name]) => text.includes(`"${name}"`)))
  const references = text + JSON.stringify(Conditions)
  const used = Object.entries(parametersWith(settings)).filter(([name]) => references.includes(`{"Ref":"${name}"}`))
  return { ...rest, Parameters: Object.fromEntries(used), Conditions, Rules: { Region: ruleOf(region) } }
}

function ruleOf(region: string): object {
  const Assert = { 'Fn::Equals': [{ Ref: 'AWS::Region' }, region] }
  return { Assertions: [{ Assert, AssertDescription: `This template is for ${region}` }] }
}

function when(condition: keyof typeof conditions, value: unknown, otherwise: unknown): object {
  return { 'Fn::If': [condition, value, otherwise] }
}

function textOf(value: unknown, key: string): string {
  return typeof value === 'object' && value !== null && key in value
    ? String((value as Record<string, unknown>)[key])
    : ''
}

function parametersWith({ alarmEmail = '', certificateArn, deletionProtection }: Settings) {
  return {
    AlarmEmail: {
      Type: 'String',
      Description: 'Gets a mail for each alarm; empty for none',
      Default: alarmEmail,
      AllowedPattern: '^([^\\s@]+@[^\\s@]+)?$',
      ConstraintDescription: 'allowed: a mail address, or nothing',
    },
    Certificate: {
      Type: 'String',
      Description: 'ARN of the certificate of the domain name, in ACM in us-east-1',
      Default: certificateArn,
      AllowedPattern: '^arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/.+$',
      ConstraintDescription: 'allowed: the ARN of a certificate in us-east-1',
    },
    CodeBucket: {
      Type: 'String',
      Description: 'Bucket in the Region of this stack that has the files of code/',
      AllowedPattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
      ConstraintDescription: 'allowed: the name of a bucket',
    },
    DeletionProtection: {
      Type: 'String',
      Description: 'Whether the tables are protected from deletion',
      AllowedValues: ['true', 'false'],
      Default: String(deletionProtection),
    },
    Template: {
      Type: 'String',
      Description:
        'SHA-256 of this template, for tools that compare it with the stack: a failed update puts the former back',
      Default: 'unknown',
    },
  }
}
