import { join } from 'node:path'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { describe, expect, test } from 'vitest'
import { operationsOf } from '../../../api/adapters/dynamodb.ts'
import { itemOfLink } from '../../../shared/table/link-item.ts'
import type { DynamoDB } from '../../../shared/redemption/dynamodb-link-table.ts'
import { brokenCopy, type Patch } from '../../support/broken/copy.ts'
import { testDeployment } from '../../support/edge/deployment.ts'
import { testKeyring } from '../../support/keys/keys.ts'
import { makeLink, noon } from '../../support/table/links.ts'
import { instantly, isCount, simulatedDynamoDB } from '../../support/table/simulated-dynamodb.ts'
import { headerOf, policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'
import { readPolicy } from './binding.ts'
import { type Choices, seeded } from './choices.ts'
import { type Product, productIn } from './product.ts'
import { type VirtualTime, virtualTime } from './virtual-time.ts'

// It keeps what the budget of retries and the least time for a write are for (docs/decisions/0028-retry-budget.md), on the real edge.
// It is no forecast of a campaign: overload of Lambda or Secrets Manager does not occur here.

/** Viewers of many links come within 20 seconds, and the table accepts a third of their writes. */
interface Rush {
  readonly mode: 'home' | 'strong'
  readonly receipt: boolean
  /** Units a second that the table accepts. A read takes a third of one. */
  readonly perSecond: number
  /** Requests after which a viewer who gets `503` each time gives up. */
  readonly attempts: number
}

const size = { links: 600, secondViewers: 60, rushMs: 20_000, environments: 30 }
const usual = { perSecond: 11, attempts: 200 }
const regions = ['us-east-1', 'us-east-2', 'us-west-2'] as const
/** Milliseconds of one way to the store, which is on another continent, and of a write, which is slow. */
const [shortestWay, longestWay, writeMs] = [75, 105, 200]
const windowSeconds = 10

interface World {
  readonly rush: Rush
  readonly time: VirtualTime
  readonly choose: Choices['choose']
  readonly store: ReturnType<typeof simulatedDynamoDB>
  readonly counts: { requests: number; consumeCalls: number }
  /** Writes in each ten seconds. */
  readonly windows: { accepted: number; throttled: number }[]
}

/** Makes the store as edges reach it: far away, and throttling all that is beyond its limit. */
function storeIn({ rush, time, choose, store, counts, windows }: World): DynamoDB {
  let [units, filledAt] = [rush.perSecond, time.now()]
  function admits(wanted: number): boolean {
    units = Math.min(rush.perSecond, units + ((time.now() - filledAt) / 1000) * rush.perSecond)
    filledAt = time.now()
    if (units < wanted) return false
    units -= wanted
    return true
  }
  const { send: execute } = operationsOf(instantly(store))
  const oneWay = () => time.pause(shortestWay + choose(longestWay - shortestWay))
  async function send(...[operation, input, to]: Parameters<DynamoDB['send']>): ReturnType<DynamoDB['send']> {
    await oneWay()
    const isWrite = operation !== 'GetItem'
    const isAdmitted = admits(isWrite ? 1 : 1 / 3)
    const window = (windows[Math.floor((time.now() - noon) / 1000 / windowSeconds)] ??= { accepted: 0, throttled: 0 })
    if (isWrite) window[isAdmitted ? 'accepted' : 'throttled'] += 1
    if (isWrite && !isCount(input)) counts.consumeCalls += 1
    if (isAdmitted) await time.pause(writeMs)
    const [result] = await Promise.allSettled([
      isAdmitted ? execute(operation, input, to) : Promise.reject(throttling()),
    ])
    await oneWay()
    if (result.status === 'rejected') throw result.reason
    return result.value
  }
  return {
    send: (operation, input, to) =>
      new Promise((resolve, reject) => {
        const timeout = Object.assign(new Error('timeout'), { name: 'TimeoutError' })
        const cancel = time.after(to.timeoutMs, () => reject(timeout))
        void send(operation, input, to).then(resolve, reject).finally(cancel)
      }),
  }
}

/** Makes the error by which DynamoDB throttles, as the edge's client does. */
function throttling(): Error {
  return Object.assign(new Error('throttled'), { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } })
}

type Ask = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/** Makes environments of the edge, each with a budget of retries of its own. Each serves its viewers one after the other. */
function edgesIn(world: World, product: Product): readonly Ask[] {
  const { rush, time } = world
  const deployment = testDeployment({ mode: rush.mode, homeRegions: regions })
  const store = storeIn(world)
  return Array.from({ length: size.environments }, () => {
    const random = (length: number) => new Uint8Array(length)
    const table = product.linkTable('links', store)
    const ports = { clock: time, random, keyring: testKeyring, table, log: () => undefined }
    const edge = product.createEdge(ports, deployment, 'us-east-1')
    let last: Promise<unknown> = Promise.resolve()
    return event => {
      const response = last.then(() => edge(event))
      last = response
      return response
    }
  })
}

/** What the viewers of one link got. */
interface Opened {
  readonly nonce: string
  readonly winners: Set<number>
  readonly capabilities: Set<string>
  readonly refusals: string[]
}

/** Has a viewer open a link until there is a redirect or a refusal for good. */
async function open(link: Opened, viewer: { readonly number: number; readonly ask: Ask }, world: World): Promise<void> {
  const { nonce, winners, capabilities, refusals } = link
  const { rush, time, choose, counts } = world
  await time.pause(choose(size.rushMs))
  for (let attempts = 0; attempts < rush.attempts; attempts += 1) {
    counts.requests += 1
    const event = viewerRequest({ uri: `/d/${nonce}`, headers: { 'Idempotency-Key': `viewer-${viewer.number}` } })
    const response = await viewer.ask(event)
    const capability = policyOf(response)
    if (capability !== undefined) {
      winners.add(viewer.number)
      return void capabilities.add(readPolicy(capability, true).identity)
    }
    if (response.status !== '503') {
      return void refusals.push((JSON.parse(response.body ?? '{}') as { reason: string }).reason)
    }
    await time.pause(Number(headerOf(response, 'retry-after') ?? 0) * 1000 + choose(60_000))
  }
}

/** Plays a rush to its end; returns the promises and bounds that it broke. */
async function brokenIn(product: Product, rush: Rush): Promise<readonly string[]> {
  const time = virtualTime(noon)
  const consistency = rush.mode === 'strong' ? 'strong' : 'eventual'
  const store = simulatedDynamoDB(regions, consistency, { now: time.now, publish: () => undefined })
  // Always the same seed: bounds on so few viewers could fail by chance, which says nothing about the product.
  const { choose } = seeded(1)
  const counts = { requests: 0, consumeCalls: 0 }
  const world: World = { rush, time, choose, store, counts, windows: [] }
  const edges = edgesIn(world, product)
  const links = Array.from({ length: size.links }, (): Opened => {
    const { nonce, link } = makeLink(rush.receipt ? { state: 'live' } : {})
    store.execute('us-east-1', { operation: 'PutItem', input: { TableName: 'links', Item: itemOfLink(link) } })
    return { nonce, winners: new Set(), capabilities: new Set(), refusals: [] }
  })
  const viewers = [...links, ...links.slice(0, size.secondViewers)]
  viewers.forEach((link, number) => void open(link, { number, ask: edges[number % edges.length]! }, world))
  await time.run()
  return judge(links, world)
}

function judge(links: readonly Opened[], { counts, windows, rush }: World): readonly string[] {
  const throttled = windows.reduce((sum, window) => sum + window.throttled, 0)
  const overloaded = windows.filter(({ accepted, throttled }) => throttled > accepted / 3)
  const accepted = overloaded.reduce((sum, window) => sum + window.accepted, 0)
  const isBroken = {
    'fewer than 100 writes were throttled': throttled < 100,
    'a viewer was refused, and none has the file': links.some(
      ({ winners, refusals }) => refusals.length > winners.size,
    ),
    'two viewers or two capabilities': links.some(each => each.winners.size > 1 || each.capabilities.size > 1),
    'refused for another reason than the use': links.some(each => each.refusals.some(reason => reason !== 'spent')),
    'a viewer who kept trying was never served': links.some(
      ({ winners, refusals }, index) => winners.size + refusals.length < (index < size.secondViewers ? 2 : 1),
    ),
    'more than 1.2 calls for each request': counts.consumeCalls > 1.2 * counts.requests,
    'less than 0.85 of the limit accepted while it throttled':
      accepted < 0.85 * rush.perSecond * windowSeconds * overloaded.length,
  }
  return Object.entries(isBroken).flatMap(([name, broken]) => (broken ? [name] : []))
}

const whole = await productIn(join(import.meta.dirname, '../../..'))
const variants: readonly Rush[] = [
  { ...usual, mode: 'home', receipt: false },
  { ...usual, mode: 'strong', receipt: true },
]

test.each(variants)('a rush keeps its promises while the table throttles: %j', async rush => {
  expect(await brokenIn(whole, rush)).toEqual([])
})

const file =
  (name: string) =>
  (find: string, replace: string): Patch => ({ file: `shared/${name}.ts`, find, replace })
const writeResult = file('redemption/dynamodb-link-table')
const effect = file('table/effect-of-error')
const withoutBudget = writeResult('isThrottled(error) && !retries.spend()', 'false')

/** What a copy without a guard does, what it breaks, and in which of the variants. */
const removals: Readonly<
  Record<string, readonly [patches: readonly Patch[], breaks: string, variants?: readonly Rush[]]>
> = {
  'repeats a throttled write until the deadline': [[withoutBudget], 'more than 1.2 calls for each request'],
  // With a receipt, a write of unknown effect may be repeated, so the next two show without one.
  'starts the last write though its response would come too late': [
    [withoutBudget, file('redemption/deadlines')('minWriteMs = 500', 'minWriteMs = 20')],
    'a viewer was refused, and none has the file',
    variants.slice(0, 1),
  ],
  'takes a throttled write for one whose effect is unknown': [
    [
      withoutBudget,
      effect('if (temporarilyRejected.has(name) ||', 'if ('),
      effect('status >= 400 && status < 500 ?', 'status > 400 && status < 500 ?'),
    ],
    'less than 0.85 of the limit accepted while it throttled',
    variants.slice(0, 1),
  ],
  'answers a throttled write as if the link were used': [
    [writeResult("return { kind: 'overloaded' }", "return { kind: 'condition-failed', found: undefined }")],
    'a viewer was refused, and none has the file',
  ],
}

describe('the test notices an edge that', () => {
  test.each(Object.entries(removals))('%s', async (name, [patches, breaks, of = variants]) => {
    const broken = await productIn(await brokenCopy(name, patches))
    for (const rush of of) expect(await brokenIn(broken, rush)).toContain(breaks)
  })
})

describe('the test notices a rush in which', () => {
  test.each(variants)('the limit of the table is ignored: %j', async rush => {
    const unlimited = { ...rush, perSecond: 10_000 }
    expect(await brokenIn(whole, unlimited)).toContain('fewer than 100 writes were throttled')
  })
  test.each(variants)('viewers who get 503 never come again: %j', async rush => {
    const given = { ...rush, attempts: 1 }
    expect(await brokenIn(whole, given)).toContain('a viewer who kept trying was never served')
  })
})
