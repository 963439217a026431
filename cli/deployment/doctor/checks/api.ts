import { deploymentOf } from '../../../../infra/parse-settings.ts'
import { check, warn } from '../check.ts'

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
    const { urlSeconds } = deploymentOf(settings)
    if (urlSeconds <= safeSeconds) return []
    const found = `URLs live ${urlSeconds} s: those of /exchange may end sooner, with the credentials that signed them`
    return [warn(found, `set urlSeconds to ${safeSeconds} or less`)]
  },
})
