import { apiPurpose } from '../../../../infra/physical-names.ts'
import { check, fail } from '../check.ts'

/** Says who may issue: without a list of issuers, the permissions of the account alone decide. */
export const issuers = check({
  name: 'issuers',
  fine: ({ linksFunctions }) =>
    Object.values(linksFunctions).some(found => (found?.issuers ?? 0) > 0)
      ? 'only the issuers of the settings may issue, each for its own keys'
      : 'there is no list of issuers: every IAM principal that may call the api issues for every key, and revokes all links',
  needs: ['linksFunctions'],
  inspect({ linksFunctions }, { names, settings }) {
    const all = Object.entries(linksFunctions)
    const without = all.filter(([, found]) => (found?.issuers ?? 0) === 0)
    // Grants of a construct make a list without the setting, in every Region.
    const isExpected = (settings.issuers ?? []).length > 0 || without.length < all.length
    if (!isExpected) return []
    const name = names.apiFunction(apiPurpose('links', settings.network))
    return without.map(([region]) =>
      fail(
        `${name} in ${region} has no list of issuers: there, every IAM principal that may call the api issues for every key`,
      ),
    )
  },
})
