import type { PhysicalNames } from '../../../infra/placement/physical-names.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import type { EpochMs } from '../../../shared/time.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'

/** What the steps of a restore need. */
export interface RestoreContext {
  readonly settings: Settings
  readonly names: PhysicalNames
  readonly ports: Pick<DeploymentPorts, 'aws' | 'clock'>
  /** The time to which a copy of the table is restored. @default the latest */
  readonly at: EpochMs | undefined
  /** Whether to invalidate links even if the current keys already do. */
  readonly again: boolean
  /** When to stop waiting. */
  readonly deadline: EpochMs
}
