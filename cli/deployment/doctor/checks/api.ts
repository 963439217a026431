import { apiPurpose } from '../../../../infra/placement/physical-names.ts'
import { check, fail, warn } from '../check.ts'

/** Longest reliable life of a presigned URL, in seconds: the shortest session of a role (AWS, "DurationSeconds"). */
const safeSeconds = 15 * 60

/**
 * Presigned URLs of `/exchange` live 15 minutes at most unless an issuer requests more. Such a URL ends with the credentials
 * that signed it, whatever its own expiry (S3, "Sharing objects with presigned URLs"), and Lambda renews those of a function
 * at times of its own choice. Issuers may still request up to an hour.
 */
export const urlLife = check({
  name: 'url-life',
  fine: 'URLs live 15 minutes at most, unless an issuer requests more: longer ones of /exchange may end before their expiry',
  needs: ['linksFunctions'],
  inspect(_, { settings }) {
    const { urlSeconds } = settings
    if (urlSeconds <= safeSeconds) return []
    const found = `URLs live ${urlSeconds} s: those of /exchange may end sooner, with the credentials that signed them`
    return [warn(found, `set urlSeconds to ${safeSeconds} or less`)]
  },
})

/** Says who may issue: without a list of issuers, the permissions of the account alone decide. */
export const issuers = check({
  name: 'issuers',
  fine: ({ linksFunctions }) =>
    Object.values(linksFunctions).some(found => (found?.issuers ?? 0) > 0)
      ? 'only the issuers of the settings may issue, each for its own keys'
      : 'there is no list of issuers: every IAM principal that may call the api issues for every key, and revokes all links',
  needs: ['linksFunctions'],
  *inspect({ linksFunctions }, { names, settings }) {
    const all = Object.entries(linksFunctions)
    const without = all.filter(([, found]) => (found?.issuers ?? 0) === 0)
    // Grants of a construct make a list without the setting, in every Region.
    const isExpected = (settings.issuers ?? []).length > 0 || without.length < all.length
    const name = names.apiFunction(apiPurpose('links', settings.network))
    const risk = 'there, every IAM principal that may call the api issues for every key'
    for (const [region] of isExpected ? without : []) yield fail(`${name} in ${region} has no list of issuers: ${risk}`)
  },
})
