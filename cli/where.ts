import { lambdaEdgeRegions, regionsOf, type Settings } from '../infra/settings.ts'
import type { Region } from '../shared/regions.ts'

/**
 * Every Region in which something of a deployment may be: where it should be, and wherever Lambda@Edge runs, for settings
 * may have been others once.
 */
export function everywhere(settings: Settings): readonly Region[] {
  return [...new Set<Region>([...lambdaEdgeRegions, ...regionsOf(settings)])]
}

/** What `ask` gives for each of some Regions, asked all at once. */
export async function inEachRegion<T>(
  regions: readonly Region[],
  ask: (region: Region) => Promise<T>,
): Promise<Readonly<Partial<Record<Region, T>>>> {
  return Object.fromEntries(await Promise.all(regions.map(async region => [region, await ask(region)] as const)))
}
