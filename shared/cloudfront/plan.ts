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
