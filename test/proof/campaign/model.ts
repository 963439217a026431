import { type Arrivals, arrivalsOf, type Campaign } from './arrivals.ts'
import { type CostItem, costOf } from './cost.ts'
import { createEdge, type Edge, enterAll, repeatingIn, leave, type Surroundings, type Visit } from './edge.ts'
import type { Parameters } from './parameters.ts'
import { type Part, partsOf } from './parts.ts'
import { documentedRules, type Rules } from './rules.ts'
import { createTable } from './table.ts'

/** What becomes of a campaign. Numbers of people are expected values, so they have fractions. */
export interface Forecast {
  readonly balance: Balance
  /** Responses with 503 to people: by CloudFront because Lambda throttled, by us because the store did. */
  readonly refusals: { readonly byLambda: number; readonly byStore: number }
  /** The second of the last refusal; undefined if there was none. */
  readonly lastRefusal: number | undefined
  /** The most execution environments in one Region. */
  readonly environments: number
  /** The busiest seconds. */
  readonly peaks: Peaks
  /** What each part has to do in its busiest second; the part that a growing campaign reaches first comes first. */
  readonly parts: readonly Part[]
  readonly cost: readonly CostItem[]
}

/**
 * Where people are, by the second. All who have arrived are served, have given up, wait to try again after a 503, or are
 * repeating: the function repeats their write.
 */
export type Balance = Readonly<Record<'arrived' | 'served' | 'givenUp' | 'waiting' | 'repeating', Float64Array>>

/** Peaks over all Regions, each of one second. */
export interface Peaks {
  /** Requests for links, of people and robots who come for the first time. */
  readonly firstRequests: number
  /** Requests for links, with those of people who try again. */
  readonly requests: number
  /** Writes that the table accepted. */
  readonly writes: number
  /** Attempts to write, with repetitions. */
  readonly attempts: number
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

/** Runs the model, by the second. Throws for shares of Regions that don't add up to 1. */
export function carry(campaign: Campaign, parameters: Parameters, rules: Rules = documentedRules): Forecast {
  const shares = Object.values(campaign.regions)
  if (Math.abs(total(shares) - 1) > 1e-9) throw new Error(`the shares of the Regions add up to ${total(shares)}, not 1`)
  const arrivals = arrivalsOf(campaign, parameters.horizonSeconds)
  const edges = shares.map(share => createEdge(share, parameters))
  return {
    ...play(arrivals, edges, { parameters, rules }),
    environments: Math.max(...edges.map(({ environments }) => environments)),
    parts: partsOf(campaign, parameters, arrivals),
    cost: costOf(campaign, parameters),
  }
}

type Played = Pick<Forecast, 'balance' | 'refusals' | 'lastRefusal' | 'peaks'>

/** Plays all seconds, with edges that change. */
function play(
  arrivals: Arrivals,
  edges: readonly Edge[],
  { parameters, rules }: Pick<Surroundings, 'parameters' | 'rules'>,
): Played {
  const table = createTable(parameters)
  const balance = emptyBalance(arrivals.people.length)
  const sums = { arrived: 0, served: 0, givenUp: 0 }
  const refusals = { byLambda: 0, byStore: 0 }
  const peaks = { firstRequests: 0, requests: 0, writes: 0, attempts: 0 }
  let lastRefusal: number | undefined
  for (const [t, people] of arrivals.people.entries()) {
    const arriving = { people, robots: arrivals.robots[t] ?? 0 }
    const second = playSecond(edges, arriving, { parameters, rules, writesPerSecond: table.writesPerSecond() })
    const { byLambda, byStore, givenUp, ...seen } = second
    table.note(seen.writes)
    refusals.byLambda += byLambda
    refusals.byStore += byStore
    if (byLambda + byStore >= 1) lastRefusal = t
    sums.arrived += people
    sums.served += seen.writes
    sums.givenUp += givenUp
    for (const name of ['arrived', 'served', 'givenUp'] as const) balance[name][t] = sums[name]
    balance.waiting[t] = total(edges.map(({ waiting }) => waiting))
    balance.repeating[t] = repeatingIn(edges)
    for (const name of ['firstRequests', 'requests', 'writes', 'attempts'] as const)
      peaks[name] = Math.max(peaks[name], seen[name])
  }
  return { balance, refusals, lastRefusal, peaks }
}

function emptyBalance(seconds: number): Balance {
  const row = () => new Float64Array(seconds)
  return { arrived: row(), served: row(), givenUp: row(), waiting: row(), repeating: row() }
}

/** What happens in one second. */
interface Second extends Peaks {
  readonly byLambda: number
  readonly byStore: number
  readonly givenUp: number
}

function playSecond(
  edges: readonly Edge[],
  arriving: { readonly people: number; readonly robots: number },
  surroundings: Surroundings,
): Second {
  const { parameters, rules, writesPerSecond } = surroundings
  const { retry, invocationsPerOpening } = parameters
  const repeating = repeatingIn(edges)
  const visits = enterAll(edges, arriving, surroundings)
  const offered = total(visits.map(({ admitted }) => admitted)) + repeating
  const writes = rules.write(offered, writesPerSecond)
  const throttled = offered === 0 ? 0 : 1 - writes / offered
  const second = { byLambda: 0, byStore: 0, givenUp: 0 }
  for (const [index, edge] of edges.entries()) {
    const { admitted, refused } = visits[index] as Visit
    const expired = leave(edge, { admitted, throttled }, surroundings)
    edge.waiting += (refused + expired) * (1 - retry.givingUp)
    second.givenUp += (refused + expired) * retry.givingUp
    second.byLambda += refused
    second.byStore += expired
  }
  return {
    ...second,
    firstRequests: arriving.people * invocationsPerOpening + arriving.robots,
    requests: total(visits.map(({ requests }) => requests)),
    writes,
    attempts: offered,
  }
}
