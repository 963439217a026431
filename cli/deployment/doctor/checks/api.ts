import { deploymentOf } from '../../../../construct/parse-settings.ts'
import { apiPurpose } from '../../../../construct/physical-names.ts'
import { apiRegionsOf, type Settings } from '../../../../construct/settings.ts'
import type { RestApi } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** Each api Region has one api, and one for tokens with `auth`, public or private as in the settings, throttled, and without bodies in its logs. */
export const api = check({
  name: 'api',
  fine: 'every api Region has its api, throttled and without bodies in its logs',
  needs: [],
  sees: ['apis', 'tokenApis'],
  inspect({ apis, tokenApis }, { settings, names }) {
    return apiRegionsOf(settings).flatMap(region => {
      const byToken = tokenApis[region] ?? []
      // What a construct says of itself leaves `auth` out, so a token API that exists is checked in any case.
      const hasTokenApi = settings.auth !== undefined || byToken.length > 0
      return [
        ...apiProblems(apis[region] ?? [], { name: settings.name, what: `the api in ${region}`, region }, settings),
        ...(hasTokenApi
          ? apiProblems(byToken, { name: names.tokenApi, what: `the token api in ${region}`, region }, settings)
          : []),
      ]
    })
  },
})

/** An api as problems name it. */
interface Named {
  readonly name: string
  readonly what: string
  readonly region: string
}

function apiProblems(all: readonly RestApi[], { name, what, region }: Named, settings: Settings): readonly Problem[] {
  const endpoint = settings.network === 'private' ? 'PRIVATE' : 'REGIONAL'
  const [found, ...others] = all
  if (found === undefined) return [fail(`there is no api ${name} in ${region}`)]
  const type = found.endpointTypes.join(', ')
  return [
    ...(others.length === 0 ? [] : [manyApis(name, region, all)]),
    ...(type === endpoint ? [] : [fail(`${what} is ${type}, expected: ${endpoint}`)]),
    ...stageProblems(found, what, settings),
  ]
}

function manyApis(name: string, region: string, found: readonly RestApi[]): Problem {
  const ids = found.map(({ id }) => id).join(', ')
  const todo = `find out which of ${ids} is no longer used: aws apigateway get-stages --region ${region} --rest-api-id ID`
  return warn(`there are ${found.length} apis named ${name} in ${region}`, todo)
}

function stageProblems(
  { stage }: RestApi,
  what: string,
  { requestsPerSecond: perSecond, accessLogs }: Settings,
): readonly Problem[] {
  if (stage === undefined) return [fail(`${what} is not deployed`)]
  return [
    ...(stage.logsBodies ? [fail(`${what} logs bodies, which hold nonces`)] : []),
    ...(stage.accessLog || !accessLogs ? [] : [fail(`${what} does not log its callers`)]),
    ...(stage.requestsPerSecond === perSecond
      ? []
      : [
          warn(
            `${what} accepts ${stage.requestsPerSecond ?? 'any number of'} requests a second, expected: ${perSecond}`,
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
