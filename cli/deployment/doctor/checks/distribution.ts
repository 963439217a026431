import type { Settings } from '../../../../infra/settings/settings.ts'
import { errorPagePattern } from '../../../../shared/cloudfront/error-page-path.ts'
import { allowsOwnPolicies } from '../../../../shared/cloudfront/plan.ts'
import type { Behaviour, Distribution } from '../../../ports/aws-cloudfront.ts'
import { functionProblems, hasFunction, linkPattern } from '../behaviours.ts'
import type { Addresses } from '../../../ports/machine.ts'
import { check, fail, type Problem, revertDrift, warn } from '../check.ts'
import { type Expected, isAdded } from '../facts.ts'

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

/** The host of links has addresses in DNS, of IPv6 only as in the settings: the distribution refuses other viewers. */
export const host = check({
  name: 'host',
  fine: 'the host of links has the addresses in DNS that the settings say',
  needs: ['distribution', 'host'],
  appliesTo: ({ domainName }) => domainName !== undefined,
  *inspect({ host: addresses, distribution }, { settings }) {
    const host = { name: settings.domainName ?? '', target: distribution.host, without: 'no link works' }
    yield* addressProblems(addresses, host, settings)
  },
})

/** The host of the page for senders has the same. */
export const pageHost = check({
  name: 'page-host',
  fine: 'the host of the page for senders has the addresses in DNS that the settings say',
  needs: ['pageHost'],
  appliesTo: ({ sendPage }) => sendPage?.domainName !== undefined,
  *inspect({ pageHost: addresses }, { settings }) {
    const target = 'the distribution of the page, which is in CloudFront'
    const host = { name: settings.sendPage?.domainName ?? '', target, without: 'nobody reaches the page' }
    yield* addressProblems(addresses, host, settings)
  },
})

function* addressProblems(
  { ipv4, ipv6 }: Addresses,
  { name, target, without }: Readonly<Record<'name' | 'target' | 'without', string>>,
  settings: Settings,
): Iterable<Problem> {
  const todo = settings.hostedZoneId === undefined ? `in your DNS, point ${name} to ${target}` : revertDrift
  const surplus = `${name} has an IPv6 address, but the settings say that IPv6 is off`
  if (!ipv4) yield fail(`${name} has no address in DNS: ${without}`, todo)
  if (ipv4 && settings.ipv6 && !ipv6) yield warn(`${name} has no IPv6 address (AAAA), expected: one`, todo)
  if (ipv6 && !settings.ipv6) yield fail(surplus, `delete the AAAA record of ${name}`)
}

/**
 * The behaviour of links calls one numbered version of the edge function; those of files need a signature of the deployment's key group and
 * pass the gate, also if no link may need it: where it is missing, a URL that names a client works for anybody. Nothing else serves files
 * without a signature. CloudFormation doesn't see a signature that links need, which no template sets.
 */
export const behaviours = check({
  name: 'behaviours',
  fine: `the distribution has ${linkPattern}, which calls a numbered version of the edge function, and files need a signature and pass the gate`,
  needs: ['distribution'],
  sees: ['keyGroup'],
  *inspect({ distribution, keyGroup }, expected) {
    const { used, settings } = expected
    const links = distribution.behaviours.find(({ path }) => path === linkPattern)
    if (links === undefined) yield fail(`the distribution has no behaviour ${linkPattern}: no link works`)
    else yield* linkProblems(links, distribution.id, settings.name)
    const patterns = used?.distribution.prefixes?.map(prefix => `/${prefix}*`) ?? ['*']
    for (const pattern of patterns) yield* fileProblems(pattern, distribution, { keyGroup: keyGroup?.id, expected })
    yield* openBehaviours(distribution, expected, new Set([linkPattern, ...patterns]))
  },
})

function* linkProblems(links: Behaviour, distribution: string, name: string): Iterable<Problem> {
  const { keyGroups, trustsAccounts, protocol } = links
  const todo = `in CloudFront, let ${linkPattern} of ${distribution} need no signature`
  if (keyGroups.length > 0 || trustsAccounts) yield fail(`${linkPattern} needs a signature: no link works`, todo)
  if (protocol !== 'https-only') yield fail(`${linkPattern} has ${protocol}, expected: https-only`)
  yield* functionProblems(links, name)
}

function* fileProblems(
  pattern: string,
  { id, behaviours: all }: Distribution,
  { keyGroup, expected: { settings, names } }: { readonly keyGroup: string | undefined; readonly expected: Expected },
): Iterable<Problem> {
  const found = all.find(({ path }) => path === pattern)
  if (found === undefined)
    return yield fail(`the distribution has no behaviour ${pattern}: its files return 403 or 404`)
  const { keyGroups, trustsAccounts } = found
  if (keyGroups.length !== 1 || keyGroups[0] !== keyGroup)
    yield fail(`${pattern} needs signatures of other keys than those of the deployment, or none`)
  if (trustsAccounts)
    yield fail(`${pattern} also takes signatures of accounts`, `in CloudFront, remove the trusted signers of ${id}`)
  if (!hasFunction(found, 'viewer-request', names.gate))
    yield fail(`${pattern} is not behind ${names.gate}: URLs that are bound to a client work for every client`)
  // With such a plan, no other part of the distribution compares versions.
  if (!allowsOwnPolicies(settings.plan) && !hasFunction(found, 'viewer-response', names.pinnedVersion))
    yield fail(
      `${pattern} is not behind ${names.pinnedVersion}: a viewer may get another version, without a name and headers`,
    )
}

/** No other behaviour serves files without a signature. On a distribution of yours, it may serve another bucket. */
function openBehaviours(
  { behaviours: all }: Distribution,
  expected: Expected,
  known: ReadonlySet<string>,
): readonly Problem[] {
  const { names, settings } = expected
  const bucket = `${names.contentBucket(settings.homeRegions[0])}.s3.`
  const mayServeFiles = ({ path, origin }: Behaviour) =>
    isAdded(expected) ? origin.startsWith(bucket) : path !== errorPagePattern
  const open = all.filter(each => !known.has(each.path) && each.keyGroups.length === 0 && mayServeFiles(each))
  return open.map(({ path }) => fail(`${path} serves files without a signature: they need no link`))
}

/**
 * Responses of the edge arrive as it made them, and errors of files as our pages. AWS doesn't document whether error pages replace
 * responses of a function of Lambda@Edge too.
 */
export const answers = check({
  name: 'answers',
  fine: 'responses of links arrive as the edge made them, and errors of files are our pages',
  needs: ['answers'],
  *inspect({ answers: found }, expected) {
    const { link, file } = found
    const made = (mark: string | undefined) => (mark === undefined ? 'none of ours' : `ours of kind "${mark}"`)
    if (link.mark !== 'link')
      yield fail(
        `the response for a malformed link, with status ${link.status}, is ${made(link.mark)}, not the edge's`,
        `${revertDrift}; if that does not help, see docs/decisions/0032-error-pages.md`,
      )
    // On a distribution of yours, that path is yours.
    if (isAdded(expected)) return
    if (file.status !== 403) yield fail(`a file without a signature gets status ${file.status}, expected: 403`)
    if (file.mark !== 'page' && file.mark !== 'gate')
      yield warn(`the error for a file without a signature is ${made(file.mark)}: viewers may see XML`)
  },
})
