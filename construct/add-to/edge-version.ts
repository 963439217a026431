import { type CfnElement, CfnOutput, Fn, Lazy, Stack } from 'aws-cdk-lib'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { edgeStackRegion } from '../settings.ts'

/** Characters at the end of the logical id of a function's current version which change with its code and configuration. */
const hashLength = 32

/**
 * Returns the version of the edge function for a distribution in `scope`. In another stack than that of the version, it is read from an
 * output that is named after the version: a weak reference is resolved only if its stack is updated, so with a fixed name the template
 * would stay as it is, and the distribution would keep the old version (decision 45). The stack with the version is deployed first.
 */
export function edgeVersionIn(scope: Construct, version: lambda.IVersion): lambda.IVersion {
  const source = Stack.of(version)
  const target = Stack.of(scope)
  if (source === target) return version
  const name = nameOf(version)
  if (version.node.tryFindChild('Output') === undefined) {
    const value = version.edgeArn
    new CfnOutput(version, 'Output', { value, description: 'The version of the edge function' }).overrideLogicalId(name)
  }
  target.addStackDependency(source)
  return lambda.Version.fromVersionArn(scope, 'EdgeVersion', Fn.getStackOutput(source.stackName, name, edgeStackRegion))
}

/** Returns `EdgeVersion` and the hash of the version, which is known only when all of the function is. */
function nameOf(version: lambda.IVersion): string {
  const resource = version.node.defaultChild as CfnElement
  const { logicalId, stack } = resource
  return Lazy.uncachedString({
    produce: () => `EdgeVersion${String(stack.resolve(logicalId)).slice(-hashLength)}`,
  })
}
