import { deploymentOf } from '../../../../construct/parse-settings.ts'
import { apiPurpose } from '../../../../construct/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../../../construct/settings.ts'
import type { RestApi } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** Each api Region has one api, public or private as in the settings, throttled, and without bodies in its logs. */
export const api = check({
  name: 'api',
  fine: 'every api Region has its api, throttled and without bodies in its logs',
  needs: [],
  sees: ['apis'],
  inspect({ apis }, { settings }) {
    const { name, network } = settings
    const endpoint = network === 'private' ? 'PRIVATE' : 'REGIONAL'
    return apiRegionsOf(settings).flatMap(region => {
      const [found, ...others] = apis[region] ?? []
      if (found === undefined) return [fail(`there is no api ${name} in ${region}`)]
      const type = found.endpointTypes.join(', ')
      return [
        ...(others.length === 0 ? [] : [manyApis(name, region, [found, ...others])]),
        ...(type === endpoint ? [] : [fail(`the api in ${region} is ${type}, expected: ${endpoint}`)]),
        ...stageProblems(found, region, settings),
      ]
    })
  },
})

function manyApis(name: string, region: string, found: readonly RestApi[]): Problem {
  const ids = found.map(({ id }) => id).join(', ')
  const todo = `find out which of ${ids} is no longer used: aws apigateway get-stages --region ${region} --rest-api-id ID`
  return warn(`there are ${found.length} apis named ${name} in ${region}`, todo)
}

function stageProblems(
  { stage }: RestApi,
  region: string,
  { requestsPerSecond: perSecond, accessLogs }: Settings,
): readonly Problem[] {
  if (stage === undefined) return [fail(`the api in ${region} is not deployed`)]
  return [
    ...(stage.logsBodies ? [fail(`the api in ${region} logs bodies, which hold nonces`)] : []),
    ...(stage.accessLog || !accessLogs ? [] : [fail(`the api in ${region} does not log its callers`)]),
    ...(stage.requestsPerSecond === perSecond
      ? []
      : [
          warn(
            `the api in ${region} accepts ${stage.requestsPerSecond ?? 'any number of'} requests a second, expected: ${perSecond}`,
          ),
        ]),
  ]
}

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
  needs: [],
  sees: ['exchangeRoles'],
  inspect({ exchangeRoles }, { settings, names }) {
    const { urlSeconds } = deploymentOf(settings)
    const long: readonly Problem[] =
      urlSeconds <= safeSeconds
        ? []
        : [
            warn(
              `URLs live ${urlSeconds} s: those of /exchange may end sooner, with the credentials that signed them`,
              `set urlSeconds to ${safeSeconds} or less`,
            ),
          ]
    return [
      ...long,
      ...apiRegionsOf(settings).flatMap(region => {
        const role = exchangeRoles[region]
        const name = names.apiRole(apiPurpose('exchange', settings.network), region)
        if (role === undefined) return [fail(`there is no role ${name}`)]
        if (role.maxSessionSeconds >= urlSeconds) return []
        const found = `a session of ${name} lasts ${role.maxSessionSeconds} s, URLs live ${urlSeconds} s`
        return [fail(found, 'set urlSeconds to less')]
      }),
    ]
  },
})
