import { Aws, Stack, Token, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Acknowledges findings of cdk-nag on a construct, each with its reason. Keys are rule ids without `AwsSolutions-`; each
 * covers one finding, so a new finding of the same rule is still reported.
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    const reported = asReported(rule)
    // A finding on what is named by a token of yours has an id that isn't known yet.
    if (!Token.isUnresolved(reported)) Validations.of(construct).acknowledge({ id: `AwsSolutions-${reported}`, reason })
  }
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

/** Spells tokens as findings do, such as `<AWS::AccountId>`. */
function asReported(rule: string): string {
  return rule.replaceAll(Aws.PARTITION, '<AWS::Partition>').replaceAll(Aws.ACCOUNT_ID, '<AWS::AccountId>')
}
