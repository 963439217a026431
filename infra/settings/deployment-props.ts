import type { Existing } from '../existing/existing.ts'
import type { IResolvable } from 'aws-cdk-lib'
import type { Names } from '../placement/names.ts'
import type { Settings } from './settings.ts'

/** What all constructs of a deployment have in common. */
export interface DeploymentProps {
  readonly settings: Settings
  readonly names: Names
  /** Things of yours instead of the deployment's own. @default none */
  readonly existing?: Existing | undefined
  /** The issuers in force, a list that is known at the end of the synthesis only. @default none */
  readonly issuers?: IResolvable | undefined
}
