/** CloudFront's flat-rate plans that a deployment can have (AWS, "CloudFront flat-rate pricing plans"). */
export const plans = ['free', 'pro', 'business'] as const

/** One of these plans. */
export type Plan = (typeof plans)[number]

/**
 * Returns whether a distribution may have cache, origin request and response headers policies of its own: without a plan, and from
 * `business` on. The others allow AWS's managed ones only (same page, "Features").
 */
export function allowsOwnPolicies(plan: Plan | undefined): boolean {
  return plan === undefined || plan === 'business'
}

/**
 * What an operator has to do after the stack of the subscription was created; undefined if nothing: AWS approves only `free` by
 * itself (AWS CloudFormation, "AWS::PricingPlanManager::Subscription").
 */
export function approvalAdvice(plan: Plan): string | undefined {
  if (plan === 'free') return undefined
  return `The plan ${plan} waits for your approval (PENDING_APPROVAL) and costs nothing until then: approve it in the CloudFront console, or with the command approve-paid-subscription of pricingplanmanager in us-east-1. Until then CloudFront is billed by use.`
}

/** What the removal of a subscription means for the rest of the deployment (same page). */
export const endOfPlanAdvice =
  'The plan of the distribution ends with the current billing month. Until then AWS deletes neither the distribution nor its web ACL, and does not part them: run the same command again after that.'
