import type { DeployedStack } from '../../ports/aws-stacks.ts'
import type { Assembly } from '../../ports/cdk.ts'
import { deployStacks } from './deploy-stacks.ts'
import { type DeployedState, readDeployed } from './deployed.ts'
import { passesTo } from './passes.ts'
import { deleteEmptyStack, type StackScope } from './prepare-stack.ts'
import type { DeployScope, Steps } from './steps.ts'

/** Synthesises the deployment, with these settings in place of those of the user. */
export async function synthesise(
  { written, settings, steps, signal, ports }: DeployScope,
  { stacks }: DeployedState,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<Assembly> {
  const end = steps.begin('synthesis')
  const isProtected = settings.deletionProtection ? stacks.filter(stack => stack.isProtected) : []
  const assembly = await ports.cdk.synth({
    settings: { ...written, ...overrides },
    protectedStacks: isProtected.map(({ name }) => name),
    signal,
  })
  end(assembly.stacks.map(({ name }) => name).join(', '))
  return assembly
}

/** Deploys, in as many passes as the table's replicas need. Rejects with a `StoppedError` if it can't go on. */
export async function carryOut(scope: DeployScope): Promise<void> {
  const { settings, steps, signal, ports } = scope
  const deployed = await readDeployed(settings, ports.aws)
  const stackScope = { name: settings.name, account: deployed.account, ports, signal, steps }
  const passes = passesTo(settings, deployed)
  let names = new Set<string>()
  for (const [index, { purpose, overrides }] of passes.entries()) {
    const pass = `pass ${index + 1} of ${passes.length}: ${purpose}`
    if (passes.length > 1) steps.print(pass, { pass: index + 1, of: passes.length, purpose })
    const assembly = await synthesise(scope, await readDeployed(settings, ports.aws), overrides)
    names = new Set(assembly.stacks.map(({ name }) => name))
    await deployStacks(assembly, { ...stackScope, revertDrift: scope.revertDrift && index === 0 })
  }
  const retired = deployed.stacks.filter(({ name }) => !names.has(name))
  await deleteRetired(retired, stackScope)
}

/**
 * Deletes the stacks that the settings no longer have, keys after all others. Call it when the replicas of their Regions are gone.
 * Rejects with a `StoppedError` if one holds links or files, or can't be deleted.
 */
async function deleteRetired(
  retired: readonly DeployedStack[],
  scope: StackScope & { readonly steps: Steps },
): Promise<void> {
  const rank = ({ name, region }: DeployedStack) => (name === `${scope.name}-keys-${region}` ? 1 : 0)
  for (const stack of retired.toSorted((a, b) => rank(a) - rank(b))) {
    const end = scope.steps.begin(`${stack.name} in ${stack.region}`)
    await deleteEmptyStack(stack, scope)
    end('deleted, because the settings no longer have it')
  }
}
