import { join } from 'node:path'
import { type Child, startChild } from '../../../bench/child.ts'
import type { EmulatorUrls } from '../../../emulator/front/front.ts'
import { issueAt } from '../../support/http.ts'
import type { Try } from './contender.ts'

/** How big a race is. Contenders of one nonce are dealt out to processes and to edges in turn. */
export interface Race {
  readonly nonces: number
  readonly contenders: number
  readonly processes: number
  /** Every other contender goes to the api's exchange instead. @default false */
  readonly exchange?: boolean
}

/** What a race came to, and every nonce that had not exactly one winner. */
export interface RaceResult {
  readonly requests: number
  readonly redirects: number
  readonly exchanges: number
  readonly refusals: number
  /** How many got a capability, and what was answered that is neither one nor a refusal. */
  readonly wrong: readonly { readonly winners: number; readonly others: readonly number[] }[]
}

/** Nonces that are raced for at the same time. */
const batch = 10

/**
 * Issues links and lets several processes open each of them at all edges at once. Counts, never times. Rejects at once
 * when one of the processes ends, with what it said.
 */
export async function race(
  directory: EmulatorUrls,
  { nonces, contenders, processes, exchange }: Race,
): Promise<RaceResult> {
  await using running = new AsyncDisposableStack()
  const start = async () => running.adopt(await startContender(), each => each.close())
  const clients = await Promise.all(Array.from({ length: processes }, start))
  const perNonce: (readonly number[])[] = []
  for (let done = 0; done < nonces; done += batch) {
    const paths = await issueSome(directory, Math.min(batch, nonces - done))
    const edges = Object.values(directory.edges)
    const tryFor = (path: string, contender: number): Try => {
      if (exchange && contender % 2 === 1) return { url: `${directory.api}/exchange`, nonce: path.slice(-43) }
      return { url: `${edges[contender % edges.length]}${path}` }
    }
    perNonce.push(...(await heats(paths, tryFor, { clients, contenders })))
  }
  return resultOf(perNonce, contenders)
}

/** Issues links, their homes in turn and every other one with a receipt, and gives their paths. */
function issueSome({ api, edges }: EmulatorUrls, count: number): Promise<string[]> {
  const homes = Object.keys(edges)
  const issuing = Array.from({ length: count }, (_, index) =>
    issueAt(api, { key: 'f', homeRegion: homes[index % homes.length], receipt: index % 2 === 1 }),
  )
  return Promise.all(issuing.map(async link => new URL((await link).url).pathname))
}

/** Who races, and how many there are for each nonce. */
interface Field {
  readonly clients: readonly Contender[]
  readonly contenders: number
}

/** One contender of one nonce, and the process that it is in. */
interface Entrant {
  readonly nonce: number
  readonly attempt: Try
  readonly client: number
}

/** How often a contender comes again that was asked to, with 503. */
const comebacks = 3

/**
 * Heats until each contender has an answer other than 503: on a machine that stands still for seconds requests time out, and
 * neither win nor lose. A contender that won or lost does not come again, so two winners are two winners.
 */
async function heats(
  paths: readonly string[],
  tryFor: (path: string, contender: number) => Try,
  { clients, contenders }: Field,
): Promise<readonly (readonly number[])[]> {
  const entrants = paths.flatMap((path, nonce) =>
    Array.from({ length: contenders }, (_, contender): Entrant => {
      return { nonce, attempt: tryFor(path, contender), client: contender % clients.length }
    }),
  )
  const statuses = new Map<Entrant, number>()
  let waiting: readonly Entrant[] = entrants
  for (let times = 0; times <= comebacks && waiting.length > 0; times += 1) {
    for (const [entrant, status] of await heat(waiting, clients)) statuses.set(entrant, status)
    waiting = waiting.filter(entrant => statuses.get(entrant) === 503)
  }
  return paths.map((_, nonce) =>
    entrants.filter(entrant => entrant.nonce === nonce).map(entrant => statuses.get(entrant) ?? 0),
  )
}

/** Lets all `entrants` go at once; gives the status that each was met with. */
async function heat(
  entrants: readonly Entrant[],
  clients: readonly Contender[],
): Promise<readonly (readonly [Entrant, number])[]> {
  const shares = clients.map(async (client, which) => {
    const share = entrants.filter(entrant => entrant.client === which)
    const answers = await client.ask(share.map(({ attempt }) => attempt))
    return share.map((entrant, index) => [entrant, answers[index] ?? 0] as const)
  })
  return (await Promise.all(shares)).flat()
}

type Contender = Child<readonly Try[], readonly number[]>

function startContender(): Promise<Contender> {
  return startChild(join(import.meta.dirname, 'contender.ts'), { env: {}, stderr: 'pipe' })
}

function resultOf(perNonce: readonly (readonly number[])[], contenders: number): RaceResult {
  const all = perNonce.flat()
  const count = (list: readonly number[], ...statuses: number[]) => list.filter(each => statuses.includes(each)).length
  const fair = (list: readonly number[]) => count(list, 302, 200) === 1 && count(list, 403) === contenders - 1
  return {
    requests: all.length,
    redirects: count(all, 302),
    exchanges: count(all, 200),
    refusals: count(all, 403),
    wrong: perNonce
      .filter(list => !fair(list))
      .map(list => ({
        winners: count(list, 302, 200),
        others: list.filter(status => ![200, 302, 403].includes(status)),
      })),
  }
}
