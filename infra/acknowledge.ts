import { AspectPriority, Aspects, CfnResource, Stack, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** Reasons, by rule. */
type Reasons = Readonly<Record<string, string>>

/** The types on which a rule of cdk-nag has findings. */
const typesOf: Readonly<Record<string, string>> = {
  APIG1: 'ApiGateway::Stage',
  APIG3: 'ApiGateway::Stage',
  APIG4: 'ApiGateway::Method',
  APIG6: 'ApiGateway::Stage',
  COG4: 'ApiGateway::Method',
  CFR1: 'CloudFront::Distribution',
  CFR2: 'CloudFront::Distribution',
  CFR3: 'CloudFront::Distribution',
  CFR4: 'CloudFront::Distribution',
  IAM4: 'IAM::Role',
  IAM5: 'IAM::Policy',
  S1: 'S3::Bucket',
  SQS3: 'SQS::Queue',
}

/**
 * Acknowledges findings of cdk-nag on a construct and what is below it, each with its reason. Keys are rule ids without `AwsSolutions-`;
 * each covers one finding, so a new finding of the same rule is still reported. Version 3 reads the construct, version 2 the metadata of
 * each resource. A function returns what is known at the end of the synthesis only.
 */
export function acknowledge(construct: IConstruct, reasons: Reasons | (() => Reasons)): void {
  const visit = (node: IConstruct) => {
    for (const [rule, reason] of Object.entries(typeof reasons === 'function' ? reasons() : reasons)) {
      // Only now, because an aspect or an override may change the logical id in it.
      const reported = asReported(Stack.of(construct).resolve(rule))
      if (node === construct) Validations.of(node).acknowledge({ id: `AwsSolutions-${reported}`, reason })
      if (CfnResource.isCfnResource(node)) suppress(node, reported, reason)
    }
  }
  Aspects.of(construct).add({ visit }, { priority: AspectPriority.MUTATING })
}

/** Writes what cdk-nag 2 reads, beside what is there. */
function suppress(resource: CfnResource, reported: string, reason: string): void {
  const [, rule = reported, finding] = /^(\w+)\[(.*)\]$/s.exec(reported) ?? []
  if (resource.cfnResourceType !== `AWS::${typesOf[rule]}`) return
  const added = { id: `AwsSolutions-${rule}`, reason, ...(finding !== undefined && { applies_to: [finding] }) }
  const { rules_to_suppress: before = [] } = (resource.getMetadata('cdk_nag') ?? {}) as { rules_to_suppress?: object[] }
  if (before.some(each => JSON.stringify(each) === JSON.stringify(added))) return
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...before, added] })
}

/** Acknowledges a warning of the CDK on a construct, with its reason. */
export function acknowledgeWarning(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `Annotation::${id}`, reason })
}

/** Acknowledges the managed policy of the CDK's function that makes single calls to AWS for constructs of this stack. */
export function acknowledgeCaller(scope: IConstruct): void {
  const caller = Stack.of(scope).node.children.find(({ node }) =>
    node.id.startsWith('AWS679f53fac002430cb0da5b7982bd2287'),
  )
  if (caller === undefined) return
  const managed = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
  acknowledge(caller, { [`IAM4[Policy::${managed}]`]: "The CDK's function may write its log." })
}

/** Spells a resolved text as findings do: references as `<AWS::AccountId>` and `<Id.Arn>`, also in `Fn::Sub`; other functions as JSON. */
function asReported(value: unknown): string {
  if (typeof value === 'string') return value
  const functions = value as Readonly<Record<string, unknown>>
  const { 'Fn::Join': parts, 'Fn::GetAtt': attribute, 'Fn::Sub': text, Ref: id } = functions
  if (Array.isArray(parts)) return (parts[1] as readonly unknown[]).map(asReported).join(String(parts[0]))
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`
  if (typeof text === 'string') return text.replaceAll(/\$\{([^}]+)\}/g, '<$1>')
  return typeof id === 'string' ? `<${id}>` : JSON.stringify(value)
}
