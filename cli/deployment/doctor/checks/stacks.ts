import { expectedStacks, type NamedStack } from '../../names.ts'
import { check, fail, type Problem, warn } from '../check.ts'

/** All stacks are deployed, and none is left over from earlier settings, which the CDK doesn't delete. */
export const stacks = check({
  name: 'stacks',
  fine: 'all stacks are deployed, each in its Region',
  needs: ['stacks'],
  inspect({ stacks: found }, { settings, names }) {
    const expected = expectedStacks(settings, names)
    const statusOf = ({ name, region }: NamedStack) =>
      found.find(stack => stack.name === name && stack.region === region)?.status
    const isExpected = (stack: NamedStack) =>
      expected.some(({ name, region }) => name === stack.name && region === stack.region)
    return [
      ...expected.flatMap(stack => problemOf(stack, statusOf(stack))),
      ...found
        .filter(stack => !isExpected(stack))
        .map(({ name, region }) =>
          warn(
            `${name} in ${region} is left over from earlier settings`,
            `aws cloudformation delete-stack --region ${region} --stack-name ${name}`,
          ),
        ),
    ]
  },
})

function problemOf({ name, region }: NamedStack, status: string | undefined): readonly Problem[] {
  if (status === undefined) return [fail(`${name} is not in ${region}`)]
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return []
  if (status.endsWith('_IN_PROGRESS')) return [warn(`${name} is being changed: ${status}`, 'check again later')]
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    return [
      warn(`the last update of ${name} was rolled back`, 'read its events in CloudFormation, then npm run deploy'),
    ]
  }
  return [fail(`${name} is ${status}`, 'read its events in CloudFormation, then npm run deploy')]
}
