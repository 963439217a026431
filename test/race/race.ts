import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { issueAt } from '../support/http.ts'
import type { Directory } from '../../emulator/front.ts'

/** How big a race is. Contenders of one nonce are dealt out to processes and edges in turn. */
export interface Race {
  readonly nonces: number
  readonly contenders: number
  readonly processes: number
}

/** What a race came to, and every nonce that had not exactly one winner. */
export interface RaceResult {
  readonly requests: number
  readonly redirects: number
  readonly refusals: number
  readonly wrong: readonly { readonly redirects: number; readonly others: readonly number[] }[]
}

/** Nonces that are raced for at the same time. */
const batch = 10

/** Issues links and lets several processes open each of them at all edges at once. Counts, never times. */
export async function race(directory: Directory, { nonces, contenders, processes }: Race): Promise<RaceResult> {
  const clients = await Promise.all(Array.from({ length: processes }, startContender))
  const perNonce: (readonly number[])[] = []
  for (let done = 0; done < nonces; done += batch) {
    const paths = await issueSome(directory, Math.min(batch, nonces - done))
    perNonce.push(...(await heat(paths, Object.values(directory.edges), { clients, contenders })))
  }
  for (const client of clients) client.kill()
  return resultOf(perNonce, contenders)
}

/** Issues links, their homes in turn and every other one with a receipt, and gives their paths. */
function issueSome({ api, edges }: Directory, count: number): Promise<string[]> {
  const homes = Object.keys(edges)
  const issuing = Array.from({ length: count }, (_, index) =>
    issueAt(api, { key: 'f', homeRegion: homes[index % homes.length], receipt: index % 2 === 1 }),
  )
  return Promise.all(issuing.map(async link => new URL((await link).url).pathname))
}

/** Lets all contenders of all `paths` go at once; gives the statuses that each path was met with. */
async function heat(
  paths: readonly string[],
  origins: readonly string[],
  { clients, contenders }: { clients: readonly ChildProcess[]; contenders: number },
): Promise<readonly (readonly number[])[]> {
  const entrants = paths.flatMap((path, nonce) =>
    Array.from({ length: contenders }, (_, contender) => ({
      nonce,
      url: `${origins[contender % origins.length]}${path}`,
      client: contender % clients.length,
    })),
  )
  const statuses = paths.map((): number[] => [])
  const openShare = async (client: ChildProcess, which: number) => {
    const share = entrants.filter(entrant => entrant.client === which)
    const urls = share.map(({ url }) => url)
    const answers = await open(client, urls)
    for (const [index, { nonce }] of share.entries()) statuses[nonce]?.push(answers[index] ?? 0)
  }
  await Promise.all(clients.map(openShare))
  return statuses
}

async function startContender(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'contender.ts'))
  await once(child, 'message')
  return child
}

async function open(client: ChildProcess, urls: readonly string[]): Promise<readonly number[]> {
  client.send(urls)
  const [statuses] = (await once(client, 'message')) as [readonly number[]]
  return statuses
}

function resultOf(perNonce: readonly (readonly number[])[], contenders: number): RaceResult {
  const all = perNonce.flat()
  const count = (list: readonly number[], status: number) => list.filter(each => each === status).length
  const fair = (list: readonly number[]) => count(list, 302) === 1 && count(list, 403) === contenders - 1
  return {
    requests: all.length,
    redirects: count(all, 302),
    refusals: count(all, 403),
    wrong: perNonce
      .filter(list => !fair(list))
      .map(list => ({ redirects: count(list, 302), others: list.filter(status => status !== 302 && status !== 403) })),
  }
}
