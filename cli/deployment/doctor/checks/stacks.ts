import { stacksOf } from '../../../../infra/placement/placement.ts'
import { fixedSettingsOf, settingsInForce } from '../../../../infra/settings/fixed-settings.ts'
import { edgeStackRegion } from '../../../../infra/settings/settings.ts'
import { differingSettings } from '../../deploy/deployed.ts'
import { preparationFor } from '../../deploy/stack-status.ts'
import type { NamedStack } from '../../names.ts'
import { isEdgeVersion, linkPattern } from '../behaviours.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'
import { problemsOfDrift } from '../drift.ts'
import type { DeployedStack } from '../facts.ts'

/** All stacks are deployed, and none is left over from earlier settings. */
export const stacks = check({
  name: 'stacks',
  fine: 'all stacks are deployed, each in its Region',
  needs: ['stacks'],
  sees: ['trials'],
  inspect({ stacks: found, trials }, { settings, names }) {
    const expected = stacksOf(settings, names)
    const isSame = (one: NamedStack) => (other: NamedStack) => one.name === other.name && one.region === other.region
    return [
      ...expected.flatMap(stack => problemOf(stack, found.find(isSame(stack))?.status)),
      ...found.filter(stack => !expected.some(isSame(stack))).map(leftOver),
      ...trials.map(({ name }) => warn(`${name} is left over from once prove`, 'npm run once -- prove --clean')),
    ]
  },
})

function problemOf({ name, region }: NamedStack, status: string | undefined): readonly Problem[] {
  if (status === undefined) return [fail(`${name} is not in ${region}`, deployAgain)]
  const label = `${name} in ${region}`
  const events = `aws cloudformation describe-stack-events --region ${region} --stack-name ${name}`
  switch (preparationFor(status)) {
    case 'deploy':
      return status.endsWith('_ROLLBACK_COMPLETE')
        ? [warn(`the last change of ${label} was rolled back`, `${deployAgain}; the reason: ${events}`)]
        : []
    case 'wait':
      return [warn(`${label} is being changed: ${status}`, 'wait until CloudFormation is done, then check again')]
    case 'refuse':
      return status === 'IMPORT_ROLLBACK_FAILED'
        ? [fail(`${label} is ${status}, after an import by hand`, `undo the import; the reason: ${events}`)]
        : [fail(`${label} is ${status}, which this version does not know`, `the reason: ${events}`)]
    case 'go-on':
    case 'ask':
    case 'delete':
    case 'continue-rollback':
    case 'roll-back':
    default:
      return [fail(`${label} is ${status}`, `${deployAgain}; the reason: ${events}`)]
  }
}

/** Types of which a resource holds links, files or what they need. A stack with one must not be deleted by mistake. */
const precious = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::KMS::Key',
  'AWS::KMS::ReplicaKey',
  'AWS::CloudFront::Distribution',
])

/** Never advises to delete a stack: `once deploy` deletes those that settings no longer name, once nothing needs them. */
function leftOver({ name, region, resources }: DeployedStack): Problem {
  const lasting = resources.filter(({ type, physicalId }) => precious.has(type) && physicalId !== '')
  if (lasting.length === 0) return warn(`${name} in ${region} is left over from earlier settings`, deployAgain)
  const kinds = [...new Set(lasting.map(({ type }) => type.split('::').at(-1)))].join(', ')
  return fail(
    `${name} in ${region} is not in the settings, but may hold links, files or keys: ${kinds}`,
    'set homeRegions and encryption as they were deployed; docs/deploy.md says how to change them',
  )
}

/** No stack can be deleted by mistake. */
export const stackProtection = check({
  name: 'stack-protection',
  fine: 'termination protection is on for every stack',
  needs: ['stacks'],
  appliesTo: ({ deletionProtection }) => deletionProtection,
  *inspect({ stacks: found }, { settings, names, used }) {
    // The CDK turns off what the app doesn't say, and stacks beside yours have what yours has.
    const yours = used && `set terminationProtection: true for the stack ${used.stack.name}, then ${deployAgain}`
    for (const { name, region } of stacksOf(settings, names)) {
      const stack = found.find(each => each.name === name && each.region === region)
      const missing = `${name} in ${region} has no termination protection`
      const protect = `aws cloudformation update-termination-protection --enable-termination-protection --region ${region} --stack-name ${name}`
      if (stack === undefined) yield fail(`can't be checked: ${name} is not in ${region}`, deployAgain)
      else if (!stack.isProtected) yield yours === undefined ? fail(missing, protect) : warn(missing, yours)
    }
  },
})

/** What CloudFormation made is as it made it, as far as it compares: only properties that a template sets. */
export const drift = check({
  name: 'drift',
  fine: 'CloudFormation finds nothing that was changed or deleted by hand',
  needs: [],
  sees: ['drift'],
  appliesTo: (_, { comparesDrift }) => comparesDrift === true,
  *inspect({ drift: found }, { settings, names }) {
    for (const { name, region } of stacksOf(settings, names)) {
      const stack = found.find(each => each.name === name && each.region === region)
      if (stack === undefined) {
        yield fail(`can't be checked: ${name} in ${region} is not complete`, deployAgain)
        continue
      }
      for (const each of stack.resources) yield* problemsOfDrift(each, stack, names.linksTable)
      const todo = 'allow it (docs/access.md), then check again'
      if (stack.unread !== undefined) yield warn(`not all of ${name} could be compared: ${stack.unread}`, todo)
    }
  },
})

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
    const wanted = used ? { ...fixedSettingsOf(settings) } : settingsInForce(settings)
    const yours = used ? 'your stack with' : 'the settings say'
    return differingSettings(deployed, wanted).map(({ setting, from, to }) =>
      fail(`${stack} was deployed with ${setting} ${from}, ${yours} ${to}`, deployAgain),
    )
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
