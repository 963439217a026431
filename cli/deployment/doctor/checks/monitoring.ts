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
  inspect({ alarms: found }, { settings, used }) {
    return regionsOf(settings).flatMap(region => {
      const existing = found[region] ?? []
      const expected = expectedAlarms(settings, region, used?.stack)
      const missing = expected.filter(name => !existing.some(alarm => alarm.name === name))
      const silent = settings.events ? [] : existing.filter(({ hasReceiver }) => !hasReceiver)
      return [
        ...missing.map(name => fail(`there is no alarm ${name} in ${region}`)),
        ...(silent.length === 0 ? [] : [withoutReceiver(silent, settings)]),
        ...existing
          .filter(({ inAlarm }) => inAlarm)
          .map(({ name }) => warn(`${name} in ${region} is in state ALARM`, 'follow its description')),
      ]
    })
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
  inspect({ edgeLogs }, { settings: { logRetentionDays: days }, names, now }) {
    return Object.entries(edgeLogs).flatMap(([region, group]) => {
      if (group === undefined || group.retentionDays === days) return []
      const isNew = group.createdAt !== undefined && now < group.createdAt + dayMs
      if (isNew && group.retentionDays === undefined) return []
      const kept = group.retentionDays === undefined ? 'for ever' : `${group.retentionDays} days`
      const todo = `aws logs put-retention-policy --region ${region} --log-group-name ${names.edgeLogs} --retention-in-days ${days}`
      return [warn(`${names.edgeLogs} in ${region} is kept ${kept}, expected: ${days} days`, todo)]
    })
  },
})

/** Events are counted and published, webhooks sent and deliveries known: what reads is on, which no template says. */
export const readers = check({
  name: 'readers',
  fine: 'the streams, the access log and the queues that the settings need are read',
  needs: ['logDeliveries'],
  sees: ['readers'],
  inspect({ logDeliveries, readers: found }, { settings, names }) {
    const problems = expectedReaders(settings, names).flatMap(({ name, region, count }) => {
      const sources = found.find(each => each.name === name && each.region === region)?.sources ?? []
      const missing = `${name} in ${region} reads ${sources.length} of ${count} sources: event source mappings are missing`
      return [
        ...(sources.length < count ? [fail(missing)] : []),
        ...sources
          .filter(({ state }) => state !== 'Enabled')
          .map(({ id, state }) =>
            fail(
              `${name} in ${region} does not read: its event source mapping is ${state}`,
              `aws lambda update-event-source-mapping --region ${region} --uuid ${id} --enabled`,
            ),
          ),
      ]
    })
    return [...problems, ...(settings.deliveryProof ? missingFields(logDeliveries, names) : [])]
  },
})

/** Deliveries are known by fields of the access log. */
function missingFields(logDeliveries: readonly LogDelivery[], names: PhysicalNames): readonly Problem[] {
  const ours = logDeliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
  const logged = new Set<string>(ours.flatMap(({ fields = deliveryLogFields }) => fields))
  const missing = deliveryLogFields.filter(field => !logged.has(field))
  return missing.length === 0 ? [] : [fail(`the access log lacks ${missing.join(', ')}: no delivery is known`)]
}
