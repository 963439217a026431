import { resourcesOf, type Templates } from '../infra/synthesised.ts'
import type { PolicyDocument } from './evaluate.ts'

/** A policy with the path of its resource in the templates. */
export interface NamedPolicy {
  readonly name: string
  readonly policy: PolicyDocument
}

/** Returns what CloudFormation makes of a value: texts of known parts, and one ARN for all other resources, but for those in `known`. */
export function rendered(value: unknown, account: string, known: Readonly<Record<string, string>> = {}): unknown {
  if (Array.isArray(value)) return value.map(each => rendered(each, account, known))
  if (typeof value !== 'object' || value === null) return value
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::GetStackOutput': output,
    'Fn::Join': join,
  } = value as Record<string, unknown>
  if (Array.isArray(join)) return (rendered(join[1], account, known) as string[]).join(String(join[0]))
  if (Array.isArray(attribute) && known[attribute[0]] !== undefined) return known[attribute[0]]
  if (attribute !== undefined || output !== undefined) return `arn:aws:other:eu-west-1:${account}:resource`
  const pseudo: Record<string, string> = { 'AWS::AccountId': account, 'AWS::Partition': 'aws' }
  if (typeof Ref === 'string') return pseudo[Ref] ?? Ref
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rendered(each, account, known)]))
}

/** Returns all policies of roles in the templates. */
export function rolePolicies(
  templates: Templates,
  account: string,
  known?: Readonly<Record<string, string>>,
): readonly NamedPolicy[] {
  return ['AWS::IAM::Policy', 'AWS::IAM::Role'].flatMap(type =>
    resourcesOf(templates, type).flatMap(({ id, stack, Properties: { PolicyDocument, Policies = [] } }) =>
      [PolicyDocument, ...(Policies as { PolicyDocument: unknown }[]).map(each => each.PolicyDocument)]
        .filter(Boolean)
        .map(each => ({ name: `${stack}: ${id}`, policy: rendered(each, account, known) as PolicyDocument })),
    ),
  )
}
