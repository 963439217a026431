import { noon } from '../../support/table/links.ts'
import { type Disallowed, firstDisallowed } from '../model/trace.ts'
import { type Choices, replayed, seeded } from './choices.ts'
import { type SimulationEvent, formatEvent } from './history.ts'
import { type History, play } from './schedule.ts'
import { shrink } from './shrink.ts'
import { traceOf } from './trace.ts'
import { judge, promises, type Violation } from './verdict.ts'
import type { Subject } from './world.ts'

/** Result of many schedules. */
export interface Tally {
  schedules: number
  /** Responses of edges by reason; redirects are `granted`. */
  readonly answers: Record<string, number>
  /** Faults by class. */
  readonly faults: Record<string, number>
  /** Responses in schedules in which the link requires a passphrase. */
  readonly tries: Record<string, number>
  /** Schedules by mode, Regions and way of consuming, those that require a passphrase or have several uses, and what became of files. */
  readonly kinds: Record<string, number>
  /**
   * Links without a receipt that are used though no client has a capability, by the response to the request that used
   * them.
   */
  readonly lockOuts: Record<string, number>
  /** Capabilities by the link's binding; those of clients whose address has changed since the first one also as `again`. */
  readonly bindings: Record<string, number>
  /** Revocations that the api reported, of links that were `used` and `unused`, and responses to replacements by status. */
  readonly revocations: Record<string, number>
  failures: Failure[]
  /** Schedules that the model has checked, and the first event that it does not allow. */
  traces: number
  disallowed?: Disallowed & Pick<Failure, 'seed' | 'index'>
}

/** A schedule that broke a promise. */
export interface Failure extends Violation {
  readonly seed: number
  readonly index: number
  /** The choices, for `replayed`. */
  readonly schedule: readonly number[]
}

/** Numbers of the schedules to play. Those of one seed are numbered, and each can be played alone. */
export interface Range {
  readonly seed: number
  readonly from: number
  readonly to: number
  /** So many of the first ones are checked against the model, too, until it does not allow one. */
  readonly checked: number
}

/** Plays schedules one after the other, until `isOver`. */
export async function simulate(
  subject: Subject,
  { seed, from, to, checked }: Range,
  isOver: (tally: Tally) => boolean = () => false,
): Promise<Tally> {
  const none = { answers: {}, tries: {}, faults: {}, kinds: {}, lockOuts: {}, bindings: {}, revocations: {} }
  const tally: Tally = { schedules: 0, ...none, failures: [], traces: 0 }
  for (let index = from; index < to; index += 1) {
    const choices = seeded(seedOf(seed, index))
    const history = await play(choices, subject)
    count(tally, history)
    countGrants(tally, history)
    const { violations, lockedOut } = judge(history)
    if (lockedOut !== undefined) increment(tally.lockOuts, lockedOut)
    for (const violation of violations) tally.failures.push({ ...violation, seed, index, schedule: [...choices.made] })
    const trace = index - from < checked && tally.disallowed === undefined ? traceOf(history, noon) : undefined
    const disallowed = trace && firstDisallowed(trace)
    if (trace !== undefined) tally.traces += 1
    if (disallowed !== undefined) tally.disallowed = { ...disallowed, seed, index }
    if (isOver(tally)) break
  }
  return tally
}

function count(tally: Tally, { scenario, events, files }: History): void {
  tally.schedules += 1
  const { mode, regions, receipt, maxTries, uses, deletesFile } = scenario
  const kind = `${mode}${regions.length === 1 ? ' in one Region' : ''}, ${receipt ? 'receipt' : 'delete'}`
  increment(tally.kinds, kind)
  if (maxTries !== undefined) increment(tally.kinds, `${kind}, passphrase`)
  if (uses !== undefined) increment(tally.kinds, `${uses} uses, ${mode}`)
  if (deletesFile) increment(tally.kinds, `file ${files?.deletions.length ? 'deleted' : 'kept'}`)
  for (const each of events) {
    if (each.kind === 'answered') increment(tally.answers, each.reason)
    if (each.kind === 'answered' && maxTries !== undefined) increment(tally.tries, each.reason)
    if (each.kind === 'fault') increment(tally.faults, each.fault)
    if (each.kind === 'file made') increment(tally.kinds, 'file made')
    if (each.kind === 'replaced') increment(tally.revocations, `replaced ${each.status}`)
    if (each.kind === 'revoked') increment(tally.revocations, each.used ? 'used' : 'unused')
  }
}

/** Counts capabilities, and those that a client gets at another address than its first one. */
function countGrants(tally: Tally, { scenario, events }: History): void {
  const { bind, folder } = scenario.binding
  const addresses = new Map(events.flatMap(each => (each.kind === 'requested' ? [[each.request, each.address]] : [])))
  let first: string | undefined
  for (const each of events) {
    if (each.kind !== 'answered' || each.capability === undefined) continue
    const address = addresses.get(each.request)
    first ??= address
    increment(
      tally.bindings,
      `${bind}${folder ? ' folder' : ''}${address === first ? '' : ', again from another address'}`,
    )
  }
}

function increment(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** Mixes seed and index, so that neighbours give unrelated schedules. */
function seedOf(seed: number, index: number): number {
  return (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) | 0
}

/** Finds a shortest schedule that breaks the same promise, and returns its events as text. */
export async function explain({ promise, seed, index, schedule }: Failure, subject: Subject): Promise<string> {
  const fails = async (choices: Choices) =>
    judge(await play(choices, subject)).violations.some(violation => violation.promise === promise)
  const shortest = await shrink(schedule, candidate => fails(replayed(candidate)))
  const history = await play(replayed(shortest), subject)
  const { mode, receipt, clients } = history.scenario
  return [
    `broken: ${promises[promise]} (SEED=${seed} ONLY=${index} plays it again)`,
    `  mode ${mode}, ${receipt ? 'with a receipt' : 'delete'}, ${clients.length} clients; ${shortest.length} choices: ${shortest.join(' ')}`,
    ...history.events.map((event: SimulationEvent) => `  ${formatEvent(event)}`),
  ].join('\n')
}
