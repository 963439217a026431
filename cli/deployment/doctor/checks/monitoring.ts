import { secretRegionsOf } from '../../../../infra/settings.ts'
import { regions } from '../../../../shared/regions.ts'
import { expectedAlarms } from '../../names.ts'
import { check, fail, warn } from '../check.ts'

/** Every alarm is there, and none is ringing. */
export const alarms = check({
  name: 'alarms',
  fine: 'every alarm is there, and none is ringing',
  needs: ['alarms'],
  look({ alarms: found }, { settings }) {
    return regions.flatMap(region => {
      const there = found[region] ?? []
      const missing = expectedAlarms(settings, region).filter(name => !there.some(alarm => alarm.name === name))
      return [
        ...missing.map(name => fail(`there is no alarm ${name} in ${region}`)),
        ...there
          .filter(({ ringing }) => ringing)
          .map(({ name }) => warn(`${name} in ${region} is ringing`, 'do as its description says')),
      ]
    })
  },
})

/** Fields that hold nonces, policies, signatures, cookies or addresses (CloudFront, "Standard logging reference"). */
const forbidden = [
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

/** Requests are logged, and the log holds nothing by which a file could be had. */
export const accessLogs = check({
  name: 'access-logs',
  fine: 'requests are logged, without nonces, policies or addresses',
  needs: ['deliveries', 'distribution'],
  look({ deliveries, distribution }, { names }) {
    const ours = deliveries.filter(({ source }) => source === `${names.edgeFunction}-access`)
    const realtime = (distribution?.behaviours ?? []).filter(({ realtimeLog }) => realtimeLog)
    return [
      ...(ours.length > 0 ? [] : [fail('the distribution writes no access log')]),
      ...ours.flatMap(({ fields }) => {
        const told = fields === undefined ? forbidden : forbidden.filter(field => fields.includes(field))
        return told.length === 0 ? [] : [fail(`the access log holds ${told.join(', ')}`)]
      }),
      ...(distribution?.oldLog === true
        ? [
            fail(
              'the distribution also writes the old access log, which holds nonces',
              'turn standard logging (legacy) off',
            ),
          ]
        : []),
      ...realtime.map(({ path }) => fail(`${path} has a real-time log, which may hold nonces`, 'take it off')),
    ]
  },
})

/** The log of the edges is kept in every Region in which they run, and not for ever. */
export const logRetention = check({
  name: 'log-retention',
  fine: 'the log of the edges is kept in every Region, as long as the settings say',
  needs: ['edgeLogs'],
  look({ edgeLogs }, { settings, names }) {
    const days = settings.logRetentionDays
    return secretRegionsOf(settings).flatMap(region => {
      const group = edgeLogs[region]
      if (group === undefined) return [fail(`${names.edgeLogs} is not in ${region}: what its edges do is not logged`)]
      if (group.retentionDays === undefined) return [fail(`${names.edgeLogs} in ${region} is kept for ever`)]
      if (group.retentionDays === days) return []
      return [warn(`${names.edgeLogs} in ${region} is kept ${group.retentionDays} days, expected: ${days}`)]
    })
  },
})

/** What becomes of links is told: the bus is there, and somebody reads the table's streams. */
export const events = check({
  name: 'events',
  fine: 'what becomes of links is told to the bus',
  needs: ['hasBus', 'streamReaders'],
  look({ hasBus, streamReaders }, { settings: { mode, homeRegions }, names }) {
    const [home] = homeRegions
    const telling = mode === 'strong' ? [home] : homeRegions
    return [
      ...(hasBus ? [] : [fail(`there is no bus ${names.bus} in ${home}`)]),
      ...telling.flatMap(region => {
        const states = streamReaders[region] ?? []
        if (states.includes('Enabled')) return []
        return [fail(`nobody reads the stream in ${region}: its reader is ${states.join(', ') || 'not there'}`)]
      }),
    ]
  },
})
