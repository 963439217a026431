import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Account, Template } from '../../../support/cli/control-plane/account.ts'
import { newStack } from '../../../support/cli/control-plane/cloudformation/actions.ts'
import { start } from '../../../support/cli/control-plane/cloudformation/operations.ts'
import { synthesise, type Templates } from '../../infra/synthesised.ts'

/** The templates of a deployment, with the Region of each. */
export interface Synthesised {
  readonly templates: Templates
  readonly regions: Readonly<Record<string, string>>
  /** The names of the stacks, each after those that it needs. */
  readonly order: readonly string[]
  /** The stacks with termination protection. */
  readonly protected: readonly string[]
}

interface Artifact {
  readonly environment?: string
  readonly dependencies?: readonly string[]
  readonly properties?: { readonly terminationProtection?: boolean }
}

/** Synthesises a deployment. */
export function synthesised(settings: object): Synthesised {
  const { templates, folder, remove } = synthesise(settings, { validated: false })
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, Artifact>
  }
  remove()
  const { artifacts } = manifest
  const stacks = Object.keys(templates)
  const regions = stacks.map(name => [name, artifacts[name]?.environment?.split('/').at(-1)])
  return {
    templates,
    regions: Object.fromEntries(regions) as Record<string, string>,
    order: orderOf(stacks, artifacts),
    protected: stacks.filter(name => artifacts[name]?.properties?.terminationProtection === true),
  }
}

function orderOf(stacks: readonly string[], artifacts: Readonly<Record<string, Artifact>>): readonly string[] {
  const order = new Set<string>()
  const visit = (name: string) => {
    for (const needed of artifacts[name]?.dependencies ?? []) visit(needed)
    if (stacks.includes(name)) order.add(name)
  }
  for (const name of stacks) visit(name)
  return [...order]
}

/** Deploys templates at a time, as the CDK does; throws if the stand-in for CloudFormation refuses one. */
export function deploy(account: Account, deployment: Synthesised, at: Date): void {
  const { now } = account
  account.now = at.getTime()
  for (const name of deployment.order) {
    const template = deployment.templates[name]
    if (template === undefined) throw new Error(`there is no template ${name}`)
    const stack = newStack(account, { name, region: deployment.regions[name] ?? '' })
    account.stacks.push(stack)
    stack.terminationProtection = deployment.protected.includes(name)
    start(account, stack, {
      operation: {
        kind: 'deploy',
        template: structuredClone(template) as Template,
        rollback: false,
        revertDrift: false,
      },
      describes: 0,
    })
    if (stack.status === 'CREATE_COMPLETE') continue
    const reasons = stack.resources
      .filter(({ reason }) => reason !== '')
      .map(each => `${each.logicalId}: ${each.reason}`)
    throw new Error(`${name} is in ${stack.status}: ${stack.reason}\n${reasons.join('\n')}`)
  }
  account.now = now
}
