import type { InvalidField } from '../shared/fields.ts'
import { allowsOwnPolicies } from '../shared/plan.ts'
import type { Settings } from './settings.ts'

/**
 * Checks that the settings use nothing that CloudFront refuses to a distribution with their flat-rate plan, and that they have the
 * web ACL without which there is no plan (AWS, "CloudFront flat-rate pricing plans", read in 2026-11). What else plans refuse, such
 * as real-time logs or groups of rules, no setting can add.
 */
export function checkPlan({ plan, firewall, accessLogs, deliveryProof, cacheSeconds }: Settings): InvalidField[] {
  if (plan === undefined) {
    if (firewall !== 'plan') return []
    return [{ field: 'firewall', got: '"plan"', allowed: '"none", "own" or the ARN of a web ACL without `plan`' }]
  }
  const invalid: InvalidField[] = []
  const refuse = (field: string, got: unknown, allowed: string) =>
    invalid.push({ field, got: JSON.stringify(got), allowed })
  if (firewall === 'none') {
    refuse('firewall', firewall, `"plan" or the ARN of a web ACL with the plan ${plan}: each plan needs one`)
  }
  if (plan === 'free' && firewall === 'own') {
    refuse('firewall', firewall, '"plan" or the ARN of a web ACL with the plan free, which allows no answer of our own')
  }
  if (plan === 'free' && accessLogs) {
    refuse('accessLogs', accessLogs, 'false with the plan free; true from the plan pro on')
  }
  if (plan === 'free' && deliveryProof) {
    refuse(
      'deliveryProof',
      deliveryProof,
      'false with the plan free, which has no access logs; true from the plan pro on',
    )
  }
  if (!allowsOwnPolicies(plan) && cacheSeconds > 0) {
    refuse('cacheSeconds', cacheSeconds, `0 with the plan ${plan}, which allows no cache policy of our own`)
  }
  return invalid
}
