import { CfnOutput, Stack } from 'aws-cdk-lib'
import type * as iam from 'aws-cdk-lib/aws-iam'
import type { IConstruct } from 'constructs'
import { warn } from '../errors.ts'

/** Replaces what a template can't name in an output, because it belongs to another stack. */
export const unnamed = 'BUCKET-NAME'

/** Statements that the construct can't add itself. */
export interface Missing {
  /** The id of the warning, without `once-at-edge:`. */
  readonly warning: string
  /** The policy that needs them, such as `the policy of bucket files`. */
  readonly policy: string
  /** What happens without them, such as `files return 403`. */
  readonly otherwise: string
  readonly statements: readonly iam.PolicyStatement[]
}

/**
 * Prints statements for someone else to add: an output with their JSON, whose logical id begins with the path of `scope` and ends with
 * `ID` and `Statement`, and a warning that names it.
 */
export function printStatements(
  scope: IConstruct,
  id: string,
  { warning, policy, otherwise, statements }: Missing,
): void {
  const stack = Stack.of(scope)
  const json = statements.map(statement => statement.toStatementJson() as unknown)
  const output = new CfnOutput(scope, `${id}Statement`, {
    value: stack.toJsonString(json),
    description: `Add to ${policy}; otherwise ${otherwise}`,
  })
  const name = stack.resolve(output.logicalId) as string
  warn(
    scope,
    warning,
    `add the statements of the output ${name} of ${stack.stackName} to ${policy}; otherwise ${otherwise}`,
  )
}

/**
 * Prints the id of the distribution, and a warning that says what to do with it: the stack of a bucket can't refer to the distribution's,
 * which refers to the bucket.
 */
export function printDistributionId(scope: IConstruct, { distributionId }: { readonly distributionId: string }): void {
  const stack = Stack.of(scope)
  const description = 'Set content.distributionId to it; otherwise files return 403'
  const output = new CfnOutput(scope, 'DistributionId', { value: distributionId, description })
  const name = stack.resolve(output.logicalId) as string
  const text = `deploy once, then set content.distributionId to the output ${name} of ${stack.stackName} and deploy again, so that the bucket's stack allows the distribution; otherwise files return 403`
  warn(scope, 'content-distribution-id', text)
}
