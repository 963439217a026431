import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { dynamodbLinks } from '../../../api/adapters/dynamodb-links.ts'
import { dynamodbIn as dynamodbOfApi } from '../../../api/adapters/dynamodb.ts'
import { dynamodbIn } from '../../../edge/adapters/aws.ts'
import { systemClock } from '../../../shared/aws/process.ts'
import { createTables } from '../../../emulator/dynamodb/create-tables.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import type { Link } from '../../../shared/link.ts'
import { hashPassphrase } from '../../../shared/secrets/passphrase-hash.ts'
import { parsePassphrase } from '../../../shared/secrets/passphrase.ts'
import { type DynamoDB, dynamodbLinkTable } from '../../../shared/redemption/dynamodb-link-table.ts'
import type { Region } from '../../../shared/regions.ts'
import { plusSeconds, secondsOf } from '../../../shared/time.ts'
import { testEdge } from '../../support/edge/edge.ts'
import { type Execution, type Fate, type FaultProxy, faultProxy } from '../../support/edge/fault-proxy.ts'
import { makeLink } from '../../support/table/links.ts'
import { isCount, isReservation } from '../../support/table/simulated-dynamodb.ts'
import { policyOf, viewerRequest } from '../../support/edge/viewer-request.ts'
import { watched } from '../../support/edge/watched.ts'
import type { Answered, Trace, TraceEvent } from '../model/trace.ts'

/** Result of requests for one link over a faulty network: the responses to its viewers, and all events of the link. */
export interface Trial {
  readonly receipt: boolean
  /** Outcome of every request, in the order of the responses. */
  readonly outcomes: readonly Answered[]
  readonly capabilities: readonly string[]
  /** Clients that got a capability. */
  readonly winners: ReadonlySet<number>
  /** Longest wait for a response, without the time for which this process did not run. */
  readonly slowestMs: number
  readonly trace: Trace
  readonly link: Link
  /** All executions on the item of the link. */
  readonly executions: readonly Execution[]
}

/** Edges in mode home and in mode strong, and the proxy between them and their table. */
export interface TestBed {
  readonly proxy: FaultProxy
  /** Writes links directly, without faults. */
  readonly links: ReturnType<typeof dynamodbLinks>
  readonly edges: { readonly home: ReturnType<typeof testEdge>; readonly strong: ReturnType<typeof testEdge> }
  /** Called for each execution on an item, by the id of the item. */
  readonly listeners: Map<string, (execution: Execution) => void>
}

/** Milliseconds by which timers of this process were late so far: other processes, or its own work, had the processor. */
let lateMs = 0
const tickMs = 20
let tickedAt = performance.now()
setInterval(() => {
  const now = performance.now()
  lateMs += Math.max(0, now - tickedAt - tickMs)
  tickedAt = now
}, tickMs).unref()

/** Most requests of a client: more than there are failures, also on a slow machine. */
const maxAttempts = 20

const regions = ['us-east-1', 'eu-west-1', 'ap-northeast-1'] as const satisfies readonly Region[]

/** The request that the running code belongs to. */
const current = new AsyncLocalStorage<{ readonly number: number; readonly events: TraceEvent[] }>()

/**
 * Makes real edges on a table of the DynamoDB at `endpoint`, which they reach through a proxy. One database serves all
 * Regions. With `oneAtATime` the traces have the order of the executions. `behind` starts a server in front of the
 * proxy and resolves with its endpoint.
 */
export async function testBedOn(
  endpoint: string,
  {
    oneAtATime = false,
    behind = async at => at,
  }: { oneAtATime?: boolean; behind?: (at: string) => Promise<string> } = {},
): Promise<TestBed> {
  const listeners: TestBed['listeners'] = new Map()
  const onExecution = (execution: Execution) => listeners.get(execution.id)?.(execution)
  const proxy = await faultProxy(endpoint, { onExecution, oneAtATime })
  const tables = tablesAt(endpoint, regions[0])
  const tableName = `links-${randomUUID()}`
  await createTables([tableName], [regions[0]], tables.config)
  const front = await behind(proxy.endpoint)
  const dynamodb = dynamodbIn(regions, region => ({ ...tables.config(region), endpoint: front }))
  const real = dynamodbLinkTable(tableName, withRequestNumber(dynamodb))
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

/** In place of the number, on a command that counts a refused request: the model has none, since it changes no state. */
const notRedeeming = 'count'

/** In place of the number, on a command that reserves a try of a link with a passphrase: no trace of one is checked. */
export const reserving = 'reserve'

/** Adds the number of the viewer's request to each command; only the proxy reads it. */
function withRequestNumber({ send }: DynamoDB): DynamoDB {
  const numberOf = (input: object) => {
    if (isReservation(input)) return reserving
    return isCount(input) ? notRedeeming : String(current.getStore()?.number ?? '')
  }
  return { send: (operation, input, to) => send(operation, { ...input, requestNumber: numberOf(input) }, to) }
}

/** Mode and kind of link of a trial. */
export interface Variant {
  readonly mode: 'home' | 'strong'
  readonly receipt: boolean
  /** The link asks for the first of these. Each client brings one of them, all at once. */
  readonly passphrases?: readonly string[]
}

/** Tries that a link with a passphrase allows. */
export const maxTries = 3

/**
 * Issues a link and lets two clients request it, the second a moment later; each tries again after `outcome-unknown`
 * and `unavailable`; or, with passphrases, a client for each of them once. The first writes of all meet `fates`.
 */
export async function runTrial(
  { proxy, links, edges, listeners }: TestBed,
  { mode, receipt, passphrases }: Variant,
  fates: readonly Fate[],
): Promise<Trial> {
  const { nonce, link } = await issueTrialLink(links, { receipt, passphrase: passphrases?.[0] })
  proxy.plan(link.id, fates)
  const events: TraceEvent[] = [{ kind: 'put', region: regions[0], applied: true }, { kind: 'issued' }]
  const executions: Execution[] = []
  listeners.set(link.id, execution => {
    executions.push(execution)
    events.push(...eventsOf(execution))
  })
  const clientOf: number[] = []
  const outcomes: Answered[] = []
  const [capabilities, winners] = [new Set<string>(), new Set<number>()]
  let slowestMs = 0
  async function sendRequest(client: number): Promise<Answered> {
    const number = clientOf.push(client) - 1
    const [startedAt, lateBefore] = [performance.now(), lateMs]
    const passphrase = passphrases && { 'Once-Passphrase': encodeURIComponent(passphrases[client]!) }
    const headers = { 'Idempotency-Key': `client-${client}`, ...passphrase }
    const event = viewerRequest({ uri: `/d/${nonce}`, headers })
    const response = await current.run({ number, events }, () => edges[mode].open(event))
    slowestMs = Math.max(slowestMs, performance.now() - startedAt - (lateMs - lateBefore))
    const capability = policyOf(response)
    if (capability) {
      capabilities.add(capability)
      winners.add(client)
    }
    const outcome = capability ? 'granted' : (JSON.parse(response.body ?? '{}') as { reason: Answered }).reason
    outcomes.push(outcome)
    events.push({ kind: 'answered', request: number, outcome, ...(capability && { capability }) })
    return outcome
  }
  async function redeemAsClient(client: number, afterMs: number): Promise<void> {
    await pause(afterMs)
    for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
      const outcome = await sendRequest(client)
      if (outcome !== 'outcome-unknown' && outcome !== 'unavailable') return
    }
  }
  await Promise.all(
    passphrases?.map((_, client) => sendRequest(client)) ?? [redeemAsClient(0, 0), redeemAsClient(1, 5)],
  )
  const trace = { mode, consume: receipt ? 'receipt' : 'delete', home: regions[0], regions, clientOf, events } as const
  return { receipt, outcomes, capabilities: [...capabilities], winners, slowestMs, trace, link, executions }
}

/** Issues another link if it is unsure whether one was put: that one could come back after its use. */
async function issueTrialLink(links: TestBed['links'], options: Parameters<typeof makeTrialLink>[0]) {
  for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
    const made = makeTrialLink(options)
    if ((await links.put(made.link, regions[0])) === 'put') return made
  }
  throw new Error('no link could be issued')
}

function makeTrialLink({ receipt, passphrase }: { receipt: boolean; passphrase: string | undefined }) {
  const expiresAt = plusSeconds(secondsOf(systemClock.now()), 600)
  const asked = passphrase !== undefined && { passphraseHash: '', tries: 0, maxTries }
  // A repeat gets nothing once the URL has ended: that is longer than a trial takes on a busy machine.
  const made = makeLink({ expiresAt, urlSeconds: 600, ...(receipt && { state: 'live' as const }), ...asked })
  if (passphrase === undefined) return made
  return { ...made, link: { ...made.link, passphraseHash: hashPassphrase(parsePassphrase(passphrase)!, made.nonce) } }
}

/** Returns the model's event of an execution; none if the database rejected the command. */
function eventsOf({ operation, status, body, requestNumber }: Execution): TraceEvent[] {
  const [request, region] = [Number(requestNumber), regions[0]]
  if (requestNumber === notRedeeming || requestNumber === reserving) return []
  if (operation === 'GetItem') return [{ kind: 'read', request, region, there: body.includes('"Item"') }]
  if (status !== 200 && !body.includes('ConditionalCheckFailedException')) return []
  return [{ kind: 'write', request, region, applied: status === 200 }]
}
