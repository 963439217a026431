import { isDeepStrictEqual } from 'node:util'
import type { AssembledStack, Assembly } from '../../ports/cdk.ts'
import type { DeployedStack } from '../../ports/aws-stacks.ts'
import type { Aws } from '../../ports/ports.ts'
import { deleteEmptyStack, prepareStack, type StackScope } from './prepare-stack.ts'
import { unprotectRemoved } from './protect.ts'
import { preparationFor } from './stack-status.ts'
import { StoppedError } from './stopped.ts'
import type { Steps } from './steps.ts'

/** How to deploy all stacks. */
export interface StacksScope extends StackScope {
  readonly steps: Steps
  readonly revertDrift: boolean
}

/**
 * Deploys the stacks of an assembly one after the other, so that each has what it depends on. Skips those that are as the assembly
 * wants them, as long as none before was changed. Rejects with a `StoppedError` if one fails.
 */
export async function deployStacks({ folder, stacks }: Assembly, scope: StacksScope): Promise<void> {
  const { ports, steps, revertDrift } = scope
  let hasChanged = revertDrift
  for (const stack of stacks) {
    scope.signal.throwIfAborted()
    const end = steps.begin(`${stack.name} in ${stack.region}`)
    const deployed = await ports.aws.stacks.describe(stack.name, stack.region)
    if (!hasChanged && deployed !== undefined && (await isCurrent(stack, deployed, ports.aws))) {
      end('no changes')
      continue
    }
    hasChanged = true
    await deployStack(stack, folder, scope)
    end('deployed')
  }
}

/** Whether the stack is complete and has the template. Values of other stacks that it refers to may still differ. */
async function isCurrent(stack: AssembledStack, deployed: DeployedStack, aws: Aws): Promise<boolean> {
  if (preparationFor(deployed.status) !== 'deploy') return false
  return isDeepStrictEqual(JSON.parse(await aws.stacks.template(deployed)), JSON.parse(stack.template))
}

async function deployStack(stack: AssembledStack, folder: string, scope: StacksScope): Promise<void> {
  const { ports, revertDrift, signal } = scope
  const { name, region } = stack
  const { wasComplete } = await prepareStack(name, region, scope)
  if (wasComplete) await unprotectRemoved(stack, scope)
  const options = {
    folder,
    // A first creation goes on where it failed. An update is undone, because the deployment is in use.
    rollback: wasComplete,
    revertDrift: revertDrift && wasComplete,
    signal,
    onLine: ports.info,
  }
  const first = await ports.cdk.deploy(stack, options)
  const result = first.kind === 'rollback-first' ? await createAgain(stack, scope, options) : first
  if (result.kind === 'deployed') return
  const todo = wasComplete
    ? `${await endOf(stack, ports.aws)}; solve what is said above, then run this again`
    : 'what was created stays; solve what is said above, then run this again: it goes on from there'
  throw new StoppedError(`${name} in ${region} failed`, todo)
}

/** Says what an update that failed has left: it may have failed before CloudFormation began. */
async function endOf({ name, region }: AssembledStack, { stacks }: Aws): Promise<string> {
  const { status = 'missing' } = (await stacks.describe(name, region)) ?? {}
  if (status.startsWith('UPDATE_ROLLBACK_COMPLETE')) return 'CloudFormation has undone the last update'
  return preparationFor(status) === 'deploy' ? `nothing was undone: it is ${status}` : `it is ${status}`
}

/** An unfinished stack can't replace a resource. It holds nothing yet, so it is deleted and created again. */
async function createAgain(
  stack: AssembledStack,
  scope: StacksScope,
  options: Parameters<StackScope['ports']['cdk']['deploy']>[1],
) {
  const { ports } = scope
  const deployed = await ports.aws.stacks.describe(stack.name, stack.region)
  if (deployed !== undefined) await deleteEmptyStack(deployed, scope)
  return ports.cdk.deploy(stack, { ...options, rollback: false })
}
