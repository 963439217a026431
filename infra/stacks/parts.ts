import { PERMISSIONS_BOUNDARY_CONTEXT_KEY, PermissionsBoundary, Stack, Stage, Token } from 'aws-cdk-lib'
import { CfnSubscription } from 'aws-cdk-lib/aws-pricingplanmanager'
import type { Construct } from 'constructs'
import { assert } from '../../shared/errors.ts'
import type { Region } from '../../shared/regions.ts'
import type { DeploymentProps } from '../settings/deployment-props.ts'
import { type PlacedStack, stacksOf } from '../placement/placement.ts'
import type { Api } from '../resources/api.ts'
import { DataKey } from '../resources/kms-keys.ts'
import { type DataKeys, RegionPart, type RegionPartProps } from '../resources/region-part.ts'
import { StreamReader } from '../resources/stream-reader.ts'
import { apiRegionsOf, edgeStackRegion } from '../settings/settings.ts'
import { referToWeakly, SupportStack } from './support-stack.ts'

/** Props of `Parts`. */
export type PartsProps = DeploymentProps & Pick<RegionPartProps, 'serving'>

/**
 * All parts of a deployment, each in a stack of its Region, in the order of their deployment: keys, us-east-1, the first home Region,
 * the other Regions, a reader of the stream that is apart, and the subscription of a plan. What belongs to the Region of `scope`
 * is below `scope`; for the rest there are stacks beside its stack, under the same app or stage.
 */
export class Parts {
  readonly regions: ReadonlyMap<Region, RegionPart>
  /** The stack of `scope`, and those beside it. */
  readonly stacks: Stack[]
  readonly #scope: Construct
  readonly #props: PartsProps
  readonly #placed: readonly PlacedStack[]

  constructor(scope: Construct, props: PartsProps) {
    this.#scope = scope
    this.stacks = [Stack.of(scope)]
    this.#props = props
    this.#placed = stacksOf(props.settings, props.names)
    referToWeakly(scope)
    const keys = this.#createKeys()
    this.regions = this.#createRegions(keys)
    this.#createEvents(keys)
  }

  /** The apis, one in each of their Regions. */
  get apis(): readonly Api[] {
    return [...this.regions.values()].flatMap(({ api }) => (api === undefined ? [] : [api]))
  }

  /** The api in the Region of the construct's stack or, if there is none, in the first Region of the api. */
  get nearestApi(): Api {
    const [first] = apiRegionsOf(this.#props.settings)
    const { region } = Stack.of(this.#scope)
    const all = [...this.regions].flatMap(([each, { api }]) => (api === undefined ? [] : [[each, api] as const]))
    const found = all.find(([each]) => each === region) ?? all.find(([each]) => each === first)
    assert(found, 'each Region of the api has a part')
    return found[1]
  }

  /** Adds the index of links by caller, and lets the apis query it; once. */
  addCallerIndex(): void {
    this.homePart.data.links.addCallerIndex()
    for (const api of this.apis) api.allowListOwn()
  }

  /** The part in us-east-1. */
  get edgePart(): RegionPart {
    return this.#partIn(edgeStackRegion)
  }

  /** The part in the first home Region. */
  get homePart(): RegionPart {
    return this.#partIn(this.#props.settings.homeRegions[0])
  }

  /**
   * Adds the subscription of a flat-rate plan, for one distribution and its web ACL. Never part of their stack, after which it is
   * deployed: a subscription that is deleted ends with the billing cycle, `free` at once, and until then neither of them can be deleted.
   * Paid plans wait for an approval, which a stack can't give; their tier can't be changed by an update.
   */
  addPlan(distributionArn: string): void {
    const { plan } = this.#props.settings
    const { webAclArn } = this.edgePart.edge
    for (const placed of this.#ofKind('plan')) {
      assert(webAclArn && plan, 'a plan is for a distribution with a web ACL')
      const stack = this.#createStack(placed)
      new CfnSubscription(stack, 'Subscription', {
        planFamily: 'CloudFront',
        planTier: plan.toUpperCase(),
        resourceArns: [distributionArn, webAclArn],
      })
      stack.addStackDependency(Stack.of(this.#scope))
      // A page for senders must have left the web ACL, which a plan has for one distribution.
      if (this.#props.settings.sendPage !== undefined) stack.addStackDependency(Stack.of(this.homePart))
    }
  }

  #partIn(region: Region): RegionPart {
    const part = this.regions.get(region)
    assert(part, 'us-east-1 and the first home Region have a part')
    return part
  }

  #ofKind(kind: PlacedStack['kind']): readonly PlacedStack[] {
    return this.#placed.filter(stack => stack.kind === kind)
  }

  /** Creates a stack beside that of the construct: in its account, with its boundary of permissions and its protection. */
  #createStack({ name: id, region }: PlacedStack): SupportStack {
    const { account, terminationProtection, node } = Stack.of(this.#scope)
    const boundary = node.tryGetContext(PERMISSIONS_BOUNDARY_CONTEXT_KEY) as { name?: string; arn?: string } | undefined
    const { name = '', arn } = boundary ?? {}
    const stage = Stage.of(this.#scope)
    assert(stage, 'a stack is in an app')
    const stack = new SupportStack(stage, id, {
      beside: this.#scope,
      env: { region, ...(!Token.isUnresolved(account) && { account }) },
      terminationProtection,
      ...(boundary !== undefined && {
        permissionsBoundary: arn === undefined ? PermissionsBoundary.fromName(name) : PermissionsBoundary.fromArn(arn),
      }),
    })
    this.stacks.push(stack)
    return stack
  }

  /** Creates the customer managed key of each Region, before all that it encrypts: tables, secret, files and logs. */
  #createKeys(): DataKeys {
    const { settings, names, existing } = this.#props
    const [home] = settings.homeRegions
    const keys = this.#ofKind('keys').map(placed => {
      const isOfFiles = placed.region === home && existing?.content === undefined
      const contentBucket = isOfFiles ? names.contentBucket(home) : undefined
      const key = new DataKey(this.#createStack(placed), 'Data', { name: settings.name, contentBucket })
      return [placed.region, key] as const
    })
    return new Map(keys)
  }

  #createRegions(dataKeys: DataKeys): ReadonlyMap<Region, RegionPart> {
    const { settings } = this.#props
    const parts = new Map<Region, RegionPart>()
    for (const placed of this.#ofKind('region')) {
      const edgePart = parts.get(edgeStackRegion)
      const homePart = parts.get(settings.homeRegions[0])
      const scope = this.#scopeOf(placed)
      const stack = Stack.of(scope)
      const { region } = placed
      dataKeys.get(region)?.encryptLogs(scope)
      parts.set(region, new RegionPart(scope, { ...this.#props, dataKeys, region, edgePart, homePart }))
      const before = [...dataKeys.values(), edgePart, homePart].filter(each => each !== undefined)
      for (const other of before) stack.addStackDependency(Stack.of(other))
    }
    return parts
  }

  /** Returns the construct itself for its own Region, and a new stack for another. */
  #scopeOf(placed: PlacedStack): Construct {
    if (Stack.of(this.#scope).region === placed.region) return this.#scope
    return this.#createStack(placed)
  }

  /** Creates the reader of the stream in us-east-1 if the table is deployed after the stack of us-east-1. */
  #createEvents(keys: DataKeys): void {
    for (const placed of this.#ofKind('events')) {
      const { region } = placed
      const streamArn = this.homePart.data.links.streamArn(region)
      const stack = this.#createStack(placed)
      new StreamReader(stack, 'Reader', { ...this.#props, region, streamArn })
      stack.addStackDependency(Stack.of(this.homePart))
      keys.get(region)?.encryptLogs(stack)
    }
  }
}
