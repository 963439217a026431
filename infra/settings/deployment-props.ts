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
  /** Whether it is deployed in one pass, as `cdk deploy` does, and undone by CloudFormation if that fails. @default `once deploy` has passes */
  readonly plainCdk?: boolean | undefined
}
