import type { App, Stack, StackProps } from 'aws-cdk-lib'
import { assert } from '../shared/errors.ts'
import type { Region } from '../shared/regions.ts'
import type { Code } from './bundle.ts'
import { type Names, namesOf } from './names.ts'
import { type PlacedStack, stacksOf } from './placement.ts'
import { edgeStackRegion, type Settings } from './settings.ts'
import { EventsStack } from './stacks/events-stack.ts'
import { KeysStack } from './stacks/keys-stack.ts'
import { PlanStack } from './stacks/plan-stack.ts'
import { type DataKeys, RegionStack } from './stacks/region-stack.ts'

/** The functions of a deployment. */
export interface Functions {
  /** The folders with bundles. */
  readonly code: Code
  /** The source of the gate, which the template includes. */
  readonly gate: string
  /** The source of the delivery function, which the template includes if the plan allows no policies of our own. */
  readonly delivery: string
}

/** What all stacks have in common. */
interface Common extends Functions {
  readonly app: App
  readonly settings: Settings
  readonly names: Names
}

type StacksByRegion<T extends Stack> = ReadonlyMap<Region, T>

/**
 * Adds all stacks of a deployment to the app, in the order of their deployment: keys, us-east-1, whose distribution must exist
 * before the bucket that allows only it, the first home Region, the other Regions, a reader of the
 * stream that is apart, and the subscription of a plan.
 */
export function onceAtEdge(app: App, settings: Settings, functions: Functions): void {
  const names = namesOf(settings.name)
  const common = { app, settings, names, ...functions }
  const placed = stacksOf(settings, names)
  const ofKind = (kind: PlacedStack['kind']) => placed.filter(stack => stack.kind === kind)
  const keys = createKeys(common, ofKind('keys'))
  const regions = createRegions(common, ofKind('region'), keys)
  createEvents(common, ofKind('events'), regions)
  createPlan(common, ofKind('plan'), regions)
}

/** Creates the stacks of keys. Those of other Regions are deployed after that of us-east-1, whose signing keys they replicate. */
function createKeys({ app, settings, names }: Common, placed: readonly PlacedStack[]): StacksByRegion<KeysStack> {
  const stacks = new Map<Region, KeysStack>()
  for (const { name, region } of placed) {
    const first = stacks.get(edgeStackRegion)
    const props = { settings, names, region, primaries: first?.signerKeys, ...placeOf(settings, region) }
    const stack = new KeysStack(app, name, props)
    if (first !== undefined) stack.addStackDependency(first)
    stacks.set(region, stack)
  }
  return stacks
}

function createRegions(
  { app, ...common }: Common,
  placed: readonly PlacedStack[],
  keys: StacksByRegion<KeysStack>,
): StacksByRegion<RegionStack> {
  const { settings } = common
  const dataKeys: DataKeys = new Map(
    [...keys].flatMap(([region, { dataKey }]) => (dataKey === undefined ? [] : [[region, dataKey]])),
  )
  const signerKeyIds = keys.get(edgeStackRegion)?.signerKeys?.ids ?? new Map()
  const stacks = new Map<Region, RegionStack>()
  for (const { name, region } of placed) {
    const edgeStack = stacks.get(edgeStackRegion)
    const homeStack = stacks.get(settings.homeRegions[0])
    const shared = { dataKeys, signerKeyIds, edgeStack, homeStack }
    const stack = new RegionStack(app, name, { ...common, ...shared, region, ...placeOf(settings, region) })
    for (const before of [...keys.values(), edgeStack, homeStack]) {
      if (before !== undefined) stack.addStackDependency(before)
    }
    stacks.set(region, stack)
  }
  return stacks
}

function createEvents(
  { app, settings, names, code }: Common,
  placed: readonly PlacedStack[],
  regions: StacksByRegion<RegionStack>,
): void {
  for (const { name, region } of placed) {
    const homeStack = regions.get(settings.homeRegions[0])
    assert(homeStack, 'the first home Region has a stack')
    const streamArn = homeStack.data.links.streamArn(region)
    const props = { settings, names, code, region, streamArn, ...placeOf(settings, region) }
    new EventsStack(app, name, props).addStackDependency(homeStack)
  }
}

/** Creates the stack of the subscription, which is deployed after the distribution. */
function createPlan(
  { app, settings }: Common,
  placed: readonly PlacedStack[],
  regions: StacksByRegion<RegionStack>,
): void {
  const edgeStack = regions.get(edgeStackRegion)
  for (const { name, region } of placed) {
    const { plan } = settings
    const { distribution, webAclArn } = edgeStack?.edge ?? {}
    assert(edgeStack && distribution && webAclArn && plan, 'a plan is for a distribution with a web ACL')
    const props = { plan, distributionArn: distribution.distributionArn, webAclArn, ...placeOf(settings, region) }
    new PlanStack(app, name, props).addStackDependency(edgeStack)
  }
}

/** Returns where a stack is deployed. With an account in the settings, the CDK refuses the credentials of another. */
function placeOf({ account }: Settings, region: Region): Pick<StackProps, 'env'> {
  return { env: { region, ...(account !== undefined && { account }) } }
}
