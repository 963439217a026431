import type { CapabilityTerms } from '../../shared/capability-text.ts'
import type { LiveEvent, Setup } from '../protocol.ts'
import { stateOf } from '../timeline.ts'

/** What the api says of the object of a link, in the response of issuing and in its view. */
export interface KnownObject {
  /** The link delivers one version of its object. */
  readonly pinned?: boolean
  /** In bytes. */
  readonly size?: number
  readonly filename?: string
  readonly media?: 'object' | 'folder'
}

/** What the api keeps of the use of a link; null until it is used. */
export type Receipt = Readonly<
  Record<'redeemedAt' | 'urlExpiresAt' | 'edgeRegion' | 'viewer' | 'userAgent', string>
> | null

/** What this page knows of a link. */
export interface KnownLink extends KnownObject, Partial<CapabilityTerms> {
  readonly id: string
  /** Only if this page issued the link; nothing else keeps it, so a reload forgets it. */
  readonly url?: string
  /** Only if the api made it for a link that this page issued; nothing else keeps it. */
  readonly passphrase?: string
  readonly key?: string
  readonly reference?: string
  /** Epoch milliseconds. */
  readonly issuedAt?: number
  /** Epoch milliseconds. */
  readonly expiresAt?: number
  /** Epoch milliseconds. */
  readonly notBefore?: number
  readonly homeRegion?: string
  readonly confirm?: boolean
  /** The state that the api last said; `gone` if it no longer knows the link. */
  readonly viewed?: string
  readonly receipt?: Receipt
  readonly unredeemed?: Readonly<Record<string, number | string>>
  /** How far the file was delivered, in words. */
  readonly delivery?: { readonly summary: string }
  /** Guesses of the passphrase so far, and at most. */
  readonly guesses?: Readonly<Record<'tries' | 'maxTries', number>>
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
  /** Which links the list shows. */
  filter: { readonly text: string; readonly state: string }
  /** Whether a link is being issued: its event may come before its response. */
  isIssuing: boolean
}

/** Number of events that the page keeps: more than the emulator, because a page may watch for a long time. */
export const keptHere = 2000

/** Makes the first state. */
export function firstState(setup: Setup): State {
  const filter = { text: '', state: '' }
  return { setup, run: '', events: [], links: new Map(), selected: undefined, skewMs: 0, filter, isIssuing: false }
}

/** Returns the emulator's time, in epoch milliseconds. */
export function emulatorNow({ skewMs }: State): number {
  return Date.now() + skewMs
}

/** Number of links that the page keeps; the list shows fewer. */
const keptLinks = 2000

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

/** Returns the state of a link as far as its events, its times and the api's view show it. */
export function linkState({ id, expiresAt: end, notBefore, viewed }: KnownLink, state: State): string {
  const now = emulatorNow(state)
  const seen = stateOf(id, state.events, { end, now })
  if (viewed !== undefined && ['used', 'revoked', 'locked', 'gone'].includes(viewed)) {
    return seen === 'live' || viewed === 'revoked' ? viewed : seen
  }
  return seen === 'live' && notBefore !== undefined && now < notBefore ? 'not-yet-valid' : seen
}
