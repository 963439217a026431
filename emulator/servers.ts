import type { Region } from '../shared/regions.ts'
import { listenOnLoopback, type LoopbackServer } from './loopback.ts'

/** The ports of one emulator; requests wait until it is said who answers them. */
export interface Servers {
  readonly api: LoopbackServer
  readonly edges: ReadonlyMap<Region, LoopbackServer>
  readonly s3: LoopbackServer
}

/**
 * Takes `port` for the api, the next ones for the edges and the one after for S3, or any that are free for 0. `opened`
 * closes what was taken, also when the rest can't be had: then this rejects.
 */
export async function openServers(
  port: number,
  regions: readonly Region[],
  opened: AsyncDisposableStack,
): Promise<Servers> {
  const open = async (offset: number) =>
    opened.adopt(await listenOnLoopback(port === 0 ? 0 : port + offset), server => server.close())
  const api = await open(0)
  const edges = new Map<Region, LoopbackServer>()
  for (const [index, region] of regions.entries()) edges.set(region, await open(1 + index))
  return { api, edges, s3: await open(1 + regions.length) }
}

/** Where each edge is, by Region. */
export function originsOf(edges: Servers['edges']): Readonly<Record<string, string>> {
  return Object.fromEntries([...edges].map(([region, { origin }]) => [region, origin]))
}
