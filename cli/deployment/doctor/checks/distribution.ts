import type { PhysicalNames } from '../../../../infra/placement/physical-names.ts'
import { errorPagePattern } from '../../../../shared/error-page-path.ts'
import { allowsOwnPolicies } from '../../../../shared/plan.ts'
import type { Behaviour, Distribution } from '../../../ports/aws-cloudfront.ts'
import { functionProblems, hasFunction, isNamed, linkPattern } from '../behaviours.ts'
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

/** A distribution of yours has the behaviours of links and files, and serves no file without a signature. */
export const addedBehaviours = check({
  name: 'added-behaviours',
  fine: `your distribution has ${linkPattern} and the folders of files, which need a signature and pass the gate`,
  needs: ['distribution'],
  sees: ['keyGroup'],
  appliesTo: (_, expected) => isAdded(expected),
  *inspect({ distribution, keyGroup }, expected) {
    const { used, settings, names } = expected
    const links = distribution.behaviours.find(({ path }) => path === linkPattern)
    if (links === undefined) yield fail(`the distribution has no behaviour ${linkPattern}: no link works`)
    else yield* linkProblems(links, settings.name)
    for (const prefix of used?.distribution.prefixes ?? [])
      yield* folderProblems(`/${prefix}*`, distribution, { keyGroup: keyGroup?.id, gate: names.gate })
    yield* openBehaviours(distribution, expected)
  },
})

function* linkProblems(links: Behaviour, name: string): Iterable<Problem> {
  const { keyGroups, trustsAccounts, protocol } = links
  if (keyGroups.length > 0 || trustsAccounts) yield fail(`${linkPattern} needs a signature: no link works`)
  if (protocol !== 'https-only') yield fail(`${linkPattern} has ${protocol}, expected: https-only`)
  yield* functionProblems(links, name)
}

function* folderProblems(
  pattern: string,
  { behaviours }: Distribution,
  { keyGroup, gate }: { readonly keyGroup: string | undefined; readonly gate: string },
): Iterable<Problem> {
  const found = behaviours.find(({ path }) => path === pattern)
  if (found === undefined)
    return yield fail(`the distribution has no behaviour ${pattern}: its files return 403 or 404`)
  const { keyGroups, trustsAccounts } = found
  const isOnlyOurs = keyGroups.length === 1 && keyGroups[0] === keyGroup && !trustsAccounts
  if (!isOnlyOurs) yield fail(`${pattern} needs signatures of other keys than those of the deployment, or none`)
  if (!hasFunction(found, 'viewer-request', gate))
    yield fail(`${pattern} is not behind ${gate}: URLs that are bound to a client work for every client`)
}

/** Other behaviours must not serve the bucket of the files without a signature. */
function openBehaviours({ behaviours }: Distribution, { names, settings }: Expected): readonly Problem[] {
  const bucket = `${names.contentBucket(settings.homeRegions[0])}.s3.`
  const open = behaviours.filter(
    ({ path, origin, keyGroups }) => path !== linkPattern && origin.startsWith(bucket) && keyGroups.length === 0,
  )
  return open.map(({ path }) => fail(`${path} serves the bucket of the files without a signature: files need no link`))
}

/**
 * The gate is in front of files, also if no link may need it: a URL that names a client works for anybody where it is missing.
 * CloudFront runs what is published of a function.
 */
export const gate = check({
  name: 'gate',
  appliesTo: (_, expected) => !isAdded(expected),
  fine: 'files are behind the gate, which checks to which client a URL is bound',
  needs: ['distribution'],
  inspect({ distribution }, { names }) {
    const files = distribution.behaviours.at(-1)
    if (files === undefined) return [fail('the distribution has no behaviour for files')]
    if (hasFunction(files, 'viewer-request', names.gate) && !hasOther(files, names)) return []
    const found = files.cloudFrontFunctions.map(({ event, arn }) => `${arn} at ${event}`).join(', ')
    return [
      fail(
        `files are not behind the gate, ${names.gate} at viewer-request, but behind ${found || 'no function'}: URLs that are bound to a client work for anybody`,
      ),
    ]
  },
})

/** With a plan that keeps versions out of the cache key, the pinned-version function is behind files: no other compares versions. */
export const pinnedVersion = check({
  name: 'pinned-version',
  fine: 'files are delivered by the function that compares their version with that of the URL',
  needs: ['distribution'],
  appliesTo: ({ plan }, expected) => !allowsOwnPolicies(plan) && !isAdded(expected),
  inspect({ distribution }, { names }) {
    const files = distribution.behaviours.at(-1)
    if (files === undefined || hasFunction(files, 'viewer-response', names.pinnedVersion)) return []
    return [
      fail(
        `${names.pinnedVersion} is not behind files at viewer-response: a viewer may get another version, without a name and headers`,
      ),
    ]
  },
})

function hasOther({ cloudFrontFunctions }: Behaviour, { gate: before, pinnedVersion: behind }: PhysicalNames): boolean {
  return cloudFrontFunctions.some(({ arn }) => !isNamed(arn, before) && !isNamed(arn, behind))
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
