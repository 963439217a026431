import type { LinkView } from '../../client/client.ts'
import { nextLinks } from '../next-links.ts'
import { api, type Outcome, outcomeOf } from './requests.ts'
import { emulatorNow, type KnownLink, learn, type State } from './state.ts'

/** Adds the api's view of a link to the state. Returns whether the api knows it. */
export async function fetchLink(id: string, state: State): Promise<boolean> {
  const shown = await outcomeOf(api().show(id))
  if (shown.ok) learn(state, knownBy(shown.value))
  else if (shown.status === 404 && state.links.get(id)?.key !== undefined) learn(state, { id, viewed: 'gone' })
  return shown.ok
}

/** Adds the next links of a list to the state. Returns how many there were; fewer at its end. */
export async function fetchLinks(
  list: AsyncGenerator<LinkView, void, undefined>,
  state: State,
): Promise<Outcome<number>> {
  const { run } = state
  return outcomeOf(
    nextLinks(list).then(views => {
      // Another emulator may have come since.
      if (run === state.run) for (const view of views) learn(state, knownBy(view))
      return views.length
    }),
  )
}

function knownBy({ state, passphrase, ...view }: LinkView): KnownLink {
  return { ...view, viewed: state, ...(passphrase !== undefined && { guesses: passphrase }) }
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
    const mayChange =
      link !== undefined && !(Date.parse(link.expiresAt ?? '') <= emulatorNow(state)) && link.viewed !== 'gone'
    if (mayChange && document.visibilityState === 'visible') void fetchLink(link.id, state).then(changed)
  }, lookEveryMs)
}
