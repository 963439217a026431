import { deploymentOf, issuingRegionsOf } from '../../infra/settings.ts'
import { check, fail, type Problem, warn } from '../deployment/doctor/check.ts'

/** Longest that a presigned URL can be counted on, in seconds: credentials of a role may end so soon (AWS, "DurationSeconds"). */
const safeSeconds = 15 * 60

/**
 * A presigned URL of `/exchange` dies with the credentials that signed it, whatever it says (S3, "Sharing objects with
 * presigned URLs"), and Lambda renews those of a function when it likes. Issuers may ask for up to an hour all the same.
 */
export const urlLife = check({
  name: 'url-life',
  fine: 'URLs live 15 minutes at most, unless an issuer asks for more: from /exchange such may end sooner than they say',
  needs: ['exchangeRoles'],
  look({ exchangeRoles }, { settings, names }) {
    const { urlSeconds } = deploymentOf(settings)
    const long: readonly Problem[] =
      urlSeconds <= safeSeconds
        ? []
        : [
            warn(
              `URLs live ${urlSeconds} s: from /exchange they may end sooner, with the credentials that signed them`,
              `set urlSeconds to ${safeSeconds} or less`,
            ),
          ]
    return [
      ...long,
      ...issuingRegionsOf(settings).flatMap(region => {
        const role = exchangeRoles[region]
        const name = names.apiRole('exchange', region)
        if (role === undefined) return [fail(`there is no role ${name}`)]
        if (role.maxSessionSeconds >= urlSeconds) return []
        const found = `a session of ${name} lasts ${role.maxSessionSeconds} s, URLs live ${urlSeconds} s`
        return [fail(found, 'set urlSeconds to less')]
      }),
    ]
  },
})
