import type { PlacedStack } from '../../../../construct/placement.ts'
import { expectedStacks } from '../../names.ts'
import { check, deployAgain, fail, type Problem, warn } from '../check.ts'
import type { DeployedStack } from '../facts.ts'

/** All stacks are deployed, and none is left over from earlier settings. */
export const stacks = check({
  name: 'stacks',
  fine: 'all stacks are deployed, each in its Region',
  needs: ['stacks'],
  sees: ['trials'],
  inspect({ stacks: found, trials }, { settings, names }) {
    const expected = expectedStacks(settings, names)
    const isSame = (one: Pick<PlacedStack, 'name' | 'region'>) => (other: Pick<PlacedStack, 'name' | 'region'>) =>
      one.name === other.name && one.region === other.region
    return [
      ...expected.flatMap(stack => problemOf(stack, found.find(isSame(stack))?.status)),
      ...found.filter(stack => !expected.some(isSame(stack))).map(leftOver),
      ...trials.map(name => warn(`${name} is left over from once prove`, 'npm run once -- prove --clean')),
    ]
  },
})

type Verdict = 'ok' | 'wait' | 'rolled back' | 'deploy' | 'by hand'

/** All states of a stack (CloudFormation, "StackStatus"), except that of a deleted one, and what each means here. */
const verdicts: Readonly<Record<string, Verdict>> = {
  CREATE_COMPLETE: 'ok',
  UPDATE_COMPLETE: 'ok',
  IMPORT_COMPLETE: 'ok',
  CREATE_IN_PROGRESS: 'wait',
  ROLLBACK_IN_PROGRESS: 'wait',
  DELETE_IN_PROGRESS: 'wait',
  UPDATE_IN_PROGRESS: 'wait',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  IMPORT_IN_PROGRESS: 'wait',
  IMPORT_ROLLBACK_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE: 'rolled back',
  IMPORT_ROLLBACK_COMPLETE: 'rolled back',
  // A change set that was never executed: there is no stack yet, and CloudFormation does nothing by itself.
  REVIEW_IN_PROGRESS: 'deploy',
  CREATE_FAILED: 'deploy',
  ROLLBACK_COMPLETE: 'deploy',
  ROLLBACK_FAILED: 'deploy',
  UPDATE_FAILED: 'deploy',
  UPDATE_ROLLBACK_FAILED: 'deploy',
  DELETE_FAILED: 'deploy',
  IMPORT_ROLLBACK_FAILED: 'by hand',
}

function problemOf(
  { name, region }: Pick<PlacedStack, 'name' | 'region'>,
  status: string | undefined,
): readonly Problem[] {
  if (status === undefined) return [fail(`${name} is not in ${region}`, deployAgain)]
  const label = `${name} in ${region}`
  const events = `aws cloudformation describe-stack-events --region ${region} --stack-name ${name}`
  switch (verdicts[status]) {
    case 'ok':
      return []
    case 'wait':
      return [warn(`${label} is being changed: ${status}`, 'wait until CloudFormation is done, then check again')]
    case 'rolled back':
      return [warn(`the last change of ${label} was rolled back`, `${deployAgain}; the reason: ${events}`)]
    case 'deploy':
      return [fail(`${label} is ${status}`, `${deployAgain}; the reason: ${events}`)]
    case 'by hand':
      return [fail(`${label} is ${status}, after an import by hand`, `undo the import; the reason: ${events}`)]
    case undefined:
    default:
      return [fail(`${label} is ${status}, which this version does not know`, `the reason: ${events}`)]
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
  inspect({ stacks: found }, { settings, names, used }) {
    return expectedStacks(settings, names).flatMap(({ name, region }) => {
      const stack = found.find(each => each.name === name && each.region === region)
      if (stack?.isProtected === true) return []
      if (stack === undefined) return [fail(`can't be checked: ${name} is not in ${region}`, deployAgain)]
      if (used !== undefined) {
        // The CDK turns off what the app doesn't say, and stacks beside yours have what yours has.
        const todo = `set terminationProtection: true for the stack ${used.stack.name}, then ${deployAgain}`
        return [warn(`${name} in ${region} has no termination protection`, todo)]
      }
      const protect = `aws cloudformation update-termination-protection --enable-termination-protection --region ${region} --stack-name ${name}`
      return [fail(`${name} in ${region} has no termination protection`, protect)]
    })
  },
})
