import type { Behaviour, Distribution } from '../../../ports/aws-cloudfront.ts'
import { functionProblems, hasFunction, linkPattern } from '../behaviours.ts'
import { check, fail, type Problem } from '../check.ts'
import { type Expected, isAdded } from '../facts.ts'

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
