import { hasEndpoints } from '../../../../construct/endpoint-rules.ts'
import { readerRegionsOf } from '../../../../construct/placement.ts'
import { apiRegionsOf, edgeStackRegion, regionsOf, type Settings } from '../../../../construct/settings.ts'
import type { Alarm } from '../../../ports/aws-resources.ts'
import { expectedAlarms } from '../../names.ts'
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

/** The watch function exists and is called: it keeps the edge's logs short, and brings its metrics to their alarms. */
export const watch = check({
  name: 'watch',
  fine: 'the watch function is called on a schedule',
  needs: [],
  sees: ['watch'],
  inspect({ watch: schedules }, { names }) {
    if (schedules === undefined) return [fail(`there is no function ${names.watchFunction} in ${edgeStackRegion}`)]
    if (schedules.length > 0) return []
    return [fail(`no schedule calls ${names.watchFunction}: alarms get no metrics of other Regions`)]
  },
})

/** Time within which the watch function finds a new log group, in milliseconds: a day, as its documentation promises. */
const dayMs = 24 * 3600_000

/** The edge's logs are kept as long as the settings say, wherever there are any. */
export const logRetention = check({
  name: 'log-retention',
  fine: 'the logs of the edge are kept as long as the settings say',
  needs: ['watch'],
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

/** Functions read the table's streams, which counts what happens to links; with `events`, they publish it to the bus. */
export const events = check({
  name: 'events',
  fine: (_, { settings }) =>
    settings.events ? 'events of links are counted, and published to the bus' : 'events of links are counted',
  needs: [],
  sees: ['hasBus', 'streamReaders'],
  inspect({ hasBus, streamReaders }, { settings, names }) {
    return [
      ...(hasBus || !settings.events ? [] : [fail(`there is no bus ${names.bus} in ${edgeStackRegion}`)]),
      ...readerRegionsOf(settings).flatMap(region => {
        const [reader, ...others] = streamReaders[region] ?? []
        if ([reader, ...others].some(each => each?.state === 'Enabled')) return []
        const found = `no function reads the stream in ${region}: its event source mapping is ${reader?.state ?? 'missing'}`
        if (reader === undefined) return [fail(found)]
        const enable = `aws lambda update-event-source-mapping --region ${region} --uuid ${reader.id} --enabled`
        return [fail(found, enable)]
      }),
    ]
  },
})

/** With an audit, the functions of the api publish to the bus of their own Region. */
export const audit = check({
  name: 'audit',
  fine: 'what callers do is published in each Region of the api',
  needs: ['auditBuses'],
  appliesTo: settings => settings.audit,
  inspect({ auditBuses }, { settings, names }) {
    const missing = apiRegionsOf(settings).filter(region => auditBuses[region] !== true)
    return missing.map(region => fail(`there is no bus ${names.bus} in ${region}: the events are in the log only`))
  },
})

/** Each endpoint's queue is read, or its webhooks wait until they are two weeks old. */
export const webhooks = check({
  name: 'webhooks',
  fine: 'the queues of all endpoints are read',
  needs: [],
  sees: ['queueReaders'],
  appliesTo: hasEndpoints,
  inspect({ queueReaders }, { settings, names }) {
    const count = settings.endpoints?.length ?? 0
    const disabled = queueReaders.filter(({ state }) => state !== 'Enabled')
    const missing = count - queueReaders.length
    return [
      ...(missing > 0
        ? [fail(`${names.notifierFunction} reads ${queueReaders.length} of ${count} queues of endpoints`)]
        : []),
      ...disabled.map(({ id, state }) =>
        fail(
          `${names.notifierFunction} does not read a queue: its event source mapping is ${state}`,
          `aws lambda update-event-source-mapping --region ${edgeStackRegion} --uuid ${id} --enabled`,
        ),
      ),
    ]
  },
})

/** The dashboard of the settings exists. */
export const dashboard = check({
  name: 'dashboard',
  fine: 'the dashboard exists',
  needs: ['hasDashboard'],
  appliesTo: settings => settings.dashboard,
  inspect: ({ hasDashboard }, { settings }) => (hasDashboard ? [] : [fail(`there is no dashboard ${settings.name}`)]),
})
