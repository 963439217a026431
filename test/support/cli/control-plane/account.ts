/** A resource in AWS, with the properties of its template after intrinsic functions are resolved. */
export interface Thing {
  /** CloudFormation's type; for what no template has, a name such as `key group`. */
  readonly type: string
  readonly region: string
  readonly id: string
  /**
   * A test may change them, like a change by hand. Names of a template begin with a capital letter; what the service adds, such as
   * the state of a key or the versions of a bucket, begins with a small one.
   */
  readonly properties: Properties
  /** The id of its stack and its logical id; undefined if no stack created it. */
  owner?: string | undefined
}

/** Properties of a resource, as in a template. */
export type Properties = Record<string, unknown>

/** A resource of a stack. */
export interface Resource {
  readonly logicalId: string
  readonly type: string
  /** The physical id; empty while there is none. */
  id: string
  /** Whether its deletion policy is to retain it. */
  retained: boolean
  status: string
  reason: string
  /** Its properties as they were last deployed, with intrinsic functions resolved. */
  properties?: Properties
  /** What `Fn::GetAtt` returns of a custom resource. */
  attributes?: Readonly<Record<string, string>>
}

/** A template, as JSON. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>
  readonly Outputs?: Readonly<
    Record<
      string,
      { readonly Value: unknown; readonly Export?: { readonly Name: unknown }; readonly Condition?: string }
    >
  >
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: string }>>
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>
  readonly Conditions?: Readonly<Record<string, unknown>>
}

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string
  readonly Properties?: Properties
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Condition?: string
}

/** An event of a stack or of one of its resources. */
export interface StackEvent {
  readonly id: string
  readonly time: number
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string
}

/** A change set that waits for its execution. */
export interface ChangeSet {
  readonly id: string
  readonly name: string
  readonly time: number
  readonly template: Template
  readonly tags: readonly Properties[]
  readonly revertDrift: boolean
  readonly changes: readonly Properties[]
  readonly status: 'CREATE_COMPLETE' | 'FAILED'
  readonly reason: string
}

/** What a stack does while it is in progress. */
export type Operation =
  | { readonly kind: 'deploy'; readonly template: Template; readonly rollback: boolean; readonly revertDrift: boolean }
  | { readonly kind: 'roll back'; readonly skipped: readonly string[] }
  | { readonly kind: 'delete'; readonly retained: readonly string[] }

/** A CloudFormation stack. */
export interface Stack {
  readonly id: string
  readonly name: string
  readonly region: string
  status: string
  reason: string
  terminationProtection: boolean
  /** How many more times it must be described until its operation ends. */
  describesLeft: number
  resources: Resource[]
  /** The template of its last operation. */
  template: Template
  tags: readonly Properties[]
  outputs: Record<string, { readonly value: string; readonly exportName?: string | undefined }>
  readonly createdAt: number
  readonly events: StackEvent[]
  changeSets: ChangeSet[]
  operation?: Operation | undefined
  /** What a rollback returns to: its resources and template when an operation last succeeded. */
  stable?: { readonly template: Template; readonly resources: readonly Resource[] } | undefined
}

/** A failure of CloudFormation that a test asks for. */
export interface Fault {
  readonly stack?: string
  readonly logicalId: string
  readonly action: 'create' | 'update' | 'delete'
  /** Whether the service has done what was asked for before the failure. */
  readonly done?: boolean
  /** How many times the action succeeds before. */
  first?: number
  /** How many more times it happens. */
  times: number
}

/** An AWS account, as far as the command line sees it. */
export interface Account {
  readonly id: string
  things: Thing[]
  stacks: Stack[]
  /** Failures to come. */
  faults: Fault[]
  /** The time of the account in epoch milliseconds; each event of a stack takes a second. */
  now: number
  /** Counts what needs an id of its own. */
  serial: number
  /** Whether CloudFront still has replicas of edge functions, even after their distribution is deleted. */
  edgeReplicas: boolean
  /** Whether replicas were added to tables in the last 24 hours. */
  youngReplicas: boolean
  /** How many times a stack must be described until its deletion ends. */
  slowness: number
  /** How many times a stack must be described until its creation or update ends. 0: it ends at once. */
  pace: number
  /** Called after a bucket was emptied, so that a test can write to it. */
  onEmptied: (bucket: Thing) => void
  /** Called with each request, as in `requests`, before it has an effect. If it throws, the request has none. */
  onRequest: (request: string) => void
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
    faults: [],
    now: Date.parse('2026-11-24T12:00:00Z'),
    serial: 0,
    viewers: { link: { status: 404, mark: 'link' }, file: { status: 403, mark: 'page' } },
    requests: [],
    deletions: [],
    edgeReplicas: false,
    youngReplicas: false,
    slowness: 1,
    pace: 0,
    onEmptied: () => undefined,
    onRequest: () => undefined,
    denies: () => false,
  }
}

/** Returns a copy of an account that shares nothing with it but its functions. */
export function copyOf({ onEmptied, onRequest, denies, ...data }: Account): Account {
  return { ...structuredClone(data), onEmptied, onRequest, denies }
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
