import { CfnOutput, Fn, Stack, Token } from 'aws-cdk-lib'
import type { Construct, IConstruct } from 'constructs'
import { OnceAtEdgeError } from '../errors.ts'
import type { ServedBy } from '../serving.ts'

/** What is known of a distribution in its own stack. */
export type Local = Pick<ServedBy, 'linkHost'> & { readonly distributionId: string }

/**
 * Returns the same for the stack of the construct, `once`. If that is another than the stack of `scope`, beside the distribution, it
 * reads outputs by weak references, and is deployed after it. The output with the origin of links is in the stack of the distribution,
 * because AWS refuses such references in outputs (CloudFormation, "Fn::GetStackOutput").
 */
export function servedFrom(once: IConstruct, scope: Construct, local: Local): Local & Pick<ServedBy, 'isElsewhere'> {
  const from = Stack.of(scope)
  const to = Stack.of(once)
  if (from === to) return local
  if (Token.isUnresolved(from.region)) {
    throw new OnceAtEdgeError('distribution-region', {
      problem: 'another stack must know where to read what the stack of the distribution has',
      got: `stack ${from.stackName} without a Region`,
      allowed: "a stack with `env: { region: '...' }`, in the account of OnceAtEdge",
    })
  }
  to.addStackDependency(from)
  new CfnOutput(scope, 'LinkOrigin', { value: `https://${local.linkHost}` })
  const read = (id: string, value: string) => {
    if (!Token.isUnresolved(value)) return value
    const { logicalId } = new CfnOutput(scope, id, { value })
    return Fn.getStackOutput(from.stackName, logicalId, from.region)
  }
  return {
    linkHost: read('LinkHost', local.linkHost),
    distributionId: read('DistributionId', local.distributionId),
    isElsewhere: true,
  }
}
