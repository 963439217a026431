import { type Choices, replayed, seeded } from './choices.ts'
import { type Happening, tell } from './history.ts'
import { type History, play } from './schedule.ts'
import { shrink } from './shrink.ts'
import { judge, promises, type Violation } from './verdict.ts'
import type { Subject } from './world.ts'

/** What many schedules came to. Everything in it can be added up. */
export interface Tally {
  schedules: number
  /** Openings, redirects and refusals by reason. */
  readonly answers: Record<string, number>
  /** Faults by class. */
  readonly faults: Record<string, number>
  /** Schedules by mode, place and way of consuming. */
  readonly kinds: Record<string, number>
  /** Of links that are deleted: used up, and nobody has a capability; by the answer of whoever used it up. */
  readonly lockOuts: Record<string, number>
  failures: Failure[]
}

/** A schedule that broke a promise. */
export interface Failure extends Violation {
  readonly seed: number
  readonly index: number
  /** The choices made, for `replayed`. */
  readonly schedule: readonly number[]
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return { schedules: 0, answers: {}, faults: {}, kinds: {}, lockOuts: {}, failures: [] }
}

/** Both together, in `into`. */
export function add(into: Tally, { schedules, failures, ...counts }: Tally): void {
  into.schedules += schedules
  into.failures.push(...failures)
  for (const kind of ['answers', 'faults', 'kinds', 'lockOuts'] as const) {
    for (const [name, count] of Object.entries(counts[kind])) into[kind][name] = (into[kind][name] ?? 0) + count
  }
}

/** Which schedules: those of one seed are numbered, and each can be played alone. */
export interface Range {
  readonly seed: number
  readonly from: number
  readonly to: number
}

/** Plays schedules one after the other; stops early at the first that fails when `untilFailure`. */
export async function simulate(subject: Subject, { seed, from, to }: Range, untilFailure = false): Promise<Tally> {
  const tally = emptyTally()
  for (let index = from; index < to; index += 1) {
    const choices = seeded(seedOf(seed, index))
    const history = await play(choices, subject)
    count(tally, history)
    const { violations, lockedOut } = judge(history)
    if (lockedOut !== undefined) increment(tally.lockOuts, lockedOut)
    for (const violation of violations) tally.failures.push({ ...violation, seed, index, schedule: [...choices.made] })
    if (untilFailure && tally.failures.length > 0) break
  }
  return tally
}

function count(tally: Tally, { scenario, happenings }: History): void {
  tally.schedules += 1
  const { mode, regions, receipt } = scenario
  increment(tally.kinds, `${mode}${regions.length === 1 ? ' in one Region' : ''}, ${receipt ? 'receipt' : 'delete'}`)
  for (const each of happenings) {
    if (each.kind === 'answered') increment(tally.answers, each.reason)
    if (each.kind === 'fault') increment(tally.faults, each.fault)
  }
}

function increment(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

/** Neighbouring seeds give unrelated schedules. */
function seedOf(seed: number, index: number): number {
  return (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) | 0
}

/** The shortest schedule found that breaks the same promise, told step by step. */
export async function explain({ promise, seed, index, schedule }: Failure, subject: Subject): Promise<string> {
  const fails = async (choices: Choices) =>
    judge(await play(choices, subject)).violations.some(violation => violation.promise === promise)
  const shortest = await shrink(schedule, candidate => fails(replayed(candidate)))
  const history = await play(replayed(shortest), subject)
  const { mode, receipt, clients } = history.scenario
  return [
    `broken: ${promises[promise]} (seed ${seed}, schedule ${index})`,
    `  mode ${mode}, ${receipt ? 'with a receipt' : 'delete'}, ${clients.length} clients; ${shortest.length} choices: ${shortest.join(' ')}`,
    ...history.happenings.map((happening: Happening) => `  ${tell(happening)}`),
  ].join('\n')
}
