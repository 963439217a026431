import { regions } from '../../../../shared/regions.ts'
import { expectedAlarms } from '../../../deployment-alarms.ts'
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
