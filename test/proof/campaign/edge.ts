import { occupiedSeconds, type Parameters } from './parameters.ts'
import { type Rules, servedByFresh } from './rules.ts'

/** The edge function in one Region, and the people who wait to try again there. */
export interface Edge {
  readonly share: number
  environments: number
  /** New environments that Lambda allows now. */
  allowance: number
  /** Environments that don't serve yet, by the seconds since their start. */
  starting: number[]
  /** Throttled writes that its environments may still repeat. */
  retries: number
  /** People whose write was throttled and is repeated, by the seconds since their first attempt. */
  repeating: number[]
  waiting: number
}

/** One second at one edge, before its writes reach the table. */
export interface Visit {
  /** Requests for links. */
  readonly requests: number
  /** People whom Lambda lets in. */
  readonly admitted: number
  /** People who get a 503 from CloudFront. */
  readonly refused: number
}

/** What the edges share in a second. */
export interface Surroundings {
  readonly parameters: Parameters
  readonly rules: Rules
  readonly writesPerSecond: number
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0)

/** Makes an edge without environments, which gets this share of all requests. */
export function createEdge(share: number, { limits }: Parameters): Edge {
  return {
    share,
    environments: 0,
    allowance: limits.lambdaScaling,
    starting: [],
    retries: 0,
    repeating: [],
    waiting: 0,
  }
}

/** Returns how many people the functions hold, whose write is repeated. */
export function repeatingIn(edges: readonly Edge[]): number {
  return total(edges.map(({ repeating }) => total(repeating)))
}

/** Lets people and robots in, as far as Lambda does. */
export function enterAll(
  edges: readonly Edge[],
  arriving: { readonly people: number; readonly robots: number },
  surroundings: Surroundings,
): readonly Visit[] {
  const all = repeatingIn(edges)
  return edges.map(edge => {
    const repeating = total(edge.repeating)
    const writes = repeating === 0 ? 0 : (surroundings.writesPerSecond * repeating) / all
    return enter(edge, { ...arriving, busy: total(edge.starting) + meanRepeating(repeating, writes) }, surroundings)
  })
}

/** Returns how many environments hold a write in the mean of a second, if the table accepts so many of the writes in it. */
function meanRepeating(repeating: number, writes: number): number {
  return repeating < writes ? repeating ** 2 / (2 * writes) : repeating - writes / 2
}

function enter(
  edge: Edge,
  arriving: { readonly people: number; readonly robots: number; readonly busy: number },
  { parameters, rules }: Surroundings,
): Visit {
  const back = rules.comeBack(edge.waiting, parameters)
  edge.waiting -= back
  const people = arriving.people * edge.share + back
  const requests = people * parameters.invocationsPerOpening + arriving.robots * edge.share
  if (requests === 0) return { requests: 0, admitted: 0, refused: 0 }
  const free = Math.max(0, edge.environments - arriving.busy)
  const unserved = Math.max(0, requests - free / occupiedSeconds(parameters))
  const fresh = start(edge, unserved / servedByFresh(parameters), parameters)
  edge.retries += fresh * parameters.retries.atFirst
  const admitted = (people * rules.admit({ offered: requests, free, fresh }, parameters)) / requests
  return { requests, admitted, refused: people - admitted }
}

/** Starts an environment for each request that finds none free, as fast as Lambda allows. Returns how many. */
function start(edge: Edge, wanted: number, { limits, otherConcurrency, coldSeconds }: Parameters): number {
  const room = Math.max(0, limits.lambdaConcurrency - otherConcurrency - edge.environments)
  const fresh = Math.min(wanted, room, edge.allowance)
  edge.environments += fresh
  edge.allowance = Math.min(limits.lambdaScaling, edge.allowance - fresh + limits.lambdaScaling / 10)
  edge.starting = [fresh, ...edge.starting].slice(0, Math.max(0, Math.ceil(coldSeconds) - 1))
  return fresh
}

/**
 * Repeats throttled writes as far as the environments have retries and time left. Returns how many people get our 503,
 * `unavailable`. Their links are not used.
 */
export function leave(
  edge: Edge,
  { admitted, throttled }: { readonly admitted: number; readonly throttled: number },
  { parameters, rules }: Pick<Surroundings, 'parameters' | 'rules'>,
): number {
  const { retries, budgetSeconds } = parameters
  const people = [admitted, ...edge.repeating].map(each => each * throttled)
  const refused = total(people)
  const room = edge.environments - total(edge.starting)
  const repeated = Math.min(rules.repeat(refused, edge.retries), Math.max(0, room))
  const accepted = admitted + total(edge.repeating) - refused
  edge.retries = Math.min(
    edge.environments * retries.atFirst,
    Math.max(0, edge.retries - repeated) + accepted * retries.perWrite,
  )
  edge.repeating = people.map(each => (refused === 0 ? 0 : (each * repeated) / refused))
  return refused - repeated + total(edge.repeating.splice(Math.max(1, Math.round(budgetSeconds))))
}
