import { errorPagePattern } from '../../../../shared/error-page-path.ts'
import { functionProblems, linkPattern } from '../behaviours.ts'
import { isAdded } from '../facts.ts'
import { check, fail, revertDrift, warn } from '../check.ts'

/** The distribution exists, and viewers everywhere get what it is now. */
export const distribution = check({
  name: 'distribution',
  fine: 'the distribution exists, and all edge locations have its last change',
  needs: [],
  sees: ['distribution'],
  inspect({ distribution: found }) {
    if (found === undefined) return [fail('there is no distribution')]
    if (found.deployed) return []
    return [warn('its last change has not reached all edge locations', 'wait 15 minutes, then check again')]
  },
})

const path = linkPattern

/** Links need no signature and call one numbered version of the edge function. Of the rest, only error pages need none. */
export const linkBehaviour = check({
  name: 'link-behaviour',
  appliesTo: (_, expected) => !isAdded(expected),
  fine: `${path} needs no signature and calls a numbered version of the edge function; files need one`,
  needs: ['distribution'],
  *inspect({ distribution }, { settings }) {
    const { behaviours } = distribution
    const [first, ...rest] = behaviours
    if (first?.path !== path) return yield fail(`${path} is not the first behaviour of the distribution`)
    const open = rest.filter(({ path: each, keyGroups }) => keyGroups.length === 0 && each !== errorPagePattern)
    const todo = `in CloudFront, let ${path} of ${distribution.id} need no signature`
    if (first.keyGroups.length > 0 || first.trustsAccounts) yield fail(`${path} needs a signature: no link works`, todo)
    if (open.length > 0)
      yield fail(`the distribution serves ${open.map(each => each.path).join(', ')} without a signature`)
    yield* functionProblems(first, settings.name)
  },
})

/** The host of links has addresses in DNS, of IPv6 only as in the settings: the distribution refuses other viewers. */
export const host = check({
  name: 'host',
  fine: 'the host of links has the addresses in DNS that the settings say',
  needs: ['distribution', 'host'],
  appliesTo: ({ domainName }) => domainName !== undefined,
  *inspect({ host: { ipv4, ipv6 }, distribution }, { settings }) {
    const name = settings.domainName ?? ''
    const todo =
      settings.hostedZoneId === undefined ? `in your DNS, point ${name} to ${distribution.host}` : revertDrift
    const surplus = `${name} has an IPv6 address, but the settings say that IPv6 is off`
    if (!ipv4) yield fail(`${name} has no address in DNS: no link works`, todo)
    if (ipv4 && settings.ipv6 && !ipv6) yield warn(`${name} has no IPv6 address (AAAA), expected: one`, todo)
    if (ipv6 && !settings.ipv6) yield fail(surplus, `delete the AAAA record of ${name}`)
  },
})
