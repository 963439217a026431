import { Aws, Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Says of a construct why rules of cdk-nag do not hold for it, by their ids without `AwsSolutions-`. One finding each: a
 * new one of the same rule is seen.
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${asReported(rule)}`, reason })
  }
}

/** Says of a construct why a warning of the CDK's does not hold for it. */
export function acknowledgeWarning(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `Annotation::${id}`, reason })
}

/** What is known only when it is deployed is spelled `<AWS::AccountId>` in a finding. */
function asReported(rule: string): string {
  return rule.replaceAll(Aws.PARTITION, '<AWS::Partition>').replaceAll(Aws.ACCOUNT_ID, '<AWS::AccountId>')
}
