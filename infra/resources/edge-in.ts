import { type CfnElement, CfnOutput, Fn, Lazy, Stack } from 'aws-cdk-lib'
import * as lambda from 'aws-cdk-lib/aws-lambda'
import type { Construct, IConstruct } from 'constructs'
import { hasOwnFirewall } from '../placement/placement.ts'
import type { Edge } from './edge.ts'
import { edgeStackRegion, type Settings } from '../settings/settings.ts'

/** What a distribution needs of the edge, for the template of its stack. */
export interface EdgeValues {
  readonly viewerRequest: lambda.IVersion
  readonly keyGroupId: string
  /** Undefined without a web ACL. */
  readonly webAclArn: string | undefined
}

/**
 * Returns what a distribution in `scope` needs of the edge. In another stack than that of the edge, it reads outputs by weak references,
 * and is deployed after it.
 */
export function edgeIn(scope: Construct, edge: Edge, settings: Settings): EdgeValues {
  const { version, keyGroupId } = edge
  if (Stack.of(edge) === Stack.of(scope)) return { viewerRequest: version, keyGroupId, webAclArn: edge.webAclArn }
  Stack.of(scope).addStackDependency(Stack.of(edge))
  const arn = readOutput(edge, outputOf(version), [version.edgeArn, 'The version of the edge function'])
  return {
    viewerRequest: lambda.Version.fromVersionArn(scope, 'EdgeVersion', arn),
    keyGroupId: readOutput(edge, 'KeyGroupId', [keyGroupId, 'The key group that signs URLs']),
    webAclArn: webAclIn(scope, edge, settings),
  }
}

/** Returns the ARN of the web ACL for the template of a stack that is deployed after that of the edge; undefined without one. */
export function webAclIn(scope: IConstruct, edge: Edge, settings: Settings): string | undefined {
  const { webAclArn: value } = edge
  if (value === undefined || !hasOwnFirewall(settings) || Stack.of(edge) === Stack.of(scope)) return value
  return readOutput(edge, 'WebAclArn', [value, 'The web ACL of links'])
}

/**
 * Creates an output in the stack of the edge, once, and returns a weak reference to it. A token in its name is resolved at the end of the
 * synthesis.
 */
function readOutput(edge: Edge, name: string, [value, description]: readonly [string, string]): string {
  if (edge.node.tryFindChild(description) === undefined)
    new CfnOutput(edge, description, { value, description }).overrideLogicalId(name)
  return Fn.getStackOutput(Stack.of(edge).stackName, name, edgeStackRegion)
}

/** Characters at the end of the logical id of a function's current version which change with its code and configuration. */
const hashLength = 32

/**
 * Returns the name of the output with a version: `EdgeVersion` and the hash of the version, which is known only when all of the function
 * is. A weak reference is resolved only when its stack is updated: with a fixed name the template would stay as it is, and the
 * distribution would keep the old version (decision 45).
 */
function outputOf({ node }: IConstruct): string {
  const { logicalId, stack } = node.defaultChild as CfnElement
  return Lazy.uncachedString({ produce: () => `EdgeVersion${String(stack.resolve(logicalId)).slice(-hashLength)}` })
}
