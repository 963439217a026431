import type { LiveEvent, Setup } from '../protocol.ts'

/** A link as this page knows it. */
export interface KnownLink {
  readonly id: string
  /** Only where this page issued it; it is kept nowhere else, so a reload forgets it. */
  readonly url?: string
  readonly key?: string
  /** Epoch milliseconds. */
  readonly expiresAt?: number
  readonly homeRegion?: string
  readonly confirm?: boolean
}

/** All that the page shows is made from this. */
export interface State {
  readonly setup: Setup
  /** Of the emulator that is watched; another one has another history. */
  run: string
  /** Oldest first. */
  events: LiveEvent[]
  /** In the order in which they were heard of. */
  readonly links: Map<string, KnownLink>
  /** The link that is looked at; undefined for all that happens. */
  selected: string | undefined
  /** The emulator's clock less the browser's, milliseconds. */
  skewMs: number
}

/** How many events the page keeps. More than the emulator does: a page may watch for long. */
export const keptHere = 2000

/** What page.html carries of its emulator. */
export function firstState(): State {
  const setup = JSON.parse(document.body.dataset['setup'] ?? '') as Setup
  return { setup, run: '', events: [], links: new Map(), selected: undefined, skewMs: 0 }
}

/** The time at the emulator, epoch milliseconds. */
export function emulatorNow({ skewMs }: State): number {
  return Date.now() + skewMs
}

/** How many links the page remembers; the list shows fewer. */
const keptLinks = 500

/** Adds what became known of a link; what was known stays. For one link too many the oldest is forgotten. */
export function learn({ links }: State, link: KnownLink): void {
  links.set(link.id, { ...links.get(link.id), ...link })
  const [oldest] = links.keys()
  if (links.size > keptLinks && oldest !== undefined) links.delete(oldest)
}

/** When each link ends, as far as it is known. */
export function endsOf({ links }: State): ReadonlyMap<string, number> {
  return new Map([...links].flatMap(([id, { expiresAt }]) => (expiresAt === undefined ? [] : [[id, expiresAt]])))
}
