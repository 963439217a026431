/** An event for the page. It has only fields of log lines, which hold no secrets. */
export interface LiveEvent {
  /** Counts up from 1 while the emulator runs. */
  readonly number: number
  /** When the line was logged, in epoch milliseconds of the emulator's clock. */
  readonly at: number
  readonly by: LogOrigin
  readonly region: string
  readonly outcome: Outcome
  readonly reason?: string
  readonly linkId?: string
  /** Milliseconds until the response. */
  readonly ms?: number
  /** How many of them the store took; absent if it was not called. */
  readonly storeMs?: number
  /** Number of items that a sweep removed. */
  readonly purged?: number
}

/** Part of the emulator that logged the line. */
export type LogOrigin = 'edge' | 'api' | 'sweeper'

const outcomes = ['issued', 'unconfirmed', 'probed', 'confirmed', 'redeemed', 'refused', 'revoked', 'purged'] as const

/** Outcomes that the console shows. It leaves out links being shown, because the page itself requests that. */
export type Outcome = (typeof outcomes)[number]

/** Makes the event of a log line from its known fields; undefined if the console doesn't show such lines. */
export function eventOf(line: object, number: number, at: number): LiveEvent | undefined {
  const fields = new Map(Object.entries(line))
  const by = (['edge', 'api', 'sweeper'] as const).find(origin => fields.has(origin))
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

/** What the page must know of its emulator. */
export interface Setup {
  /** Origins of the edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  /** Regions that may be a link's home, the default first. */
  readonly homeRegions: readonly string[]
  readonly mode: 'home' | 'strong'
  /** Key of a file in the bucket; absent if the bucket is empty. */
  readonly sampleKey?: string
}

/** Result of one viewer in a race. Doesn't contain the capability. */
export interface RaceResult {
  readonly viewer: number
  /** Region of the edge. */
  readonly edge: string
  /** 0: no response. */
  readonly status: number
  /** From the problem document, if the response was one. */
  readonly reason?: string
  /** Milliseconds from the start of the race until the response. */
  readonly ms: number
  readonly won: boolean
}
