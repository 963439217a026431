import { issuingRegionsOf } from '../../infra/settings.ts'
import { check, fail, type Problem, warn } from '../deployment/doctor/check.ts'
import type { Firewall } from '../ports/aws-resources.ts'

/** A firewall stands before links and before each api; none keeps samples or logs of requests, whose paths hold nonces. */
export const webAcl = check({
  name: 'web-acl',
  fine: 'firewalls stand before links and apis, and keep no requests',
  needs: ['edgeFirewall', 'apiFirewalls', 'distribution', 'apis'],
  look({ edgeFirewall, apiFirewalls, distribution, apis }, { settings }) {
    const limit = settings.openingsPerAddress
    return [
      ...(distribution === undefined ? [] : standing('the distribution', distribution.webAcl, edgeFirewall)),
      ...(edgeFirewall !== undefined && edgeFirewall.perAddress !== limit
        ? [
            warn(
              `an address may open ${edgeFirewall.perAddress ?? 'any number of'} links in 5 minutes, expected: ${limit}`,
            ),
          ]
        : []),
      ...issuingRegionsOf(settings).flatMap(region => {
        const stages = (apis[region] ?? []).flatMap(({ stage }) => stage ?? [])
        return stages.flatMap(stage => standing(`the api in ${region}`, stage.webAcl, apiFirewalls[region]))
      }),
    ]
  },
})

function standing(before: string, attached: string | undefined, firewall: Firewall | undefined): readonly Problem[] {
  if (attached === undefined || attached !== firewall?.arn) return [fail(`no firewall of ours stands before ${before}`)]
  return [
    ...(firewall.keepsSamples ? [fail(`the firewall of ${before} keeps samples of requests, with their nonces`)] : []),
    ...(firewall.logs ? [fail(`the firewall of ${before} logs requests, with their nonces`, 'turn its log off')] : []),
  ]
}
