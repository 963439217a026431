import type { Behaviour } from '../../../ports/aws-resources.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** The distribution is there, serves, and answers to the host that links name. */
export const distribution = check({
  name: 'distribution',
  fine: 'the distribution serves',
  needs: ['distribution'],
  look({ distribution: found }, { settings: { domainName } }) {
    if (found === undefined) return [fail('there is no distribution')]
    const names = domainName === undefined ? [] : [domainName]
    const extra = found.aliases.filter(alias => alias !== domainName)
    return [
      ...(found.enabled ? [] : [fail(`distribution ${found.id} is disabled`, 'enable it in CloudFront')]),
      ...(found.deployed ? [] : [warn('its last change is on its way to the edges', 'look again in 15 minutes')]),
      ...names
        .filter(name => !found.aliases.includes(name))
        .map(name => fail(`distribution ${found.id} does not answer to ${name}, which links name`)),
      ...extra.map(name => warn(`distribution ${found.id} also answers to ${name}`)),
    ]
  },
})

const path = '/d/*'

/** Links are open to everybody and answered by one numbered version of our function; nothing else is open. */
export const linkBehaviour = check({
  name: 'link-behaviour',
  fine: `${path} is open and answered by a numbered version of our function; nothing else is open`,
  needs: ['distribution'],
  look({ distribution }, { names }) {
    if (distribution === undefined) return []
    const { behaviours } = distribution
    const [first, ...rest] = behaviours
    if (first?.path !== path) return [fail(`${path} is not the first behaviour of the distribution`)]
    const open = rest.filter(({ keyGroups }) => keyGroups.length === 0).map(behaviour => behaviour.path)
    return [
      ...(first.keyGroups.length === 0 && !first.trustsAccounts
        ? []
        : [fail(`${path} takes a signature: no link can be opened`)]),
      ...(open.length === 0 ? [] : [fail(`the distribution gives ${open.join(', ')} to everybody`)]),
      ...functionOf(first, names.edgeFunction),
    ]
  },
})

function functionOf({ functions }: Behaviour, name: string): readonly Problem[] {
  const [made, ...others] = functions
  if (made === undefined || others.length > 0) {
    return [fail(`${path} has ${functions.length} functions, expected: one`)]
  }
  const isOurs = new RegExp(`^arn:aws[a-z-]*:lambda:us-east-1:\\d+:function:${name}:\\d+$`).test(made.arn)
  return [
    ...(isOurs ? [] : [fail(`${path} is answered by ${made.arn}, expected: a numbered version of ${name}`)]),
    ...(made.event === 'viewer-request' ? [] : [fail(`the function of ${path} is called at ${made.event}`)]),
    ...(made.includesBody ? [fail(`the function of ${path} is given bodies, which it has no use for`)] : []),
  ]
}

/** Longest that the edge function may take, in seconds: the strictest limit that Lambda@Edge ever had. */
const mostSeconds = 5

/** The function at the edges is as Lambda@Edge and we want it. */
export const edgeFunction = check({
  name: 'edge-function',
  fine: 'the edge function is as it was deployed',
  needs: ['edgeFunction', 'distribution'],
  look({ edgeFunction: found, distribution }, { settings, names }) {
    // Where none is named the check of links says so.
    if (!distribution?.behaviours.some(({ functions }) => functions.length > 0)) return []
    if (found === undefined) return [fail(`the version of ${names.edgeFunction} that answers links is gone`)]
    const expected = [
      ['runtime', found.runtime, 'nodejs24.x'],
      ['architecture', found.architecture, 'x86_64'],
      ['memory', found.memory, settings.edgeMemory],
      ['log group', found.logGroup ?? 'a default one', names.edgeLogs],
    ] as const
    return [
      ...expected
        .filter(([, is, should]) => is !== should)
        .map(([what, is, should]) => fail(`the edge function has ${what} ${is}, expected: ${should}`)),
      ...(found.timeoutSeconds <= mostSeconds
        ? []
        : [fail(`the edge function may take ${found.timeoutSeconds} s, expected: at most ${mostSeconds}`)]),
      ...(found.environment.length === 0
        ? []
        : [fail(`the edge function has environment variables: ${found.environment.join(', ')}`)]),
    ]
  },
})

/** IPv6 is off: a signed URL can be bound to an IPv4 address only (CloudFront, "Custom policy statement"). */
export const ipv6 = check({
  name: 'ipv6',
  fine: 'IPv6 is off',
  needs: ['distribution'],
  look({ distribution }) {
    return distribution?.ipv6 === true
      ? [fail('IPv6 is on: such viewers are refused, or their URLs bound to nobody')]
      : []
  },
})

/** Nothing goes over HTTP, not even a redirect: by then the nonce has been read on the way. */
export const httpsOnly = check({
  name: 'https-only',
  fine: 'HTTPS only, without redirects',
  needs: ['distribution'],
  look({ distribution }) {
    const others = (distribution?.behaviours ?? []).filter(({ protocol }) => protocol !== 'https-only')
    return others.map(({ path, protocol }) => fail(`${path} has ${protocol}, expected: https-only`))
  },
})

/** TLS 1.2 or newer, where the choice is ours: with a domain of its own. */
export const tls = check({
  name: 'tls',
  fine: 'TLS 1.2 or newer',
  needs: ['distribution'],
  appliesTo: ({ domainName }) => domainName !== undefined,
  look({ distribution }) {
    if (distribution === undefined || /^TLSv1\.[23]_/.test(distribution.tls ?? '')) return []
    return [
      fail(`viewers may use ${distribution.tls ?? "CloudFront's own certificate"}, expected: TLSv1.2_2021 or newer`),
    ]
  },
})

/** No HTTP/3 where capabilities are bound to an address: its connections outlive a change of it. */
export const httpVersion = check({
  name: 'http-version',
  fine: 'the versions of HTTP go with how capabilities are bound',
  needs: ['distribution'],
  look({ distribution }, { settings: { bindAddresses } }) {
    if (distribution === undefined) return []
    const { httpVersion: found } = distribution
    const hasHttp3 = found.includes('http3') || found.includes('and3')
    if (bindAddresses && hasHttp3) {
      return [
        fail(`HTTP/3 is on (${found}): downloads by capabilities that are bound to an address fail when it changes`),
      ]
    }
    if (!bindAddresses && !hasHttp3) return [warn(`HTTP/3 is off (${found}), though capabilities are not bound`)]
    return []
  },
})
