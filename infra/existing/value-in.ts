import { CfnOutput, Fn, Stack, Token } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** A value of a resource of yours. */
export interface OwnedValue {
  /** Text, or a token that only the template of its own stack can resolve. */
  readonly value: string
  readonly owner: IConstruct
  /** A name for the value, such as `BucketName`; unique for each owner. */
  readonly name: string
}

/**
 * Returns the value as resources in `scope`'s stack can have it. From another stack it comes as an output, by a weak reference, also from
 * another Region: the CDK itself refuses that unless the resource has a physical name. That stack is deployed first. AWS refuses weak
 * references in outputs (CloudFormation, "Fn::GetStackOutput").
 */
export function valueIn(scope: IConstruct, { value, owner, name }: OwnedValue): string {
  if (!Token.isUnresolved(value)) return value
  const from = Stack.of(owner)
  const to = Stack.of(scope)
  if (from === to) return value
  const id = `OnceAtEdge${name}${owner.node.addr.slice(-8)}`
  if (from.node.tryFindChild(id) === undefined) new CfnOutput(from, id, { value }).overrideLogicalId(id)
  to.addStackDependency(from)
  return Fn.getStackOutput(from.stackName, id, from.region)
}
