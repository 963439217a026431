import type { Account } from '../account.ts'
import { newStack } from './actions.ts'
import { bootstrapTemplate, bootstrapVersion } from './bootstrap-template.ts'
import { start } from './operations.ts'

/**
 * Prepares a Region as `cdk bootstrap` does, as far as deployments use it: the bucket for files, the roles, and the parameter with
 * the version.
 */
export function bootstrap(account: Account, region: string, version = bootstrapVersion): void {
  const stack = newStack(account, { name: 'CDKToolkit', region })
  const template = bootstrapTemplate(account, region, version)
  account.stacks.push(stack)
  start(account, stack, { operation: { kind: 'deploy', template, rollback: true, revertDrift: false }, describes: 0 })
}
