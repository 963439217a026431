import { type PlacedStack, stacksOf } from '../../../../infra/placement/placement.ts'
import { preparationFor } from '../../deploy/stack-status.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'
import type { DeployedStack } from '../facts.ts'

/** All stacks are deployed, and none is left over from earlier settings. */
export const stacks = check({
  name: 'stacks',
  fine: 'all stacks are deployed, each in its Region',
  needs: ['stacks'],
  sees: ['trials'],
  inspect({ stacks: found, trials }, { settings, names }) {
    const expected = stacksOf(settings, names)
    const isSame = (one: Pick<PlacedStack, 'name' | 'region'>) => (other: Pick<PlacedStack, 'name' | 'region'>) =>
      one.name === other.name && one.region === other.region
    return [
      ...expected.flatMap(stack => problemOf(stack, found.find(isSame(stack))?.status)),
      ...found.filter(stack => !expected.some(isSame(stack))).map(leftOver),
      ...trials.map(name => warn(`${name} is left over from once prove`, 'npm run once -- prove --clean')),
    ]
  },
})

function problemOf(
  { name, region }: Pick<PlacedStack, 'name' | 'region'>,
  status: string | undefined,
): readonly Problem[] {
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
    'set homeRegions, encryption and signer as they were deployed; docs/deploy.md says how to change them',
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
