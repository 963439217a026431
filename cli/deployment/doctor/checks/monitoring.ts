import { hasEndpoints } from '../../../../construct/endpoint-rules.ts'
import { hasDistributionLog, readerRegionsOf } from '../../../../construct/placement.ts'
import { apiRegionsOf, edgeStackRegion, regionsOf } from '../../../../construct/settings.ts'
import { expectedAlarms } from '../../names.ts'
import { check, fail, type Problem, warn } from '../check.ts'
import type { Facts } from '../facts.ts'

/** All alarms exist, and none is in state `ALARM`. */
export const alarms = check({
  name: 'alarms',
  fine: 'all alarms exist, and none is in state ALARM',
  needs: ['alarms'],
  inspect({ alarms: found }, { settings }) {
    return regionsOf(settings).flatMap(region => {
      const existing = found[region] ?? []
      const missing = expectedAlarms(settings, region).filter(name => !existing.some(alarm => alarm.name === name))
      return [
        ...missing.map(name => fail(`there is no alarm ${name} in ${region}`)),
        ...existing
          .filter(({ inAlarm }) => inAlarm)
          .map(({ name }) => warn(`${name} in ${region} is in state ALARM`, 'follow its description')),
      ]
    })
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

/** Requests are logged if the settings say so, and no log holds anything that gives access to a file. */
export const accessLogs = check({
  name: 'access-logs',
  fine: (_, { settings }) =>
    hasDistributionLog(settings)
      ? 'requests are logged, without nonces, policies or addresses'
      : 'requests are not logged, as in the settings',
  needs: ['deliveries', 'distribution'],
  inspect(facts, { settings, names }) {
    const ours = facts.deliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
    return [
      ...(ours.length > 0 || !hasDistributionLog(settings) ? [] : [fail('the distribution writes no access log')]),
      ...ours.flatMap(({ fields }) => {
        const logged = fields === undefined ? forbiddenFields : forbiddenFields.filter(each => fields.includes(each))
        return logged.length === 0 ? [] : [fail(`the access log holds ${logged.join(', ')}`)]
      }),
      ...otherLogs(facts.distribution),
    ]
  },
})

/** What no template defines is no drift for CloudFormation, so that it must be undone by hand. */
function otherLogs({ id, oldLog, behaviours }: NonNullable<Facts['distribution']>): readonly Problem[] {
  return [
    ...(oldLog
      ? [
          fail(
            'the distribution also writes the legacy access log, which holds nonces',
            `in CloudFront, turn standard logging (legacy) of ${id} off`,
          ),
        ]
      : []),
    ...behaviours
      .filter(({ realtimeLog }) => realtimeLog)
      .map(({ path }) =>
        fail(
          `${path} has a real-time log, which may hold nonces`,
          `in CloudFront, turn the real-time log of ${path} in ${id} off`,
        ),
      ),
  ]
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
