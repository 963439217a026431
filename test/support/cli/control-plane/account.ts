/** A resource in AWS, with the properties of its template after intrinsic functions are resolved. */
export interface Thing {
  /** CloudFormation's type; for what no template has, a name such as `key group`. */
  readonly type: string
  readonly region: string
  readonly id: string
  /** A test may change them, like a change by hand. */
  readonly properties: Properties
  /** The id of its stack and its logical id; undefined if no stack created it. */
  readonly owner?: string | undefined
}

/** Properties of a resource, as in a template. */
export type Properties = Record<string, unknown>

/** A resource of a stack. */
export interface Resource {
  readonly logicalId: string
  readonly type: string
  readonly id: string
  readonly retained: boolean
  status: string
  reason: string
}

/** A CloudFormation stack. */
export interface Stack {
  readonly id: string
  readonly name: string
  readonly region: string
  status: string
  terminationProtection: boolean
  /** How many more times it must be described until its deletion ends. */
  describesLeft: number
  readonly resources: Resource[]
}

/** An AWS account, as far as the command line sees it. */
export interface Account {
  readonly id: string
  things: Thing[]
  readonly stacks: Stack[]
  /** Whether CloudFront still has replicas of edge functions, even after their distribution is deleted. */
  edgeReplicas: boolean
  /** Whether replicas were added to tables in the last 24 hours. */
  youngReplicas: boolean
  /** How many times a stack must be described until its deletion ends. */
  slowness: number
  /** Called after a bucket was emptied, so that a test can write to it. */
  onEmptied: (bucket: Thing) => void
  /** What its distribution responds to viewers without a signature: status and `x-once`. A test may change them. */
  readonly viewers: Record<'link' | 'file', { status: number; mark: string | undefined }>
  /** Every request, as `service operation region`, or `viewer GET host/path`. */
  readonly requests: string[]
  /** The names of the stacks whose deletion was requested, in order. */
  readonly deletions: string[]
  /** Returns whether a request, as in `requests`, is refused for lack of permission. */
  denies: (request: string) => boolean
}

/** Creates an account without resources. */
export function emptyAccount(id = '111122223333'): Account {
  return {
    id,
    things: [],
    stacks: [],
    viewers: { link: { status: 404, mark: 'link' }, file: { status: 403, mark: 'page' } },
    requests: [],
    deletions: [],
    edgeReplicas: false,
    youngReplicas: false,
    slowness: 1,
    onEmptied: () => undefined,
    denies: () => false,
  }
}

/** Returns the things of a type, in one Region if given. */
export function thingsOf(account: Account, type: string, region?: string): readonly Thing[] {
  return account.things.filter(thing => thing.type === type && (region === undefined || thing.region === region))
}

/** Returns the thing of a type with an id, in one Region if given; undefined if there is none. */
export function thing(account: Account, type: string, of: { region?: string; id: string }): Thing | undefined {
  return thingsOf(account, type, of.region).find(({ id }) => id === of.id)
}

/** Removes things from an account. */
export function remove(account: Account, removed: readonly Thing[]): void {
  account.things = account.things.filter(each => !removed.includes(each))
}

/** An error response of AWS. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}
