import type { CapabilityTerms } from '../../shared/capability-text.ts'
import { ask } from './requests.ts'
import { emulatorNow, type KnownLink, type KnownObject, learn, type Receipt, type State } from './state.ts'

/** The fields of `GET /links/{id}` that the page uses. */
interface View
  extends
    Omit<KnownObject, 'media'>,
    CapabilityTerms,
    Readonly<Record<'id' | 'key' | 'state' | 'expiresAt' | 'homeRegion', string>> {
  readonly issuedAt?: string
  readonly notBefore?: string
  readonly reference?: string
  readonly confirm?: boolean
  readonly media?: 'object' | 'folder' | false
  readonly receipt?: Receipt
  readonly unredeemed?: Readonly<Record<string, number | string>>
  readonly delivery?: { readonly summary: string }
  readonly passphrase?: Readonly<Record<'tries' | 'maxTries', number>>
}

/** Adds the api's view of a link to the state. Returns whether the api knows it. */
export async function fetchLink(id: string, state: State): Promise<boolean> {
  const response = await ask<View>('GET', `/links/${id}`)
  if (response.ok) learn(state, knownBy({ ...response.value, id }))
  else if (response.status === 404 && state.links.get(id)?.key !== undefined) learn(state, { id, viewed: 'gone' })
  return response.ok
}

/** What to list. `cursor` is the `next` of the response before. */
export interface ListQuery {
  readonly reference?: string
  readonly state?: string
  readonly cursor?: string
}

/** The result of a list: how many links were found, and how to go on; or why not. */
export type Listed = { readonly count: number; readonly next?: string | undefined } | { readonly problem: string }

/** Adds one response of `GET /links` to the state. */
export async function fetchLinks(query: ListQuery, state: State): Promise<Listed> {
  const { run } = state
  const search = new URLSearchParams({ limit: '100', ...query })
  const response = await ask<{ links: readonly View[]; next?: string }>('GET', `/links?${search}`)
  if (!response.ok) return { problem: response.problem.detail }
  const { links, next } = response.value
  // Another emulator has come since.
  if (run === state.run) for (const view of links) learn(state, knownBy(view))
  return { count: links.length, next }
}

function knownBy({
  state,
  expiresAt,
  issuedAt,
  notBefore,
  confirm = false,
  media,
  passphrase,
  ...view
}: View): KnownLink {
  const known = ['pinned', 'size', 'filename', 'urlSeconds', 'bind', 'id', 'key', 'reference', 'homeRegion'] as const
  const kept = [...known, 'receipt', 'unredeemed', 'delivery'] as const
  const fields = Object.fromEntries(kept.flatMap(name => (view[name] === undefined ? [] : [[name, view[name]]])))
  return {
    ...(fields as Pick<View, (typeof kept)[number]>),
    viewed: state,
    confirm,
    expiresAt: Date.parse(expiresAt),
    ...(issuedAt !== undefined && { issuedAt: Date.parse(issuedAt) }),
    ...(notBefore !== undefined && { notBefore: Date.parse(notBefore) }),
    ...((media === 'object' || media === 'folder') && { media }),
    ...(passphrase !== undefined && { guesses: passphrase }),
  }
}

/** Ids whose names were asked for. */
const asked = new Set<string>()

/** Most names that are asked for at a time. */
const maxAsked = 4

/** Asks for the names of links of which the page has only heard, but not while one is being issued: its response has its name. */
export function nameLinks(state: State, changed: () => void): void {
  if (state.isIssuing) return
  const unnamed = [...state.links.values()].filter(({ id, key }) => key === undefined && !asked.has(id))
  for (const { id } of unnamed.slice(-maxAsked)) {
    asked.add(id)
    void fetchLink(id, state).then(changed)
  }
}

/** Milliseconds between two looks at the selected link of a deployment, which sends no events. */
const lookEveryMs = 10_000

/** Asks again for the selected link from time to time, while the page is seen and the link may change. */
export function followSelected(state: State, changed: () => void): void {
  setInterval(() => {
    const link = state.links.get(state.selected ?? '')
    const mayChange = link !== undefined && (link.expiresAt ?? Infinity) > emulatorNow(state) && link.viewed !== 'gone'
    if (mayChange && document.visibilityState === 'visible') void fetchLink(link.id, state).then(changed)
  }, lookEveryMs)
}
