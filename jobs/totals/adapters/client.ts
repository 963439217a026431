import type { Region } from '../../../shared/regions.ts'

/** Timeout of a call with all its attempts, in milliseconds. */
const callMs = 10_000

/** Returns the option that limits the time of one call. */
export function limit(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(callMs) }
}

/** Returns the client of each Region, which `create` makes with the first call. */
export function clientPerRegion<T>(create: (region: Region) => T): (region: Region) => T {
  const clients = new Map<Region, T>()
  return region => {
    const client = clients.get(region) ?? create(region)
    clients.set(region, client)
    return client
  }
}
