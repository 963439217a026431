import { secretRegionsOf } from '../../../../infra/settings.ts'
import { regions } from '../../../../shared/regions.ts'
import { expectedAlarms } from '../../names.ts'
import { check, fail, warn } from '../check.ts'

/** All alarms exist, and none is in state `ALARM`. */
export const alarms = check({
  name: 'alarms',
  fine: 'all alarms exist, and none is in state ALARM',
  needs: ['alarms'],
  inspect({ alarms: found }, { settings }) {
    return regions.flatMap(region => {
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

/** Requests are logged, and the log holds nothing that gives access to a file. */
export const accessLogs = check({
  name: 'access-logs',
  fine: 'requests are logged, without nonces, policies or addresses',
  needs: ['deliveries', 'distribution'],
  inspect({ deliveries, distribution }, { names }) {
    const ours = deliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
    const realtime = (distribution?.behaviours ?? []).filter(({ realtimeLog }) => realtimeLog)
    return [
      ...(ours.length > 0 ? [] : [fail('the distribution writes no access log')]),
      ...ours.flatMap(({ fields }) => {
        const logged = fields === undefined ? forbiddenFields : forbiddenFields.filter(each => fields.includes(each))
        return logged.length === 0 ? [] : [fail(`the access log holds ${logged.join(', ')}`)]
      }),
      ...(distribution?.oldLog === true
        ? [
            fail(
              'the distribution also writes the legacy access log, which holds nonces',
              'turn standard logging (legacy) off',
            ),
          ]
        : []),
      ...realtime.map(({ path }) => fail(`${path} has a real-time log, which may hold nonces`, 'remove it')),
    ]
  },
})

/** The edge log exists in every Region in which the edge runs, and is kept as long as the settings say. */
export const logRetention = check({
  name: 'log-retention',
  fine: 'the edge log exists in every Region and is kept as long as the settings say',
  needs: ['edgeLogs'],
  inspect({ edgeLogs }, { settings, names }) {
    const days = settings.logRetentionDays
    return secretRegionsOf(settings).flatMap(region => {
      const group = edgeLogs[region]
      if (group === undefined) return [fail(`${names.edgeLogs} is not in ${region}: its edge writes no log`)]
      if (group.retentionDays === undefined) return [fail(`${names.edgeLogs} in ${region} is kept for ever`)]
      if (group.retentionDays === days) return []
      return [warn(`${names.edgeLogs} in ${region} is kept ${group.retentionDays} days, expected: ${days}`)]
    })
  },
})

/** Events of links are published: the bus exists, and functions read the table's streams. */
export const events = check({
  name: 'events',
  fine: 'events of links are published to the bus',
  needs: ['hasBus', 'streamReaders'],
  inspect({ hasBus, streamReaders }, { settings: { mode, homeRegions }, names }) {
    const [home] = homeRegions
    const streamRegions = mode === 'strong' ? [home] : homeRegions
    return [
      ...(hasBus ? [] : [fail(`there is no bus ${names.bus} in ${home}`)]),
      ...streamRegions.flatMap(region => {
        const states = streamReaders[region] ?? []
        if (states.includes('Enabled')) return []
        return [
          fail(
            `no function reads the stream in ${region}: its event source mapping is ${states.join(', ') || 'missing'}`,
          ),
        ]
      }),
    ]
  },
})
