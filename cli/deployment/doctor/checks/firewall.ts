import { firewallOf } from '../../../../infra/placement/placement.ts'
import { redactedFields } from '../../../../shared/secrets/secret-headers.ts'
import type { WebAcl } from '../../../ports/aws-cloudfront.ts'
import { type Expected, isAdded } from '../facts.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** Least number of functions that Lambda should run at once, per Region: AWS's default, of which new accounts have less. */
const wantedConcurrency = 1000

/** Links have the web ACL of the settings. No web ACL, also not another one, keeps samples or logs of requests: paths hold nonces. */
export const webAcl = check({
  name: 'web-acl',
  fine(_, { settings }) {
    if (firewallOf(settings) !== 'none') return 'the distribution has its web ACL, which records no requests'
    return 'there is no web ACL, as in the settings: docs/cost.md says what a flood of forged links costs'
  },
  needs: ['distribution'],
  sees: ['webAcl'],
  *inspect({ distribution, webAcl: acl }, expected) {
    const { settings, names } = expected
    const { webAcl: attached } = distribution
    const firewall = firewallOf(settings)
    if (attached === undefined && firewall !== 'none') yield fail('the distribution lacks its web ACL')
    if (attached === undefined) return
    if (acl === undefined) return yield fail(`the web ACL of the distribution, ${attached}, does not exist`)
    const todo = `set firewall to it, or in CloudFront, remove the web ACL of ${distribution.id}`
    if (firewall === 'none' && !isAdded(expected))
      yield warn(`the distribution has web ACL ${attached}, expected: none`, todo)
    yield* acl.name === names.edgeFunction ? ownRecords(acl) : otherRecords(acl, expected)
  },
})

const samples = 'the web ACL keeps samples of requests, which hold nonces'

function ownRecords({ arn, keepsSamples, logsWithout }: WebAcl): readonly Problem[] {
  const stopLogs = `aws wafv2 delete-logging-configuration --region us-east-1 --resource-arn ${arn}`
  return [...(keepsSamples ? [fail(samples)] : []), ...logged(logsWithout).map(found => fail(found, stopLogs))]
}

/** No deployment changes another web ACL. What a construct warns of, its app may have acknowledged, which AWS doesn't know. */
function otherRecords({ name, keepsSamples, logsWithout }: WebAcl, { used }: Expected): readonly Problem[] {
  const doubt = used === undefined ? fail : warn
  const orPeople = 'or let only people see them who may see links'
  const redact = `redactedFields of the log of ${name}: ${redactedFields.join(', ')}`
  return [
    ...(keepsSamples ? [doubt(samples, `turn sampled requests of ${name} and of its rules off, ${orPeople}`)] : []),
    ...logged(logsWithout).map(found => doubt(found, `${redact}; ${orPeople}`)),
  ]
}

function logged(without: readonly string[] | undefined): readonly string[] {
  const missing = without && redactedFields.filter(field => !without.includes(field))
  if (missing === undefined || missing.length === 0) return []
  return [`the web ACL logs requests with ${missing.join(', ')}, which hold nonces and secrets`]
}

/** Lambda runs enough functions at once, wherever the edge runs. New accounts have 10, and all functions of a Region share them. */
export const concurrency = check({
  name: 'concurrency',
  fine: 'Lambda runs enough functions at once in every Region of the edge',
  needs: ['concurrency'],
  *inspect({ concurrency: found }) {
    for (const [region, most = 0] of Object.entries(found)) {
      if (most >= wantedConcurrency) continue
      const todo = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${wantedConcurrency} --region ${region}`
      const risk = 'for all of the account: more viewers at once get 503'
      yield warn(`Lambda runs ${most} functions at once in ${region}, ${risk}`, todo)
    }
  },
})
