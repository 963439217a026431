import type { PhysicalNames } from '../../../../infra/placement/physical-names.ts'
import { allowsOwnPolicies } from '../../../../shared/plan.ts'
import type { Behaviour } from '../../../ports/aws-cloudfront.ts'
import { hasFunction, isNamed } from '../behaviours.ts'
import { isAdded } from '../facts.ts'
import { check, fail, revertDrift, warn } from '../check.ts'

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
    // Of a distribution of yours, that path is none of ours.
    if (isAdded(expected)) return
    if (file.status !== 403) yield fail(`a file without a signature gets status ${file.status}, expected: 403`)
    if (file.mark !== 'page' && file.mark !== 'gate')
      yield warn(`the error for a file without a signature is ${made(file.mark)}: viewers may see XML`)
  },
})
