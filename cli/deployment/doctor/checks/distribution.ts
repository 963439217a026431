import { errorPagePattern } from '../../../../shared/error-page-path.ts'
import { functionProblems, linkPattern } from '../behaviours.ts'
import { isAdded } from '../facts.ts'
import { check, fail, revertDrift, warn } from '../check.ts'

/** The distribution exists, is enabled, and has the host of links as its only alias. */
export const distribution = check({
  name: 'distribution',
  fine: 'the distribution is enabled and has the host of links',
  needs: [],
  sees: ['distribution'],
  inspect({ distribution: found }, expected) {
    const { domainName } = expected.settings
    if (found === undefined) return [fail('there is no distribution')]
    const names = domainName === undefined ? [] : [domainName]
    const extra = isAdded(expected) ? [] : found.aliases.filter(alias => alias !== domainName)
    return [
      ...(found.enabled ? [] : [fail(`distribution ${found.id} is disabled`)]),
      ...(found.deployed
        ? []
        : [warn('its last change has not reached all edge locations', 'wait 15 minutes, then check again')]),
      ...names
        .filter(name => !found.aliases.includes(name))
        .map(name => fail(`distribution ${found.id} has no alias ${name}, the host of links`)),
      ...extra.map(name => warn(`distribution ${found.id} also has alias ${name}`)),
    ]
  },
})

const path = linkPattern

/** Links need no signature and call one numbered version of the edge function. Of the rest, only error pages need none. */
export const linkBehaviour = check({
  name: 'link-behaviour',
  appliesTo: (_, expected) => !isAdded(expected),
  fine: `${path} needs no signature and calls a numbered version of the edge function; files need one`,
  needs: ['distribution'],
  inspect({ distribution }, { settings }) {
    const { behaviours } = distribution
    const [first, ...rest] = behaviours
    if (first?.path !== path) return [fail(`${path} is not the first behaviour of the distribution`)]
    // `errorPages` checks from where the distribution has its error pages.
    const open = rest.filter(({ path: each, keyGroups }) => keyGroups.length === 0 && each !== errorPagePattern)
    return [
      ...(first.keyGroups.length === 0 && !first.trustsAccounts
        ? []
        : [
            fail(
              `${path} needs a signature: no link works`,
              `in CloudFront, let ${path} of ${distribution.id} need no signature`,
            ),
          ]),
      ...(open.length === 0
        ? []
        : [fail(`the distribution serves ${open.map(each => each.path).join(', ')} without a signature`)]),
      ...functionProblems(first, settings.name),
    ]
  },
})

/** Longest timeout of the edge function, in seconds: the strictest limit that Lambda@Edge ever had. */
const maxSeconds = 5

/** The edge function has the configuration that Lambda@Edge and the settings require. */
export const edgeFunction = check({
  name: 'edge-function',
  fine: 'the edge function has the expected configuration',
  needs: ['distribution'],
  sees: ['edgeFunction'],
  inspect({ edgeFunction: found }, { settings, names }) {
    if (found === undefined) return [fail('the version of the edge function that links call does not exist')]
    const expected = [
      ['runtime', found.runtime, 'nodejs24.x'],
      ['architecture', found.architecture, 'x86_64'],
      ['memory', found.memory, settings.edgeMemory],
      ['log group', found.logGroup ?? 'the default', names.edgeLogs],
    ] as const
    return [
      ...expected
        .filter(([, actual, required]) => actual !== required)
        .map(([field, actual, required]) => fail(`the edge function has ${field} ${actual}, expected: ${required}`)),
      ...(found.timeoutSeconds <= maxSeconds
        ? []
        : [fail(`the edge function has a timeout of ${found.timeoutSeconds} s, expected: at most ${maxSeconds} s`)]),
      ...(found.environment.length === 0
        ? []
        : [fail(`the edge function has environment variables: ${found.environment.join(', ')}`)]),
    ]
  },
})

/** IPv6 is as in the settings; a distribution of yours need not use what they allow. The edge binds URLs to IPv6 addresses only if it knows that viewers use them. */
export const ipv6 = check({
  name: 'ipv6',
  fine: 'IPv6 is as the settings allow',
  needs: ['distribution'],
  inspect({ distribution }, expected) {
    const { settings } = expected
    if (distribution.ipv6 === settings.ipv6) return []
    if (settings.ipv6) return isAdded(expected) ? [] : [warn('IPv6 is off: the settings say that it is on')]
    return [fail('IPv6 is on: the settings say that it is off, so IPv6 viewers are refused')]
  },
})

/** The host of links has addresses in DNS, of IPv6 only as in the settings: the distribution refuses other viewers. */
export const host = check({
  name: 'host',
  fine: 'the host of links has the addresses in DNS that the settings say',
  needs: ['distribution', 'host'],
  appliesTo: ({ domainName }) => domainName !== undefined,
  inspect({ host: { ipv4, ipv6 }, distribution }, { settings }) {
    const name = settings.domainName ?? ''
    const todo =
      settings.hostedZoneId === undefined ? `in your DNS, point ${name} to ${distribution.host}` : revertDrift
    return [
      ...(ipv4 ? [] : [fail(`${name} has no address in DNS: no link works`, todo)]),
      ...(ipv4 && settings.ipv6 && !ipv6 ? [warn(`${name} has no IPv6 address (AAAA), expected: one`, todo)] : []),
      ...(ipv6 && !settings.ipv6
        ? [
            fail(
              `${name} has an IPv6 address, but the settings say that IPv6 is off`,
              `delete the AAAA record of ${name}`,
            ),
          ]
        : []),
    ]
  },
})

/** Viewers use HTTPS only, without redirects from HTTP: by then, the nonce has crossed the network in clear text. */
export const httpsOnly = check({
  name: 'https-only',
  appliesTo: (_, expected) => !isAdded(expected),
  fine: 'HTTPS only, without redirects',
  needs: ['distribution'],
  inspect({ distribution }) {
    const others = distribution.behaviours.filter(({ protocol }) => protocol !== 'https-only')
    return others.map(({ path, protocol }) => fail(`${path} has ${protocol}, expected: https-only`))
  },
})

/** With a domain of its own, a distribution requires TLS 1.2 or newer. Without one, AWS chooses the versions. */
export const tls = check({
  name: 'tls',
  fine: 'TLS 1.2 or newer',
  needs: ['distribution'],
  appliesTo: ({ domainName }, expected) => domainName !== undefined && !isAdded(expected),
  inspect({ distribution }) {
    if (/^TLSv1\.[23]_/.test(distribution.tls ?? '')) return []
    return [
      fail(`viewers may use ${distribution.tls ?? "CloudFront's own certificate"}, expected: TLSv1.2_2021 or newer`),
    ]
  },
})

/** HTTP/3 is as in the settings; a distribution of yours need not use what they allow. Its connections outlive a change of address, but a link may be bound to an address. */
export const httpVersion = check({
  name: 'http-version',
  fine: 'HTTP/3 is as the settings allow',
  needs: ['distribution'],
  inspect({ distribution }, expected) {
    const { http3 } = expected.settings
    const { httpVersion: found } = distribution
    const hasHttp3 = found.includes('http3') || found.includes('and3')
    if (hasHttp3 === http3) return []
    if (http3) return isAdded(expected) ? [] : [warn(`HTTP/3 is off (${found}): the settings say that it is on`)]
    return [fail(`HTTP/3 is on (${found}): if a viewer's address changes, a download that is bound to it fails`)]
  },
})
