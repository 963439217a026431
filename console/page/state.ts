import type { IssuedLink, LinkView } from '../../client/client.ts'
import type { LiveEvent, Setup } from '../protocol.ts'
import { stateOf } from '../timeline.ts'

/** What this page knows of a link, in fields of the api; those of its response to issuing only if this page issued the link. */
export interface KnownLink
  extends
    Partial<Omit<LinkView, 'id' | 'state' | 'passphrase'>>,
    Partial<Pick<IssuedLink, 'url' | 'passphrase' | 'advice'>> {
  readonly id: string
  /** The state that the api last said; `gone` if it no longer knows the link. */
  readonly viewed?: LinkView['state'] | 'gone'
  /** Guesses of the passphrase so far, and at most. */
  readonly guesses?: LinkView['passphrase']
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
  return new Map(
    [...links].flatMap(([id, { expiresAt }]) => (expiresAt === undefined ? [] : [[id, Date.parse(expiresAt)]])),
  )
}

/** Returns the state of a link as far as its events, its times and the api's view show it. */
export function linkState({ id, expiresAt, notBefore, viewed }: KnownLink, state: State): string {
  const now = emulatorNow(state)
  const end = expiresAt === undefined ? undefined : Date.parse(expiresAt)
  const seen = stateOf(id, state.events, { end, now })
  if (viewed !== undefined && ['used', 'revoked', 'locked', 'gone'].includes(viewed)) {
    return seen === 'live' || viewed === 'revoked' ? viewed : seen
  }
  return seen === 'live' && notBefore !== undefined && now < Date.parse(notBefore) ? 'not-yet-valid' : seen
}
