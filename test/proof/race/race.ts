import { join } from 'node:path'
import { type Child, startChild } from '../../../tools/bench/child.ts'
import type { EmulatorUrls } from '../../../emulator/front/front.ts'
import { issueAt } from '../../support/machine/http.ts'
import type { Attempt, Result } from './contender.ts'

/** Size of a race. Contenders of one nonce are assigned to processes and to edges in turn. */
export interface Race {
  readonly nonces: number
  readonly contenders: number
  readonly processes: number
  /** Whether every other contender goes to the api's exchange instead. @default false */
  readonly exchange?: boolean
  /** How many clients may use each link; then each contender is a client with a key. @default 1 */
  readonly uses?: number
  /** Starts each of further processes, whose contenders have ways of their own to redeem a link. @default none */
  readonly others?: readonly (() => Promise<Contender>)[]
}

/** Result of a race. */
export interface RaceResult {
  readonly requests: number
  readonly redirects: number
  /** Wins at the exchange, and those of other processes. */
  readonly exchanges: number
  readonly refusals: number
  /** Nonces without a winner of which a contender got outcome-unknown: a response was lost, and its viewer knows. */
  readonly lost: number
  /**
   * Each other nonce that had not exactly one winner, or as many as uses: number of winners, and results that are neither a win nor a
   * refusal.
   */
  readonly wrong: readonly { readonly winners: number; readonly others: readonly Result[] }[]
}

/** Nonces for which contenders race at the same time. */
const batchSize = 10

/**
 * Issues links and lets several processes request each of them at all edges at once. Counts, never times. Rejects at
 * once when one of the processes ends, with its output.
 */
export async function race(
  emulator: EmulatorUrls,
  { nonces, contenders, processes, exchange, uses, others = [] }: Race,
): Promise<RaceResult> {
  await using running = new AsyncDisposableStack()
  const starts = [...Array.from({ length: processes }, () => startContender), ...others]
  const clients = await Promise.all(starts.map(async start => running.adopt(await start(), each => each.close())))
  const perNonce: (readonly Result[])[] = []
  for (let done = 0; done < nonces; done += batchSize) {
    const paths = await issueLinks(emulator, Math.min(batchSize, nonces - done), uses)
    const edges = Object.values(emulator.edges)
    const attemptFor = (path: string, contender: number, nonce: number): Attempt => {
      // The first contender often wins. For every other nonce it is at the exchange, so that both sides win some.
      if (exchange && (contender + nonce) % 2 === 1) return { url: `${emulator.api}/exchange`, nonce: path.slice(-43) }
      const url = `${edges[contender % edges.length]}${path}`
      return uses === undefined ? { url } : { url, key: `contender ${contender}` }
    }
    perNonce.push(...(await raceForAll(paths, attemptFor, { clients, contenders })))
  }
  return resultOf(perNonce, contenders, uses)
}

/** Issues links, with each home in turn and every other one with a receipt, or all with uses, and returns their paths. */
async function issueLinks({ api, edges }: EmulatorUrls, count: number, uses?: number): Promise<string[]> {
  const homes = Object.keys(edges)
  const issue = (index: number) =>
    issueAt(api, {
      key: 'f',
      allowMissing: true,
      homeRegion: homes[index % homes.length],
      ...(uses === undefined ? { receipt: index % 2 === 1 } : { uses }),
    })
  const paths: string[] = []
  // The api looks at the object of each link within seconds, which it can't for thousands at once.
  for (let from = 0; from < count; from += 100) {
    const indexes = Array.from({ length: Math.min(100, count - from) }, (_, offset) => from + offset)
    const links = await Promise.all(indexes.map(issue))
    paths.push(...links.map(({ url }) => new URL(url).pathname))
  }
  return paths
}

/** The processes that race, and the number of contenders for each nonce. */
interface Contenders {
  readonly clients: readonly Contender[]
  readonly contenders: number
}

/** One contender for one nonce, and the index of its process. */
interface Entrant {
  readonly nonce: number
  readonly attempt: Attempt
  readonly client: number
}

/** Retries of a contender that gets 503. */
const maxRetries = 3

/**
 * Lets contenders race until each has another result than 503: then the link was not used, as on a machine that stops for seconds.
 * A contender that won, lost or can't know does not try again, so two winners are two winners.
 */
async function raceForAll(
  paths: readonly string[],
  attemptFor: (path: string, contender: number, nonce: number) => Attempt,
  { clients, contenders }: Contenders,
): Promise<readonly (readonly Result[])[]> {
  const entrants = paths.flatMap((path, nonce) =>
    Array.from({ length: contenders }, (_, contender): Entrant => {
      return { nonce, attempt: attemptFor(path, contender, nonce), client: contender % clients.length }
    }),
  )
  const results = new Map<Entrant, Result>()
  let waiting: readonly Entrant[] = entrants
  for (let retries = 0; retries <= maxRetries && waiting.length > 0; retries += 1) {
    for (const [entrant, result] of await startTogether(waiting, clients)) results.set(entrant, result)
    waiting = waiting.filter(entrant => results.get(entrant) === 503)
  }
  return paths.map((_, nonce) =>
    entrants.filter(entrant => entrant.nonce === nonce).map(entrant => results.get(entrant) ?? 0),
  )
}

/** Starts all `entrants` at once; returns the result that each got. */
async function startTogether(
  entrants: readonly Entrant[],
  clients: readonly Contender[],
): Promise<readonly (readonly [Entrant, Result])[]> {
  const shares = clients.map(async (client, which) => {
    const share = entrants.filter(entrant => entrant.client === which)
    const results = await client.ask(share.map(({ attempt }) => attempt))
    return share.map((entrant, index) => [entrant, results[index] ?? 0] as const)
  })
  return (await Promise.all(shares)).flat()
}

type Contender = Child<readonly Attempt[], readonly Result[]>

function startContender(): Promise<Contender> {
  return startChild(join(import.meta.dirname, 'contender.ts'), { env: {}, stderr: 'pipe' })
}

function resultOf(perNonce: readonly (readonly Result[])[], contenders: number, uses = 1): RaceResult {
  const all = perNonce.flat()
  const count = (list: readonly Result[], ...results: Result[]) => list.filter(each => results.includes(each)).length
  const isFair = (list: readonly Result[]) =>
    count(list, 302, 303, 200) === uses && count(list, 403, 'outcome-unknown') === contenders - uses
  const isLost = (list: readonly Result[]) =>
    list.includes('outcome-unknown') && count(list, 403, 'outcome-unknown') === contenders
  return {
    requests: all.length,
    redirects: count(all, 302, 303),
    exchanges: count(all, 200),
    refusals: count(all, 403),
    lost: perNonce.filter(isLost).length,
    wrong: perNonce
      .filter(list => !isFair(list) && !isLost(list))
      .map(list => ({
        winners: count(list, 302, 303, 200),
        others: list.filter(result => ![200, 302, 303, 403].includes(Number(result))),
      })),
  }
}
