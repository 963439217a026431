import type { EpochMs } from '../../shared/time.ts'

/** A stored response. */
export interface CacheEntry {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly storedAt: EpochMs
  /** CloudFront serves the entry without asking the origin as long as this has not passed. */
  readonly freshUntil: EpochMs
  /** CloudFront serves the entry if the origin fails, as long as this has not passed. */
  readonly staleUntil: EpochMs
}

/** Stored responses, by name. */
export type CacheStore = ReturnType<typeof createCacheStore>

/** Largest response that the emulator stores, in bytes. CloudFront stores larger ones. */
export const maxEntryBytes = 8 * 1024 * 1024
/** Bytes that one edge stores at most. */
const maxCacheBytes = 64 * 1024 * 1024
/** What an entry takes besides its body, in bytes: a guess. */
const entryBytes = 1024

/** Makes a cache that drops the entries that were not used for longest when it is full. */
export function createCacheStore() {
  const entries = new Map<string, CacheEntry>()
  let bytes = 0
  const sizeOf = ({ body }: CacheEntry) => entryBytes + body.length
  function remove(name: string): void {
    const entry = entries.get(name)
    if (entry !== undefined) bytes -= sizeOf(entry)
    entries.delete(name)
  }
  return {
    get(name: string): CacheEntry | undefined {
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      entries.delete(name)
      entries.set(name, entry)
      return entry
    },
    set(name: string, entry: CacheEntry): void {
      remove(name)
      entries.set(name, entry)
      bytes += sizeOf(entry)
      for (const oldest of entries.keys()) {
        if (bytes <= maxCacheBytes) break
        remove(oldest)
      }
    },
    delete: remove,
  }
}
