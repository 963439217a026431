import { CfnSubscription } from 'aws-cdk-lib/aws-pricingplanmanager'
import type { Construct } from 'constructs'
import type { Plan } from '../../shared/plan.ts'
import { SupportStack, type SupportStackProps } from './support-stack.ts'

/** Props of `PlanStack`. */
export interface PlanStackProps extends SupportStackProps {
  readonly plan: Plan
  readonly distributionArn: string
  readonly webAclArn: string
}

/**
 * The subscription of CloudFront's flat-rate plan, for one distribution and its web ACL. Never part of their stack: a subscription
 * that is deleted ends with the billing month, and until then neither of them can be deleted. Paid plans wait for an approval, which
 * a stack can't give; their tier can't be changed by an update.
 */
export class PlanStack extends SupportStack {
  constructor(scope: Construct, id: string, { plan, distributionArn, webAclArn, ...props }: PlanStackProps) {
    super(scope, id, props)
    new CfnSubscription(this, 'Subscription', {
      planFamily: 'CloudFront',
      planTier: plan.toUpperCase(),
      resourceArns: [distributionArn, webAclArn],
    })
  }
}
