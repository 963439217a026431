import { edgeStackRegion, secretRegionsOf } from '../../infra/settings.ts'
import { check, fail, warn } from '../deployment/doctor/check.ts'

/** The secret with the keys has a copy wherever a function reads it, and all copies are the same. */
export const secretRegions = check({
  name: 'secret-regions',
  fine: 'every Region has its copy of the keys, in sync',
  needs: ['secrets'],
  look({ secrets }, { settings, names }) {
    const regions = secretRegionsOf(settings)
    const primary = secrets[edgeStackRegion]
    if (primary === undefined) return [fail(`${names.secret} is not in ${edgeStackRegion}: nothing works without it`)]
    if (primary.deletedAt !== undefined) {
      const restore = `aws secretsmanager restore-secret --region ${edgeStackRegion} --secret-id ${names.secret}`
      return [fail(`${names.secret} is scheduled for deletion`, restore)]
    }
    const others = regions.filter(region => region !== edgeStackRegion)
    const extra = primary.copies.filter(({ region }) => !regions.some(each => each === region))
    return [
      ...others.flatMap(region => {
        const copy = primary.copies.find(each => each.region === region)
        if (copy === undefined || secrets[region] === undefined)
          return [fail(`there is no copy of the keys in ${region}`)]
        if (copy.status === 'InSync') return []
        return [fail(`the copy of the keys in ${region} is ${copy.status}`, 'look at the secret in Secrets Manager')]
      }),
      ...extra.map(({ region }) => warn(`there is a copy of the keys in ${region}, where none is used`)),
    ]
  },
})
