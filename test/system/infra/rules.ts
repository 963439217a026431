import { resourcesOf, type Template } from './synthesised.ts'

/** What every template must keep, whatever the settings. */
export interface Rule {
  readonly title: string
  /** Returns whether a template keeps it. */
  readonly holds: (template: Template) => boolean
  /** Breaks it in a template that has what the rule is about. */
  readonly break: (template: Template) => void
}

const of = (template: Template, type: string) => resourcesOf({ '': template }, type)

/** Removes the order of creation from resources of a type. */
const unordered = (type: string) => (template: Template) => {
  for (const resource of of(template, type)) delete (resource as { DependsOn?: unknown }).DependsOn
}

/** Returns a name as text; values that only the deployment knows are JSON. */
function textOf(name: unknown): string {
  const { 'Fn::Join': parts } = Object(name) as { 'Fn::Join'?: [string, readonly unknown[]] }
  return parts === undefined ? (typeof name === 'string' ? name : JSON.stringify(name)) : parts[1].map(textOf).join('')
}

/** Returns the ids of a template's buckets that a distribution names as origins, and does not refer to. */
function namedBuckets(
  template: Template,
  { DistributionConfig }: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { Origins } = DistributionConfig as { Origins: readonly { readonly DomainName: unknown }[] }
  const domains = Origins.map(({ DomainName }) => textOf(DomainName))
  const buckets = of(template, 'AWS::S3::Bucket').filter(({ Properties }) => Properties?.['BucketName'] !== undefined)
  return buckets
    .filter(({ Properties }) => domains.some(domain => domain.startsWith(`${textOf(Properties['BucketName'])}.s3`)))
    .map(({ id }) => id)
}

/** The rules of every template; see CloudFormation's pages of each type. */
export const rules: readonly Rule[] = [
  {
    title: 'the role of API Gateway’s logs is set after an api exists, as an account without one refuses it',
    holds: template =>
      of(template, 'AWS::ApiGateway::Account').every(({ DependsOn = [] }) =>
        of(template, 'AWS::ApiGateway::RestApi').some(({ id }) => DependsOn.includes(id)),
      ),
    break: unordered('AWS::ApiGateway::Account'),
  },
  {
    title: 'a distribution is created after the buckets of its stack that it names',
    holds: template =>
      of(template, 'AWS::CloudFront::Distribution').every(({ Properties, DependsOn = [] }) =>
        namedBuckets(template, Properties).every(id => DependsOn.includes(id)),
      ),
    break: unordered('AWS::CloudFront::Distribution'),
  },
  {
    title: 'no zone is the first that an account happens to have',
    holds: template => !JSON.stringify(template).includes('Fn::GetAZs'),
    break: ({ Resources }) => {
      const zone = { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }
      Resources['Any'] = { stack: '', id: '', Type: 'AWS::EC2::Subnet', Properties: { AvailabilityZone: zone } }
    },
  },
]

/** Returns which rules the templates of an app break. */
export function rulesBrokenBy(templates: Readonly<Record<string, Template>>): readonly string[] {
  return rules.filter(({ holds }) => !Object.values(templates).every(holds)).map(({ title }) => title)
}
