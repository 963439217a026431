import type { Distribution, KeyGroup, PublicKey, WebAcl } from '../../../cli/ports/aws-cloudfront.ts'
import type { Bootstrap, Certificate, DeployLock, Zone } from '../../../cli/ports/aws-deploy.ts'
import type {
  Alarm,
  LogDelivery,
  EventSource,
  LambdaFunction,
  LogGroup,
  RestApi,
} from '../../../cli/ports/aws-resources.ts'
import type { Bucket, KmsKey, ScanPlan, Secret, Table } from '../../../cli/ports/aws-data.ts'
import type { DeployedStack, DriftedResource, StackResource } from '../../../cli/ports/aws-stacks.ts'
import type { SecretVersion, TableSource } from '../../../cli/ports/aws-restore.ts'
import type { EpochMs, EpochSeconds } from '../../../shared/time.ts'

// An account as cli/ports see it. It holds what the ports return, and nothing that only CloudFormation knows.

/** A link in a table. */
interface FakeLink {
  readonly home: string
  /** For how long it was issued. */
  readonly seconds: number
  readonly expiresAt: EpochSeconds
}

/** What each kind of thing is to the ports. `global` is the Region of what has none. */
export interface Kinds {
  table: Table
  links: readonly FakeLink[]
  bucket: Bucket
  'scan plan': ScanPlan
  /** Versions of files in a bucket. */
  files: number
  secret: Secret
  /** CloudFront's id of the key in the secret. */
  'current key': string
  version: SecretVersion
  function: LambdaFunction
  /** Event source mappings, by the function that reads. */
  readers: readonly EventSource[]
  'log group': LogGroup
  delivery: LogDelivery
  distribution: Distribution & { readonly comment: string }
  'key group': KeyGroup
  'public key': PublicKey
  api: RestApi & { readonly name: string }
  /** The ARN of the role by which API Gateway writes logs. */
  'log role': string
  'web ACL': WebAcl
  alarm: Alarm
  dashboard: true
  bus: true
  topic: true
  role: true
  'KMS key': KmsKey
  bootstrap: Bootstrap
  concurrency: number
  certificate: Certificate
  zone: Zone
  source: TableSource
}

/** A kind of thing. */
export type ThingKind = keyof Kinds

/** Something in an account. */
export interface Thing<K extends ThingKind = ThingKind> {
  readonly kind: K
  readonly region: string
  readonly name: string
  value: Kinds[K]
  /** The name of the stack that made it, and deletes it. */
  owner?: string | undefined
  /** Whether it stays when that stack deletes it. */
  readonly retained?: boolean | undefined
}

/** A stack, with what the ports say of it. */
export type FakeStack = { -readonly [K in keyof DeployedStack]: DeployedStack[K] } & {
  template: string
  wasComplete: boolean
  /** What was changed by hand of its resources. */
  changed?: readonly DriftedResource[]
  resources: ({ -readonly [K in keyof StackResource]: StackResource[K] } & { readonly kind?: ThingKind })[]
  /** What ends after so many reads of the stack. */
  pending?: { reads: number; readonly end: () => void } | undefined
}

/** An account, and what goes wrong in it. */
export interface FakeAccount {
  readonly id: string
  now: EpochMs
  stacks: FakeStack[]
  readonly things: Map<string, Thing>
  lock: DeployLock | undefined
  /** Each call, such as `tables.describe once-links us-east-1`. */
  readonly calls: string[]
  /** Those that changed something. */
  readonly changes: string[]
  /** Called before each call. */
  onCall: (line: string) => void
  /** After so many changes the process of the command ends: no later call of it reaches the account. */
  endsAfter: number
  /** Calls that AWS refuses, by their beginning. */
  readonly denied: Set<string>
  /** What can't be deleted so many times, by its name or that of its stack, and AWS's reason. */
  readonly stuck: Map<string, { times: number; readonly why: string }>
  /** After how many reads a stack is deleted. */
  slowness: number
}

/** Returns an account without anything in it. */
export function emptyFakeAccount(now: EpochMs): FakeAccount {
  return {
    id: '111122223333',
    now,
    stacks: [],
    things: new Map(),
    lock: undefined,
    calls: [],
    changes: [],
    onCall: () => undefined,
    endsAfter: Number.POSITIVE_INFINITY,
    denied: new Set(),
    stuck: new Map(),
    slowness: 1,
  }
}

/** Returns a copy of an account in which nothing has happened yet. */
export function copyOf({ id, now, stacks, things }: FakeAccount): FakeAccount {
  const copied = { id, stacks: structuredClone(stacks), things: structuredClone(things) }
  return { ...emptyFakeAccount(now), ...copied }
}

const keyOf = ({ kind, region, name }: Pick<Thing, 'kind' | 'region' | 'name'>) => `${kind} ${region} ${name}`

/** Puts a thing into an account, in place of one of its name. */
export function put<K extends ThingKind>(account: FakeAccount, thing: Thing<K>): void {
  account.things.set(keyOf(thing), thing)
}

/** Takes a thing out of an account. */
export function take(account: FakeAccount, thing: Pick<Thing, 'kind' | 'region' | 'name'>): void {
  account.things.delete(keyOf(thing))
}

/** Returns what a thing is, by its name, and its Region if it has one; undefined if there is none. */
export function valueOf<K extends ThingKind>(
  { things }: FakeAccount,
  kind: K,
  at: string | readonly [name: string, region: string],
): Kinds[K] | undefined {
  const [name, region] = typeof at === 'string' ? [at, 'global'] : at
  return things.get(keyOf({ kind, region, name }))?.value as Kinds[K] | undefined
}

/** Returns all things of a kind, of one Region if it is given. */
export function allOf<K extends ThingKind>({ things }: FakeAccount, kind: K, region?: string): readonly Thing<K>[] {
  const found = [...things.values()].filter(
    each => each.kind === kind && (region === undefined || each.region === region),
  )
  return found as unknown as readonly Thing<K>[]
}

/** Changes fields of a thing that exists. */
export function change<K extends ThingKind>(
  account: FakeAccount,
  of: Pick<Thing<K>, 'kind' | 'region' | 'name'>,
  fields: Partial<Kinds[K]>,
): void {
  const found = account.things.get(keyOf(of))
  if (found !== undefined) found.value = { ...(found.value as object), ...(fields as object) } as Thing['value']
}

/** Returns the stack of this name that is not deleted. */
export function stackOf({ stacks }: FakeAccount, name: string): FakeStack | undefined {
  return stacks.find(stack => stack.name === name && stack.status !== 'DELETE_COMPLETE')
}
