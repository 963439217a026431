import type { Settings } from '../../../infra/settings/settings.ts'
import type { AssembledStack } from '../../ports/cdk.ts'
import type { Aws } from '../../ports/ports.ts'
import type { DeployedState } from './deployed.ts'

/** What prevents a deployment, or should be known before. */
export interface Concern {
  /** `problem`: nothing is deployed until it is solved. */
  readonly severity: 'problem' | 'remark'
  readonly found: string
  readonly todo: string
}

/** What preflight compares with the account. */
export interface PreflightInput {
  readonly settings: Settings
  readonly deployed: DeployedState
  readonly stacks: readonly AssembledStack[]
  readonly aws: Aws
}

/** Makes a concern that prevents the deployment. */
export function problem(found: string, todo: string): Concern {
  return { severity: 'problem', found, todo }
}

/** Makes a concern that doesn't. */
export function remark(found: string, todo: string): Concern {
  return { severity: 'remark', found, todo }
}
