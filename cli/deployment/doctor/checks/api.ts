import { deploymentOf } from '../../../../infra/parse-settings.ts'
import { apiPurpose } from '../../../../infra/physical-names.ts'
import { apiRegionsOf } from '../../../../infra/settings.ts'
import type { RestApi, WebAcl } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** Each api Region has one api, public or private as in the settings, throttled, and without bodies in its logs. */
export const api = check({
  name: 'api',
  fine: 'every api Region has its api, throttled and without bodies in its logs',
  needs: ['apis'],
  inspect({ apis }, { settings }) {
    const { name, network, requestsPerSecond } = settings
    const endpoint = network === 'private' ? 'PRIVATE' : 'REGIONAL'
    return apiRegionsOf(settings).flatMap(region => {
      const [found, ...others] = apis[region] ?? []
      if (found === undefined) return [fail(`there is no api ${name} in ${region}`)]
      const type = found.endpointTypes.join(', ')
      return [
        ...(others.length === 0
          ? []
          : [
              warn(
                `there are ${others.length + 1} apis named ${name} in ${region}`,
                'delete those that are no longer used',
              ),
            ]),
        ...(type === endpoint ? [] : [fail(`the api in ${region} is ${type}, expected: ${endpoint}`)]),
        ...stageProblems(found, region, requestsPerSecond),
      ]
    })
  },
})

function stageProblems({ stage }: RestApi, region: string, perSecond: number): readonly Problem[] {
  if (stage === undefined) return [fail(`the api in ${region} is not deployed`)]
  return [
    ...(stage.logsBodies ? [fail(`the api in ${region} logs bodies, which hold nonces`)] : []),
    ...(stage.accessLog ? [] : [fail(`the api in ${region} does not log its callers`)]),
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
  needs: ['exchangeRoles'],
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

/** Links and each api have a web ACL. None keeps samples or logs of requests, whose paths hold nonces. */
export const webAcl = check({
  name: 'web-acl',
  fine: 'links and apis have web ACLs, which record no requests',
  needs: ['edgeWebAcl', 'apiWebAcls', 'distribution', 'apis'],
  inspect({ edgeWebAcl, apiWebAcls, distribution, apis }, { settings }) {
    const limit = settings.requestsPerAddress
    return [
      ...(distribution === undefined ? [] : webAclProblems('the distribution', distribution.webAcl, edgeWebAcl)),
      ...(edgeWebAcl !== undefined && edgeWebAcl.perAddress !== limit
        ? [
            warn(
              `an address may make ${edgeWebAcl.perAddress ?? 'any number of'} link requests in 5 minutes, expected: ${limit}`,
            ),
          ]
        : []),
      ...apiRegionsOf(settings).flatMap(region => {
        const stages = (apis[region] ?? []).flatMap(({ stage }) => stage ?? [])
        return stages.flatMap(stage => webAclProblems(`the api in ${region}`, stage.webAcl, apiWebAcls[region]))
      }),
    ]
  },
})

function webAclProblems(owner: string, attached: string | undefined, acl: WebAcl | undefined): readonly Problem[] {
  if (attached === undefined || attached !== acl?.arn) return [fail(`${owner} lacks the web ACL of the deployment`)]
  return [
    ...(acl.keepsSamples ? [fail(`the web ACL of ${owner} keeps samples of requests, which hold nonces`)] : []),
    ...(acl.logs ? [fail(`the web ACL of ${owner} logs requests, which hold nonces`, 'turn its logging off')] : []),
  ]
}
