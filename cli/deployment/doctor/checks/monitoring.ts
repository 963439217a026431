import type { PhysicalNames } from '../../../../infra/placement/physical-names.ts'
import { regionsOf, type Settings } from '../../../../infra/settings/settings.ts'
import { deliveryLogFields } from '../../../../shared/delivery/facts.ts'
import type { Alarm, LogDelivery } from '../../../ports/aws-resources.ts'
import { expectedAlarms, expectedReaders } from '../../names.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'

/** All alarms exist, none is in state `ALARM`, and someone gets them. */
export const alarms = check({
  name: 'alarms',
  fine: 'all alarms exist, none is in state ALARM, and each has a receiver',
  needs: ['alarms'],
  *inspect({ alarms: found }, { settings, used }) {
    for (const region of regionsOf(settings)) {
      const existing = found[region] ?? []
      const expected = expectedAlarms(settings, region, used?.stack)
      const silent = settings.events ? [] : existing.filter(({ hasReceiver }) => !hasReceiver)
      for (const name of expected.filter(each => !existing.some(alarm => alarm.name === each)))
        yield fail(`there is no alarm ${name} in ${region}`)
      if (silent.length > 0) yield withoutReceiver(silent, settings)
      for (const { name } of existing.filter(({ inAlarm }) => inAlarm))
        yield warn(`${name} in ${region} is in state ALARM`, 'follow its description')
    }
  },
})

function withoutReceiver(silent: readonly Alarm[], { alarmEmail }: Settings): Problem {
  const found = `${silent.length} alarms have no receiver, such as ${silent[0]?.name}`
  if (alarmEmail !== undefined) return warn(found)
  return warn(found, `set alarmEmail, or alarmTopic of a construct, then ${deployAgain}`)
}

/** Time within which the watch function finds a new log group, in milliseconds: a day, as its documentation promises. */
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
  needs: ['logDeliveries'],
  sees: ['readers'],
  *inspect({ logDeliveries, readers: found }, { settings, names }) {
    for (const { name, region, count } of expectedReaders(settings, names)) {
      const sources = found.find(each => each.name === name && each.region === region)?.sources ?? []
      const missing = `${name} in ${region} reads ${sources.length} of ${count} sources: event source mappings are missing`
      if (sources.length < count) yield fail(missing)
      for (const { id, state } of sources.filter(each => each.state !== 'Enabled')) {
        const todo = `aws lambda update-event-source-mapping --region ${region} --uuid ${id} --enabled`
        yield fail(`${name} in ${region} does not read: its event source mapping is ${state}`, todo)
      }
    }
    if (settings.deliveryProof) yield* missingFields(logDeliveries, names)
  },
})

/** Deliveries are known by fields of the access log. */
function missingFields(logDeliveries: readonly LogDelivery[], names: PhysicalNames): readonly Problem[] {
  const ours = logDeliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
  const logged = new Set<string>(ours.flatMap(({ fields = deliveryLogFields }) => fields))
  const missing = deliveryLogFields.filter(field => !logged.has(field))
  return missing.length === 0 ? [] : [fail(`the access log lacks ${missing.join(', ')}: no delivery is known`)]
}
