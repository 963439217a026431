import { CfnOutput, Stack } from 'aws-cdk-lib'
import type * as iam from 'aws-cdk-lib/aws-iam'
import type * as s3 from 'aws-cdk-lib/aws-s3'
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
  const json = statements.map(statement => statement.toStatementJson() as unknown)
  print(scope, `${id}Statement`, { warning, what: 'statements', place: policy, otherwise, json })
}

/** Prints the CORS rule of uploads for someone else to add to a bucket, as `printStatements` does: the id ends with `BucketCors`. */
export function printCorsRule(
  scope: IConstruct,
  bucket: string,
  { allowedMethods, allowedOrigins, allowedHeaders }: s3.CorsRule,
): void {
  print(scope, 'BucketCors', {
    warning: 'content-bucket-cors',
    what: 'rule',
    place: `the CORS rules of the bucket ${bucket}`,
    otherwise: "browsers can't upload files",
    json: [{ AllowedMethods: allowedMethods, AllowedOrigins: allowedOrigins, AllowedHeaders: allowedHeaders }],
  })
}

interface Printed extends Pick<Missing, 'warning' | 'otherwise'> {
  readonly what: string
  readonly place: string
  readonly json: readonly unknown[]
}

function print(scope: IConstruct, id: string, { warning, what, place, otherwise, json }: Printed): void {
  const stack = Stack.of(scope)
  const description = `Add to ${place}; otherwise ${otherwise}`
  const output = new CfnOutput(scope, id, { value: stack.toJsonString(json), description })
  const name = stack.resolve(output.logicalId) as string
  warn(
    scope,
    warning,
    `add the ${what} of the output ${name} of ${stack.stackName} to ${place}; otherwise ${otherwise}`,
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
