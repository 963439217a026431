/** Anything that AWS would hold, as the template spelled it and with values in the place of intrinsics. */
export interface Thing {
  /** As CloudFormation calls it. */
  readonly type: string
  readonly region: string
  readonly id: string
  /** What a test may change, as somebody might by hand. */
  readonly properties: Properties
  /** The stack and the resource it is of; undefined for what was put there otherwise. */
  readonly owner?: string | undefined
}

export type Properties = Record<string, unknown>

export interface Resource {
  readonly logicalId: string
  readonly type: string
  readonly id: string
  readonly retained: boolean
  status: string
  reason: string
}

export interface Stack {
  readonly id: string
  readonly name: string
  readonly region: string
  status: string
  terminationProtection: boolean
  /** How often it is asked for until its deletion has ended. */
  asksLeft: number
  readonly resources: Resource[]
}

/** A whole account of AWS, as far as the command line sees it. */
export interface Account {
  readonly id: string
  things: Thing[]
  readonly stacks: Stack[]
  /** Whether CloudFront still has copies of edge functions, whose distribution may be gone. */
  edgeReplicas: boolean
  /** Whether a replica was added to tables in the last day. */
  youngReplicas: boolean
  /** How often a stack that is being deleted is asked for until it is done. */
  slowness: number
  /** Called when a bucket was emptied: somebody may be writing. */
  onEmptied: (bucket: Thing) => void
  /** Every request, as `service operation region`. */
  readonly requests: string[]
  /** The stacks that were to be deleted, in the order in which that was asked. */
  readonly deletions: string[]
  /** Which requests are refused for want of permission. */
  denies: (request: string) => boolean
}

export function emptyAccount(id = '111122223333'): Account {
  return {
    id,
    things: [],
    stacks: [],
    requests: [],
    deletions: [],
    edgeReplicas: false,
    youngReplicas: false,
    slowness: 1,
    onEmptied: () => undefined,
    denies: () => false,
  }
}

/** All things of a type, in a Region if one is named. */
export function thingsOf(account: Account, type: string, region?: string): readonly Thing[] {
  return account.things.filter(thing => thing.type === type && (region === undefined || thing.region === region))
}

/** The one thing of a type in a Region that is called so, or undefined. */
export function thing(account: Account, type: string, of: { region?: string; id: string }): Thing | undefined {
  return thingsOf(account, type, of.region).find(({ id }) => id === of.id)
}

export function remove(account: Account, gone: readonly Thing[]): void {
  account.things = account.things.filter(each => !gone.includes(each))
}

/** A request that AWS would answer with an error. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}
