import type { Region } from '../../shared/regions.ts'

/** A CloudFormation stack. It may be deleted: CloudFormation lists deleted stacks for 90 days. */
export interface Stack {
  readonly name: string
  readonly region: Region
  readonly id: string
  /** CloudFormation's status, such as `CREATE_COMPLETE`. */
  readonly status: string
}

/** A stack that exists, with what a deployment needs to know of it. */
export interface DeployedStack extends Stack {
  /** AWS's reason for the status; may be empty. */
  readonly reason: string
  readonly outputs: Readonly<Record<string, string>>
  /** Whether its termination protection is on. */
  readonly isProtected: boolean
}

/** A resource of a stack, created or not. */
export interface StackResource {
  /** Such as `AWS::S3::Bucket`. */
  readonly type: string
  readonly physicalId: string
  readonly status: string
  /** AWS's reason for the status; may be empty. */
  readonly reason: string
}

/** A resource that is not as its stack made it. */
export interface DriftedResource {
  /** Its physical id. */
  readonly id: string
  readonly type: string
  readonly isDeleted: boolean
  /** Empty if it is deleted. */
  readonly differences: readonly Difference[]
}

/** A property that is not as the template sets it; its values are texts, those of lists and objects as JSON. */
export interface Difference {
  /** Such as `/MemorySize`. */
  readonly path: string
  readonly kind: 'ADD' | 'REMOVE' | 'NOT_EQUAL'
  readonly expected: string
  readonly actual: string
}

/** What differs between the resources of a stack and its template. */
export interface Drift {
  readonly resources: readonly DriftedResource[]
  /** CloudFormation's reason if it could not read some of them. */
  readonly unread: string | undefined
}

/** Stacks of CloudFormation. */
export interface Stacks {
  /** Returns all stacks of a Region, also of other deployments and those deleted in the last 90 days. */
  all(region: Region): Promise<readonly Stack[]>
  /** Returns the stack of this name that is not deleted. */
  describe(name: string, region: Region): Promise<DeployedStack | undefined>
  /** Reads the stack again, also if it is deleted. */
  again(stack: Stack): Promise<Stack>
  resources(stack: Stack): Promise<readonly StackResource[]>
  /** Compares the resources with the template, as far as CloudFormation can, which may take minutes. */
  drift(stack: Stack): Promise<Drift>
  /** Returns the template as it was uploaded, as JSON text. */
  template(stack: Stack): Promise<string>
  /** Whether a creation or an update of the stack ever ended well. */
  wasComplete(stack: Stack): Promise<boolean>
  /** Turns termination protection on. */
  protect(stack: Stack): Promise<void>
  /** Turns termination protection off. */
  unprotect(stack: Stack): Promise<void>
  /** Goes on with an update's rollback that failed. */
  continueRollback(stack: Stack): Promise<void>
  /** Rolls a failed creation or update back that CloudFormation left as it was. */
  rollBack(stack: Stack): Promise<void>
  /** Starts the deletion; `again` shows its progress. */
  remove(stack: Stack): Promise<void>
}
