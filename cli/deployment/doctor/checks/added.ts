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
  inspect({ distribution, keyGroup }, expected) {
    const { used } = expected
    const links = distribution.behaviours.find(({ path }) => path === linkPattern)
    return [
      ...(links === undefined ? [fail(`the distribution has no behaviour ${linkPattern}: no link works`)] : []),
      ...(links === undefined ? [] : linkProblems(links, expected.settings.name)),
      ...(used?.distribution.prefixes ?? []).flatMap(prefix =>
        folderProblems(`/${prefix}*`, distribution, { keyGroup: keyGroup?.id, gate: expected.names.gate }),
      ),
      ...openBehaviours(distribution, expected),
    ]
  },
})

function linkProblems(links: Behaviour, name: string): readonly Problem[] {
  const { keyGroups, trustsAccounts, protocol } = links
  return [
    ...(keyGroups.length === 0 && !trustsAccounts ? [] : [fail(`${linkPattern} needs a signature: no link works`)]),
    ...(protocol === 'https-only' ? [] : [fail(`${linkPattern} has ${protocol}, expected: https-only`)]),
    ...functionProblems(links, name),
  ]
}

function folderProblems(
  pattern: string,
  { behaviours }: Distribution,
  { keyGroup, gate }: { readonly keyGroup: string | undefined; readonly gate: string },
): readonly Problem[] {
  const found = behaviours.find(({ path }) => path === pattern)
  if (found === undefined) return [fail(`the distribution has no behaviour ${pattern}: its files return 403 or 404`)]
  const { keyGroups, trustsAccounts } = found
  const isOnlyOurs = keyGroups.length === 1 && keyGroups[0] === keyGroup && !trustsAccounts
  return [
    ...(isOnlyOurs ? [] : [fail(`${pattern} needs signatures of other keys than those of the deployment, or none`)]),
    ...(hasFunction(found, 'viewer-request', gate)
      ? []
      : [fail(`${pattern} is not behind ${gate}: URLs that are bound to a client work for every client`)]),
  ]
}

/** Other behaviours must not serve the bucket of the files without a signature. */
function openBehaviours({ behaviours }: Distribution, { names, settings }: Expected): readonly Problem[] {
  const bucket = `${names.contentBucket(settings.homeRegions[0])}.s3.`
  const open = behaviours.filter(
    ({ path, origin, keyGroups }) => path !== linkPattern && origin.startsWith(bucket) && keyGroups.length === 0,
  )
  return open.map(({ path }) => fail(`${path} serves the bucket of the files without a signature: files need no link`))
}
