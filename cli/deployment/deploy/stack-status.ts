/**
 * What has to be done before a stack can be deployed. `deploy`: nothing. `go-on`: nothing, but its creation never ended well, so
 * a failure must not undo what was created. `ask`: `roll-back` if the stack was ever complete, otherwise `go-on`.
 */
export type Preparation = 'deploy' | 'go-on' | 'ask' | 'wait' | 'delete' | 'continue-rollback' | 'roll-back' | 'refuse'

/** Every status of a stack (CloudFormation API, "Stack", read in 2026-11). */
const preparations: Readonly<Record<string, Preparation>> = {
  CREATE_IN_PROGRESS: 'wait',
  CREATE_COMPLETE: 'deploy',
  CREATE_FAILED: 'go-on',
  ROLLBACK_IN_PROGRESS: 'wait',
  ROLLBACK_COMPLETE: 'delete',
  ROLLBACK_FAILED: 'delete',
  DELETE_IN_PROGRESS: 'wait',
  DELETE_COMPLETE: 'go-on',
  DELETE_FAILED: 'delete',
  UPDATE_IN_PROGRESS: 'wait',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  UPDATE_COMPLETE: 'deploy',
  UPDATE_FAILED: 'ask',
  UPDATE_ROLLBACK_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE: 'deploy',
  UPDATE_ROLLBACK_FAILED: 'continue-rollback',
  // A change set that was never executed: the stack is empty, and the CDK makes another change set.
  REVIEW_IN_PROGRESS: 'go-on',
  IMPORT_IN_PROGRESS: 'wait',
  IMPORT_COMPLETE: 'deploy',
  IMPORT_ROLLBACK_IN_PROGRESS: 'wait',
  IMPORT_ROLLBACK_COMPLETE: 'deploy',
  IMPORT_ROLLBACK_FAILED: 'refuse',
}

/** Returns what has to be done before a stack of this status can be deployed; `refuse` also for a status that is not known. */
export function preparationFor(status: string): Preparation {
  return preparations[status] ?? 'refuse'
}

/**
 * Whether a creation or an update of a stack of this status ever ended well; undefined if only its events show it.
 */
export function wasComplete(status: string): boolean | undefined {
  if (status === 'UPDATE_FAILED' || status === 'UPDATE_IN_PROGRESS') return undefined
  return /^(UPDATE|IMPORT)_/.test(status) || status === 'CREATE_COMPLETE'
}
