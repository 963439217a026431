import { fixedSettingsOf, settingsInForce } from '../../../../infra/settings/fixed-settings.ts'
import { edgeStackRegion } from '../../../../infra/settings/settings.ts'
import { isEdgeVersion, linkPattern } from '../behaviours.ts'
import { check, deployAgain, fail } from '../check.ts'

/** What is deployed has the settings. Of a construct, whose settings are those of your stack, a part of all stacks may have others. */
export const deployedSettings = check({
  name: 'deployed-settings',
  fine: (_, { used }) =>
    used === undefined
      ? 'every setting is as it was deployed'
      : `the stack of ${edgeStackRegion} has the settings that your stack describes`,
  needs: [],
  sees: ['deployed'],
  inspect({ deployed }, { settings, names, used }) {
    const stack = names.regionStack(edgeStackRegion)
    if (deployed === undefined) return [fail(`${stack} in ${edgeStackRegion} does not say its settings`, deployAgain)]
    const wanted: Readonly<Record<string, unknown>> = used ? fixedSettingsOf(settings) : settingsInForce(settings)
    const yours = used ? 'your stack with' : 'the settings say'
    return [...new Set([...Object.keys(wanted), ...Object.keys(deployed)])].flatMap(field => {
      const [found, expected] = [deployed[field], wanted[field]].map(value => JSON.stringify(value) ?? 'nothing')
      if (found === expected) return []
      return [fail(`${stack} was deployed with ${field} ${found}, ${yours} ${expected}`, deployAgain)]
    })
  },
})

// What `once deploy` makes sure of, for those who deploy a construct with the CDK's own command line.

/** Links call the version of the edge function that was deployed last: its stack and that of the distribution may be two. */
export const edgeVersion = check({
  name: 'edge-version',
  fine: 'links call the version of the edge function that was deployed last',
  needs: ['stacks', 'distribution'],
  appliesTo: (_, { used }) => used !== undefined,
  inspect({ stacks, distribution }, { settings, names }) {
    const stack = stacks.find(({ name, region }) => region === edgeStackRegion && name === names.regionStack(region))
    const versions = (stack?.resources ?? [])
      .filter(({ type }) => type === 'AWS::Lambda::Version')
      .map(({ physicalId }) => physicalId)
      .filter(arn => isEdgeVersion(arn, settings.name))
    const links = distribution.behaviours.find(({ path }) => path === linkPattern)
    const called = links?.functions[0]?.arn
    if (called === undefined || versions.length === 0 || versions.includes(called)) return []
    return [fail(`${linkPattern} calls ${called}, but the newest version is ${versions.join(', ')}`, deployAgain)]
  },
})
