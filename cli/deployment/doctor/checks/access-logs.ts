import { hasDistributionLog } from '../../../../infra/placement/placement.ts'
import type { Distribution } from '../../../ports/aws-cloudfront.ts'
import { linkPattern } from '../behaviours.ts'
import { check, fail, type Problem, warn } from '../check.ts'
import { type Expected, isAdded } from '../facts.ts'

/** Fields that hold nonces, policies, signatures, cookies or addresses (CloudFront, "Standard logging reference"). */
const forbiddenFields = [
  'cs-uri-stem',
  'cs-uri-query',
  'cs(Referer)',
  'cs(Cookie)',
  'c-ip',
  'x-forwarded-for',
  'cs-headers',
  'cs-header-names',
  'original-uri-stem',
]

/** Requests are logged if the settings say so, and no log, also of the api, holds anything that gives access to a file. */
export const accessLogs = check({
  name: 'access-logs',
  fine: (_, { settings }) =>
    hasDistributionLog(settings)
      ? 'requests are logged, without nonces, policies or addresses'
      : 'requests are not logged, as in the settings',
  needs: ['logDeliveries', 'distribution'],
  sees: ['apis'],
  *inspect(facts, expected) {
    const { settings, names } = expected
    const ours = facts.logDeliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
    // Whether a distribution of yours writes one is up to you.
    if (ours.length === 0 && hasDistributionLog(settings) && !isAdded(expected))
      yield fail('the distribution writes no access log')
    for (const { fields } of ours) {
      const logged = forbiddenFields.filter(each => fields?.includes(each) ?? true)
      if (logged.length > 0) yield fail(`the access log holds ${logged.join(', ')}`)
    }
    for (const { id, region } of facts.apis.filter(({ logsBodies }) => logsBodies))
      yield fail(`the api ${id} in ${region} logs bodies, which hold nonces`)
    yield* otherLogs(facts.distribution, expected)
  },
})

/**
 * What no template defines is no drift for CloudFormation, so that it must be undone by hand. Of a distribution of yours, the app may have
 * acknowledged the legacy log, and other behaviours than those of links and files may be logged.
 */
function* otherLogs({ id, oldLog, behaviours }: Distribution, expected: Expected): Iterable<Problem> {
  const prefixes = expected.used?.distribution.prefixes
  const ours = prefixes && new Set([linkPattern, ...prefixes.map(prefix => `/${prefix}*`)])
  const old = 'the distribution also writes the legacy access log, which holds nonces'
  if (oldLog)
    yield isAdded(expected)
      ? warn(old, 'leave enableLogging and logBucket out, or let only people read the bucket who may see links')
      : fail(old, `in CloudFront, turn standard logging (legacy) of ${id} off`)
  for (const { path } of behaviours.filter(each => each.realtimeLog && (ours?.has(each.path) ?? true))) {
    const todo = `in CloudFront, turn the real-time log of ${path} in ${id} off`
    yield fail(`${path} has a real-time log, which may hold nonces`, todo)
  }
}
