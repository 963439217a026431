import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../../edge/adapters/dynamodb.ts'
import { systemClock } from '../../../edge/adapters/process.ts'
import { createTables, tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { testEdge } from '../../support/edge.ts'
import { type Execution, type Fate, type FaultProxy, faultProxy } from '../../support/fault-proxy.ts'
import { makeLink } from '../../support/links.ts'
import { policyOf, viewerRequest } from '../../support/viewer-request.ts'
import { watched } from '../../support/watched.ts'
import type { Answered, Trace, TraceEvent } from '../model/trace.ts'

/** One link, opened through a network that fails: what its viewers met, and all that happened to it. */
export interface Trial {
  readonly receipt: boolean
  /** Of every opening, in the order of the answers. */
  readonly answers: readonly Answered[]
  readonly capabilities: readonly string[]
  readonly slowestMs: number
  readonly trace: Trace
}

/** Edges in mode home and in mode strong, and how they reach their table. */
export interface Setting {
  readonly proxy: FaultProxy
  /** Issues straight, without faults. */
  readonly links: ReturnType<typeof dynamodbLinks>
  readonly edges: { readonly home: ReturnType<typeof testEdge>; readonly strong: ReturnType<typeof testEdge> }
  /** Whoever wants to hear of what is done to an item, by its id. */
  readonly listeners: Map<string, (execution: Execution) => void>
}

/** How often a client comes. More often than anything fails, also on a machine that is short of time. */
const mostTries = 5

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const satisfies readonly Region[]

/** The opening that is being worked on, wherever the code is. */
const current = new AsyncLocalStorage<{ readonly number: number; readonly events: TraceEvent[] }>()

/**
 * Real edges on a table of the DynamoDB at `endpoint`, which they reach through a proxy. One database serves all
 * Regions. With `oneAtATime` the traces have the order in which things were done; `behind` puts something before the
 * proxy and gives its endpoint.
 */
export async function settingOn(
  endpoint: string,
  {
    oneAtATime = false,
    behind = async at => at,
  }: { oneAtATime?: boolean; behind?: (at: string) => Promise<string> } = {},
): Promise<Setting> {
  const listeners: Setting['listeners'] = new Map()
  const onExecution = (execution: Execution) => listeners.get(execution.id)?.(execution)
  const proxy = await faultProxy(endpoint, { onExecution, oneAtATime })
  const tables = tablesAt(endpoint, regions[0])
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], [regions[0]], tables.config)
  const front = await behind(proxy.endpoint)
  const dynamodb = dynamodbIn(regions, region => ({ ...tables.config(region), endpoint: front }))
  const real = dynamodbLinkTable(tableName, marked(dynamodb))
  const table = watched(real, what => {
    const { number = 0, events = [] } = current.getStore() ?? {}
    events.push({ kind: 'perceived', request: number, what })
  })
  const edge = (mode: 'home' | 'strong') => testEdge({ clock: systemClock, table }, { mode, homeRegions: regions })
  return {
    proxy,
    links: dynamodbLinks(tableName, dynamodbOfApi(regions, tables.config)),
    edges: { home: edge('home'), strong: edge('strong') },
    listeners,
  }
}

/** Has each request carry the number of the opening it is made for; only the proxy reads it. */
function marked({ send }: DynamoDB): DynamoDB {
  const opening = () => String(current.getStore()?.number ?? '')
  return { send: (operation, input, to) => send(operation, { ...input, opening: opening() }, to) }
}

/** What differs between the trials of one fault. */
export interface Variant {
  readonly mode: 'home' | 'strong'
  readonly receipt: boolean
}

/**
 * Issues a link and lets two clients open it, the second a moment later; each comes again when it was told that nobody
 * knows. The first writes of both meet `fates`.
 */
export async function tryOnce(
  { proxy, links, edges, listeners }: Setting,
  { mode, receipt }: Variant,
  fates: readonly Fate[],
): Promise<Trial> {
  const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
  const { nonce, link } = makeLink({ expiresAt, ...(receipt && { state: 'live' as const }) })
  if ((await links.put(link, regions[0])) !== 'put') throw new Error('the link could not be issued')
  proxy.plan(link.id, fates)
  const events: TraceEvent[] = [{ kind: 'put', region: regions[0], applied: true }, { kind: 'issued' }]
  listeners.set(link.id, execution => events.push(...eventsOf(execution)))
  const clientOf: number[] = []
  const answers: Answered[] = []
  const capabilities = new Set<string>()
  let slowestMs = 0
  async function open(client: number): Promise<Answered> {
    const number = clientOf.push(client) - 1
    const startedAt = performance.now()
    const event = viewerRequest({ uri: `/d/${nonce}`, headers: { 'Idempotency-Key': `client-${client}` } })
    const response = await current.run({ number, events }, () => edges[mode].open(event))
    slowestMs = Math.max(slowestMs, performance.now() - startedAt)
    const capability = policyOf(response)
    if (capability) capabilities.add(capability)
    const outcome = capability ? 'granted' : (JSON.parse(response.body ?? '{}') as { reason: Answered }).reason
    answers.push(outcome)
    events.push({ kind: 'answered', request: number, outcome, ...(capability && { capability }) })
    return outcome
  }
  async function visit(client: number, afterMs: number): Promise<void> {
    await pause(afterMs)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const answer = await open(client)
      if (answer !== 'outcome-unknown' && answer !== 'unavailable') return
    }
  }
  await Promise.all([visit(0, 0), visit(1, 5)])
  const trace = { mode, consume: receipt ? 'receipt' : 'delete', home: regions[0], regions, clientOf, events } as const
  return { receipt, answers, capabilities: [...capabilities], slowestMs, trace }
}

/** What the database did, as the model calls it; nothing when it turned the request down. */
function eventsOf({ operation, status, body, opening }: Execution): TraceEvent[] {
  const [request, region] = [Number(opening), regions[0]]
  if (operation === 'GetItem') return [{ kind: 'read', request, region, there: body.includes('"Item"') }]
  if (status !== 200 && !body.includes('ConditionalCheckFailedException')) return []
  return [{ kind: 'write', request, region, applied: status === 200 }]
}
