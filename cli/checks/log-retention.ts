import { secretRegionsOf } from '../../infra/settings.ts'
import { check, fail, warn } from '../deployment/doctor/check.ts'

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
