import { CfnElement, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { messageOf } from './errors.ts'

/** A resource of a template, with the values of its properties. */
interface Resource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
}

/** The security headers of a policy of CloudFront. */
interface Policies {
  readonly ContentSecurityPolicy?: { readonly ContentSecurityPolicy?: unknown }
}

/** A template at the end of the synthesis. */
interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>
  readonly Outputs?: object
}

/** A limit of AWS that settings can pass. */
export interface Limit {
  /** What is measured, in words of AWS. */
  readonly what: string
  readonly most: number
  readonly unit: 'bytes' | 'characters' | 'resources' | 'outputs' | 'tags' | 'calls'
  /** The page of AWS that says so. */
  readonly page: string
  /** The settings that make it grow. */
  readonly settings: string
  /** What to do. */
  readonly remedy: string
  /** Returns the amounts of a template by what has them: those of `own` logical ids, or `all`. `indent` is how the CDK writes it. */
  readonly measure: Measure
}

type Measure = (template: Template, own: ReadonlySet<string>, indent: 0 | 1) => ReadonlyMap<string, number>

/**
 * The limits of AWS by which a deployment ends to grow, by the ids of their mistakes. Synthesis asks each of every template; docs/deploy.md has
 * the table, with the largest deployment.
 */
export const limits = {
  'template-size': {
    what: 'a template',
    most: 1_000_000,
    unit: 'bytes',
    page: 'CloudFormation, "Quotas"',
    settings: 'homeRegions, apiRegions, endpoints, tags',
    remedy:
      'fewer Regions, endpoints or tags, or a template without indentation (context @aws-cdk/core:suppressTemplateIndentation)',
    measure: (template, _, indent) =>
      new Map([['all', Buffer.byteLength(JSON.stringify(template, undefined, indent))]]),
  },
  'template-resources': {
    what: 'a template',
    most: 500,
    unit: 'resources',
    page: 'CloudFormation, "Quotas"',
    settings: 'homeRegions, apiRegions, endpoints, issuers in other stacks',
    remedy: 'fewer Regions or endpoints, or a stack of its own for the construct',
    measure: ({ Resources = {} }) => new Map([['all', Object.keys(Resources).length]]),
  },
  'template-outputs': {
    what: 'a template',
    most: 200,
    unit: 'outputs',
    page: 'CloudFormation, "Quotas"',
    settings: 'apiRegions, issuers in other stacks',
    remedy: 'fewer Regions, or a stack of its own for the construct',
    measure: ({ Outputs = {} }) => new Map([['all', Object.keys(Outputs).length]]),
  },
  'call-answer': {
    what: 'custom calls that return their whole answer',
    most: 0,
    unit: 'calls',
    page: 'CloudFormation, "Custom resource response objects": 4,096 bytes',
    settings: 'homeRegions, own of issuers',
    remedy: 'a report of this mistake: no setting may cause it',
    measure: ofEach('Custom::AWS', ({ Create, Update, Delete }) => {
      const calls = [Create, Update, Delete].filter(call => call !== undefined).map(call => textOf(call))
      return calls.filter(call => !call.includes('"outputPaths":')).length
    }),
  },
  'role-policies': {
    what: 'all inline policies of a role',
    most: 10_240,
    unit: 'characters',
    page: 'IAM, "IAM and AWS STS quotas"',
    settings: 'homeRegions, endpoints, prefixes of issuers',
    remedy: 'shorter prefixes, which begin alike, or fewer Regions or endpoints',
    measure: inlinePolicies,
  },
  'bucket-policy': {
    what: 'the policy of a bucket',
    most: 20_480,
    unit: 'bytes',
    page: 'S3, "Bucket policies"',
    settings: 'prefixes of issuers, scan, apiRegions',
    remedy: 'shorter prefixes, which begin alike',
    measure: ofEach('AWS::S3::BucketPolicy', each => bytesOf(each['PolicyDocument'])),
  },
  'api-policy': {
    what: 'the resource policy of an API',
    most: 8192,
    unit: 'bytes',
    page: 'API Gateway, "Quotas for configuring and running a REST API"',
    settings: 'issuers of other accounts',
    remedy: 'an account in place of its roles, or a token of an identity provider',
    measure: ofEach('AWS::ApiGateway::RestApi', each => bytesOf(each['Policy'] ?? '')),
  },
  'function-variables': {
    what: 'all variables of a function',
    most: 4096,
    unit: 'bytes',
    page: 'Lambda, "Quotas"',
    settings: 'issuers and their prefixes, auth.jwks',
    remedy:
      'fewer or shorter prefixes, an account in place of its roles, a group in place of subjects, fewer or smaller keys',
    measure: ofEach('AWS::Lambda::Function', ({ Environment }, template) => {
      const { Variables = {} } = (Environment ?? {}) as { Variables?: object }
      const all = Object.entries(Variables).map(([name, value]) => name + textOf(value, template))
      return Buffer.byteLength(all.join(''))
    }),
  },
  'content-security-policy': {
    what: 'the Content-Security-Policy of a page',
    most: 1783,
    unit: 'characters',
    page: 'CloudFront, "Quotas": the value of a header',
    settings: 'sendPage.origins, auth',
    remedy: 'fewer or shorter origins',
    measure: ofEach('AWS::CloudFront::ResponseHeadersPolicy', ({ ResponseHeadersPolicyConfig: config }, template) => {
      const { SecurityHeadersConfig: headers } = config as { SecurityHeadersConfig?: Policies }
      const { ContentSecurityPolicy: policy = '' } = headers?.ContentSecurityPolicy ?? {}
      return textOf(policy, template).length
    }),
  },
  tags: {
    what: 'a resource',
    most: 50,
    unit: 'tags',
    page: 'Tagging AWS Resources, "Tag naming limits and requirements"',
    settings: 'tags, and tags of the app',
    remedy: 'fewer tags',
    measure: ofEach(undefined, ({ Tags = [] }) => Object.keys(Tags as object).length),
  },
} as const satisfies Readonly<Record<string, Limit>>

/** Returns the mistakes of a construct whose parts are in these stacks; each names its settings, the amount and what is allowed. */
export function beyondLimits(scope: IConstruct, stacks: readonly Stack[]): readonly string[] {
  return stacks.flatMap(stack => {
    const beside = stack === Stack.of(scope) ? scope : stack
    const elements = beside.node.findAll().filter(each => CfnElement.isCfnElement(each))
    const own = new Set(elements.map(each => String(stack.resolve(each.logicalId))))
    const template = templateOf(stack)
    const indent = stack.node.tryGetContext('@aws-cdk/core:suppressTemplateIndentation') === true ? 0 : 1
    return Object.entries<Limit>(limits).flatMap(([id, limit]) =>
      [...limit.measure(template, own, indent)].flatMap(([of, amount]) => {
        if (amount <= limit.most) return []
        const { what, unit, most, page, settings, remedy } = limit
        const where = of === 'all' ? stack.stackName : `${of} of ${stack.stackName}`
        const problem = `${what} (${where}) is larger than AWS takes, by ${settings}`
        return messageOf(id, { problem, got: `${amount} ${unit}`, allowed: `${most} ${unit} (${page}): ${remedy}` })
      }),
    )
  })
}

/** The CDK has no public way to the template of a stack before it is written. */
function templateOf(stack: Stack): Template {
  const compose = Reflect.get(stack, '_toCloudFormation') as () => unknown
  return stack.resolve(compose.call(stack)) as Template
}

/** Measures each resource of a type, or of all. */
function ofEach(
  type: string | undefined,
  amountOf: (properties: Readonly<Record<string, unknown>>, template: Template) => number,
): Measure {
  return (template, own) => {
    const all = Object.entries(template.Resources ?? {})
    const found = all.filter(([id, { Type }]) => own.has(id) && (type ?? Type) === Type)
    return new Map(found.map(([id, { Properties = {} }]) => [id, amountOf(Properties, template)]))
  }
}

/** Adds up the policies of each role, which may be that of the CDK's function for calls, outside the construct. */
function inlinePolicies(template: Template, own: ReadonlySet<string>): ReadonlyMap<string, number> {
  const byRole = new Map<string, number>()
  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources ?? {})) {
    const isRole = Type === 'AWS::IAM::Role'
    if (!own.has(id) || !(isRole || Type === 'AWS::IAM::Policy')) continue
    const documents = isRole ? ((Properties['Policies'] ?? []) as Readonly<Record<string, unknown>>[]) : [Properties]
    const length = documents.reduce((sum, each) => sum + textOf(each['PolicyDocument'], template).length, 0)
    for (const role of isRole
      ? [id]
      : ((Properties['Roles'] ?? []) as { Ref?: string }[]).map(each => each.Ref ?? '')) {
      if (role !== '') byRole.set(role, (byRole.get(role) ?? 0) + length)
    }
  }
  return byRole
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(textOf(value))
}

/** The longest that a reference becomes, in characters: the ARN of a role without a path, or that of the stream of a table. */
const longest: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 3,
  'AWS::Region': 14,
  'AWS::URLSuffix': 13,
  'AWS::IAM::Role': 96,
}
const longestOther = 110

/** Returns a value of a template as AWS gets it, with the longest text in place of what only CloudFormation knows. */
function textOf(value: unknown, { Resources = {} }: Template = {}): string {
  const known = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner
    const { Ref, 'Fn::Join': parts, 'Fn::GetAtt': attribute } = inner as { Ref?: string } & Record<string, unknown>
    if (Array.isArray(parts)) return (parts[1] as readonly unknown[]).map(known).join(String(parts[0]))
    if (!/^\{"(Ref|Fn::\w+)":/.test(JSON.stringify(inner))) return inner
    const [id = ''] = Array.isArray(attribute) ? (attribute as readonly string[]) : []
    return 'x'.repeat(longest[Ref ?? Resources[id]?.Type ?? ''] ?? longestOther)
  }
  const resolved = known(value)
  return typeof resolved === 'string' ? resolved : JSON.stringify(resolved, (_, inner: unknown) => known(inner))
}
