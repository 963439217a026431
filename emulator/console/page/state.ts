import type { CapabilityTerms } from '../../../shared/capability-text.ts'
import type { LiveEvent, Setup } from '../protocol.ts'

/** What the api says of the object of a link, in the response of issuing and in its view. */
export interface KnownObject {
  /** The link delivers one version of its object. */
  readonly pinned?: boolean
  /** In bytes. */
  readonly size?: number
  readonly filename?: string
  readonly media?: 'object' | 'folder'
}

/** What this page knows of a link. */
export interface KnownLink extends KnownObject, Partial<CapabilityTerms> {
  readonly id: string
  /** Only if this page issued the link; nothing else keeps it, so a reload forgets it. */
  readonly url?: string
  readonly key?: string
  /** Epoch milliseconds. */
  readonly expiresAt?: number
  readonly homeRegion?: string
  readonly confirm?: boolean
  /** What the api advised when the link was issued here. */
  readonly advice?: string
}

/** The state of the page, from which it draws everything. */
export interface State {
  readonly setup: Setup
  /** Id of the emulator's process: another one has other links and events. */
  run: string
  /** Oldest first. */
  events: LiveEvent[]
  /** Links by id, in the order in which the page learned of them. */
  readonly links: Map<string, KnownLink>
  /** Id of the selected link; undefined for all events. */
  selected: string | undefined
  /** The emulator's clock minus the browser's, in milliseconds. */
  skewMs: number
}

/** Number of events that the page keeps: more than the emulator, because a page may watch for a long time. */
export const keptHere = 2000

/** Makes the first state. */
export function firstState(setup: Setup): State {
  return { setup, run: '', events: [], links: new Map(), selected: undefined, skewMs: 0 }
}

/** Returns the emulator's time, in epoch milliseconds. */
export function emulatorNow({ skewMs }: State): number {
  return Date.now() + skewMs
}

/** Number of links that the page keeps; the list shows fewer. */
const keptLinks = 500

/** Adds fields to a known link, or adds a new link. If there are too many, forgets the oldest. */
export function learn({ links }: State, link: KnownLink): void {
  links.set(link.id, { ...links.get(link.id), ...link })
  const [oldest] = links.keys()
  if (links.size > keptLinks && oldest !== undefined) links.delete(oldest)
}

/** Returns the known expiries by link id, in epoch milliseconds. */
export function endsOf({ links }: State): ReadonlyMap<string, number> {
  return new Map([...links].flatMap(([id, { expiresAt }]) => (expiresAt === undefined ? [] : [[id, expiresAt]])))
}
