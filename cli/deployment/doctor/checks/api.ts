import { apiRegionsOf } from '../../../../infra/settings.ts'
import { deploymentOf } from '../../../../infra/parse-settings.ts'
import type { WebAcl, RestApi } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** Each issuing Region has one api, open or private as the settings say, throttled, and without bodies in its logs. */
export const api = check({
  name: 'api',
  fine: 'every issuing Region has its api, throttled, and logs no bodies',
  needs: ['apis'],
  look({ apis }, { settings }) {
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
                `there are ${others.length + 1} apis called ${name} in ${region}`,
                'delete those that are no longer used',
              ),
            ]),
        ...(type === endpoint ? [] : [fail(`the api in ${region} is ${type}, expected: ${endpoint}`)]),
        ...stageOf(found, region, requestsPerSecond),
      ]
    })
  },
})

function stageOf({ stage }: RestApi, region: string, perSecond: number): readonly Problem[] {
  if (stage === undefined) return [fail(`the api in ${region} is not deployed`)]
  return [
    ...(stage.logsBodies ? [fail(`the api in ${region} logs bodies, with their nonces`)] : []),
    ...(stage.accessLog ? [] : [fail(`the api in ${region} does not log who called it`)]),
    ...(stage.requestsPerSecond === perSecond
      ? []
      : [
          warn(
            `the api in ${region} takes ${stage.requestsPerSecond ?? 'any number of'} requests a second, expected: ${perSecond}`,
          ),
        ]),
  ]
}

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
      ...apiRegionsOf(settings).flatMap(region => {
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

/** A firewall stands before links and before each api; none keeps samples or logs of requests, whose paths hold nonces. */
export const webAcl = check({
  name: 'web-acl',
  fine: 'firewalls stand before links and apis, and keep no requests',
  needs: ['edgeFirewall', 'apiFirewalls', 'distribution', 'apis'],
  look({ edgeFirewall, apiFirewalls, distribution, apis }, { settings }) {
    const limit = settings.requestsPerAddress
    return [
      ...(distribution === undefined ? [] : standing('the distribution', distribution.webAcl, edgeFirewall)),
      ...(edgeFirewall !== undefined && edgeFirewall.perAddress !== limit
        ? [
            warn(
              `an address may open ${edgeFirewall.perAddress ?? 'any number of'} links in 5 minutes, expected: ${limit}`,
            ),
          ]
        : []),
      ...apiRegionsOf(settings).flatMap(region => {
        const stages = (apis[region] ?? []).flatMap(({ stage }) => stage ?? [])
        return stages.flatMap(stage => standing(`the api in ${region}`, stage.webAcl, apiFirewalls[region]))
      }),
    ]
  },
})

function standing(before: string, attached: string | undefined, firewall: WebAcl | undefined): readonly Problem[] {
  if (attached === undefined || attached !== firewall?.arn) return [fail(`no firewall of ours stands before ${before}`)]
  return [
    ...(firewall.keepsSamples ? [fail(`the firewall of ${before} keeps samples of requests, with their nonces`)] : []),
    ...(firewall.logs ? [fail(`the firewall of ${before} logs requests, with their nonces`, 'turn its log off')] : []),
  ]
}
