/** One thing that happened, as a page may know it: nothing but what the log lines of edges and api say. */
export interface LiveEvent {
  /** Counts up from 1 as long as the emulator runs. */
  readonly number: number
  /** When the line was written, epoch milliseconds of the emulator's clock. */
  readonly at: number
  readonly by: LogOrigin
  readonly region: string
  readonly outcome: Outcome
  readonly reason?: string
  readonly linkId?: string
  /** Milliseconds that the answer took. */
  readonly ms?: number
  /** Of them, for the store; absent when it was not asked. */
  readonly storeMs?: number
  /** How many items a sweep removed. */
  readonly purged?: number
}

/** Whose log line it was. */
export type LogOrigin = 'edge' | 'api' | 'sweeper'

const outcomes = ['issued', 'unconfirmed', 'probed', 'confirmed', 'redeemed', 'refused', 'revoked', 'purged'] as const

/** What the console tells of. Looking at links is none of it: it looks at them itself. */
export type Outcome = (typeof outcomes)[number]

/** Reads a log line; undefined when the console doesn't tell of it. Takes known fields alone, whatever else is there. */
export function eventOf(line: object, number: number, at: number): LiveEvent | undefined {
  const fields = new Map(Object.entries(line))
  const by = (['edge', 'api', 'sweeper'] as const).find(speaker => fields.has(speaker))
  if (by === undefined) return undefined
  const purged = numberOf(fields.get('purged'))
  const name = by === 'sweeper' ? purged && 'purged' : fields.get('outcome')
  const outcome = outcomes.find(each => each === name)
  if (outcome === undefined) return undefined
  const [reason, linkId] = [textOf(fields.get('reason')), textOf(fields.get('linkId'))]
  const [ms, storeMs] = [numberOf(fields.get('ms')), numberOf(fields.get('storeMs'))]
  return {
    number,
    at,
    by,
    region: textOf(fields.get(by)) ?? '',
    outcome,
    ...(reason !== undefined && { reason }),
    ...(linkId !== undefined && { linkId }),
    ...(ms !== undefined && { ms }),
    ...(storeMs !== undefined && { storeMs }),
    ...(purged !== undefined && { purged }),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** What the page has to know of the emulator it came from. */
export interface Setup {
  /** The origins of the edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  /** The Regions that a link may live in, the default first. */
  readonly homeRegions: readonly string[]
  readonly mode: 'home' | 'strong'
  /** A file that is there to begin with; absent when the bucket is empty. */
  readonly sampleKey?: string
}

/** How one viewer fared. Never what it won: that would be the capability. */
export interface RaceResult {
  readonly viewer: number
  readonly edge: string
  /** 0 when there was no answer. */
  readonly status: number
  /** Of the problem document, if it was one. */
  readonly reason?: string
  /** From the moment that all were let go until the answer was there, milliseconds. */
  readonly ms: number
  readonly won: boolean
}
