import { ttlAttribute } from '../../shared/link-item.ts'
import { check, fail } from '../deployment/doctor/check.ts'

/** What is over is removed: by TTL in mode `home`, by the sweeper in mode `strong`, whose tables have none. */
export const expiry = check({
  name: 'expiry',
  fine: 'links that are over are removed',
  needs: ['links', 'sweeps'],
  look({ links, sweeps }, { settings: { mode, homeRegions } }) {
    if (mode === 'strong') {
      return sweeps.length > 0 ? [] : [fail('nothing calls the sweeper: links that are over stay for ever')]
    }
    return homeRegions.flatMap(region => {
      const table = links[region]
      if (table === undefined || table.ttlAttribute === ttlAttribute) return []
      const is = table.ttlAttribute === undefined ? 'off' : `by ${table.ttlAttribute}`
      return [fail(`TTL in ${region} is ${is}, expected: by ${ttlAttribute}`)]
    })
  },
})
