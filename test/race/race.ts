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
export async function race({ api, edges }: Directory, { nonces, contenders, processes }: Race): Promise<RaceResult> {
  const origins = Object.values(edges)
  const clients = await Promise.all(Array.from({ length: processes }, startContender))
  const perNonce: number[][] = []
  for (let done = 0; done < nonces; done += batch) {
    const count = Math.min(batch, nonces - done)
    const paths = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const homeRegion = Object.keys(edges)[index % origins.length]
        return new URL((await issueAt(api, { key: 'f', homeRegion })).url).pathname
      }),
    )
    const statuses = paths.map((): number[] => [])
    await Promise.all(
      clients.map(async (client, which) => {
        const mine = paths.flatMap((path, nonce) =>
          Array.from({ length: contenders }, (_, contender) => ({
            nonce,
            url: `${origins[contender % origins.length]}${path}`,
            contender,
          })),
        )
        const share = mine.filter(({ contender }) => contender % processes === which)
        const answers = await open(
          client,
          share.map(({ url }) => url),
        )
        for (const [index, { nonce }] of share.entries()) statuses[nonce]?.push(answers[index] ?? 0)
      }),
    )
    perNonce.push(...statuses)
  }
  for (const client of clients) client.kill()
  return resultOf(perNonce, contenders)
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
