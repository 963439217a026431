import type { LinkView } from '../shared/schemas/types.ts'

/** An event for the page. It has only fields of log lines, which hold no secrets. */
export interface LiveEvent {
  /** Counts up from 1 while the emulator runs. */
  readonly number: number
  /** When the line was logged, in epoch milliseconds of the emulator's clock. */
  readonly at: number
  /** Part of the emulator that logged the line. */
  readonly by: 'edge' | 'api' | 'sweeper'
  readonly region: string
  readonly outcome: Outcome
  readonly reason?: string | undefined
  readonly linkId?: string | undefined
  /** Milliseconds until the response. */
  readonly ms?: number | undefined
  /** How many of them the store took; absent if it was not called. */
  readonly storeMs?: number | undefined
  /** Number of items that a sweep removed. */
  readonly purged?: number | undefined
}

const outcomes = ['issued', 'unconfirmed', 'probed', 'confirmed', 'redeemed', 'refused', 'revoked', 'purged'] as const

/** Outcomes that the console shows. It leaves out links being shown, because the page itself requests that. */
type Outcome = (typeof outcomes)[number]

/** Makes the event of a log line from its known fields; undefined if the console doesn't show such lines. */
export function eventOf(line: object, number: number, at: number): LiveEvent | undefined {
  const fields = new Map(Object.entries(line))
  const by = (['edge', 'api', 'sweeper'] as const).find(origin => fields.has(origin))
  if (by === undefined) return undefined
  const purged = numberOf(fields.get('purged'))
  const name = by === 'sweeper' ? purged && 'purged' : fields.get('outcome')
  const outcome = outcomes.find(each => each === name)
  if (outcome === undefined) return undefined
  return {
    number,
    at,
    by,
    region: textOf(fields.get(by)) ?? '',
    outcome,
    reason: textOf(fields.get('reason')),
    linkId: textOf(fields.get('linkId')),
    ms: numberOf(fields.get('ms')),
    storeMs: numberOf(fields.get('storeMs')),
    purged,
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** What the page must know of what it shows. */
export interface Setup {
  /** An emulator on this machine has edges to open links at, live events and races; a deployment has none of these. */
  readonly kind: 'emulator' | 'deployment'
  /** What the page calls it: `on this machine`, or a deployment's name and Region. */
  readonly place: string
  /** Origins of an emulator's edges, by Region. */
  readonly edges: Readonly<Record<string, string>>
  /** Regions that may be a link's home, the default first. */
  readonly homeRegions: readonly string[]
  readonly mode: 'home' | 'strong'
  /** Key of a file in the bucket; absent if the bucket is empty, or not known. */
  readonly sampleKey?: string
  /** States of links, for the search. */
  readonly states: readonly LinkView['state'][]
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

/** An event of a stream (WHATWG HTML, "Server-sent events"). */
export interface ServerSentEvent {
  /** @default message */
  readonly event: string
  /** Empty if the event has none. */
  readonly id: string
  readonly data: string
}

/** Returns a function that gets a stream's text piece by piece and returns the events that each piece completes. */
export function createEventParser(): (text: string) => readonly ServerSentEvent[] {
  let rest = ''
  return text => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    return blocks.map(parseEvent)
  }
}

/** Reads the fields as `live.ts` writes them: one line of data, and a space after each colon. */
function parseEvent(block: string): ServerSentEvent {
  const fields = new Map(block.split('\n').map(line => line.split(/: (.*)/s) as [string, string]))
  return { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data: fields.get('data') ?? '' }
}
