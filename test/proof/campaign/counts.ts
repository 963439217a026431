/** What happened in ten seconds of a campaign. */
export interface Window {
  /** Links that were opened for the first time, the requests of all viewers, those of them that try again, and those of scanners. */
  arrivals: number
  requests: number
  retries: number
  scans: number
  /** Requests that Lambda did not run. */
  refusedByLambda: number
  /** Writes that the store was asked for, those of them that consume a link, and those of all that it throttled. */
  writes: number
  consumeCalls: number
  throttledWrites: number
  redeemed: number
  /** Responses with 503 to viewers. */
  refusals: number
}

/** Counts by window, and in all. */
export interface Counts {
  readonly windows: Window[]
  /** Counts one event at this time. */
  add(what: keyof Window, sinceStartMs: number): void
  /** Other counts by name. */
  readonly others: Map<string, number>
  note(name: string): void
  /** Ends counting: what follows is no part of the campaign. */
  end(): void
}

/** Seconds of one window. */
export const windowSeconds = 10

/** Makes counts of nothing yet. */
export function createCounts(): Counts {
  const windows: Window[] = []
  const others = new Map<string, number>()
  let hasEnded = false
  return {
    windows,
    others,
    add(what, ms) {
      if (hasEnded) return
      const index = Math.floor(ms / 1000 / windowSeconds)
      while (windows.length <= index) windows.push(emptyWindow())
      const window = windows[index] as Window
      window[what] += 1
    },
    note: name => void (hasEnded || others.set(name, (others.get(name) ?? 0) + 1)),
    end: () => void (hasEnded = true),
  }
}

function emptyWindow(): Window {
  return {
    arrivals: 0,
    requests: 0,
    retries: 0,
    scans: 0,
    refusedByLambda: 0,
    writes: 0,
    consumeCalls: 0,
    throttledWrites: 0,
    redeemed: 0,
    refusals: 0,
  }
}
