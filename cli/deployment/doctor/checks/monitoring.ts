import { hasDistributionLog } from '../../../../infra/placement/placement.ts'
import { edgeStackRegion, type Settings } from '../../../../infra/settings/settings.ts'
import type { Distribution } from '../../../ports/aws-cloudfront.ts'
import type { Alarm } from '../../../ports/aws-resources.ts'
import { expectedAlarms, expectedReaders } from '../../names.ts'
import { linkPattern } from '../behaviours.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'
import { type Expected, isAdded } from '../facts.ts'

/** All alarms exist, none is in state `ALARM`, and someone gets them. */
export const alarms = check({
  name: 'alarms',
  fine: 'all alarms exist, none is in state ALARM, and each has a receiver',
  needs: ['alarms'],
  *inspect({ alarms: found }, { settings, used }) {
    const expected = expectedAlarms(settings, used?.stack)
    const silent = settings.events ? [] : found.filter(({ hasReceiver }) => !hasReceiver)
    for (const name of expected.filter(each => !found.some(alarm => alarm.name === each)))
      yield fail(`there is no alarm ${name} in ${edgeStackRegion}`)
    if (silent.length > 0) yield withoutReceiver(silent, settings)
    for (const { name } of found.filter(({ inAlarm }) => inAlarm))
      yield warn(`${name} in ${edgeStackRegion} is in state ALARM`, 'follow its description')
  },
})

function withoutReceiver(silent: readonly Alarm[], { alarmEmail }: Settings): Problem {
  const found = `${silent.length} alarms have no receiver, such as ${silent[0]?.name}`
  if (alarmEmail !== undefined) return warn(found)
  return warn(found, `set alarmEmail, or alarmTopic of a construct, then ${deployAgain}`)
}

/** Time within which the function of totals finds a new log group, in milliseconds: a day, as its documentation promises. */
const dayMs = 24 * 3600_000

/** The edge's logs are kept as long as the settings say, wherever there are any. */
export const logRetention = check({
  name: 'log-retention',
  fine: 'the logs of the edge are kept as long as the settings say',
  needs: ['distribution'],
  sees: ['edgeLogs'],
  *inspect({ edgeLogs }, { settings: { logRetentionDays: days }, names, now }) {
    for (const [region, group] of Object.entries(edgeLogs)) {
      if (group === undefined || group.retentionDays === days) continue
      const isNew = group.createdAt !== undefined && now < group.createdAt + dayMs
      if (isNew && group.retentionDays === undefined) continue
      const kept = group.retentionDays === undefined ? 'for ever' : `${group.retentionDays} days`
      const todo = `aws logs put-retention-policy --region ${region} --log-group-name ${names.edgeLogs} --retention-in-days ${days}`
      yield warn(`${names.edgeLogs} in ${region} is kept ${kept}, expected: ${days} days`, todo)
    }
  },
})

/** Events are counted and published, webhooks sent and deliveries known: what reads is on, which no template says. */
export const readers = check({
  name: 'readers',
  fine: 'the streams, the access log and the queues that the settings need are read',
  needs: [],
  sees: ['readers'],
  *inspect({ readers: found }, { settings, names }) {
    for (const { name, region, count } of expectedReaders(settings, names)) {
      const sources = found.find(each => each.name === name && each.region === region)?.sources ?? []
      const missing = `${name} in ${region} reads ${sources.length} of ${count} sources: event source mappings are missing`
      if (sources.length < count) yield fail(missing)
      for (const { id, state } of sources.filter(each => each.state !== 'Enabled')) {
        const todo = `aws lambda update-event-source-mapping --region ${region} --uuid ${id} --enabled`
        yield fail(`${name} in ${region} does not read: its event source mapping is ${state}`, todo)
      }
    }
  },
})

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
