import { type KnownLink, learn, type State } from './state.ts'

/** Name under which this tab keeps what it knows of links, for a reload. */
const name = 'links'

let kept = ''

/** Keeps names and states of the links in this tab until it is closed; never a link's URL or passphrase. */
export function remember({ run, links }: State): void {
  // Before the server has said which it is, what is kept may be of it.
  if (run === '') return
  const known = [...links.values()].map(withoutSecrets)
  const text = JSON.stringify({ run, links: known })
  if (text !== kept) sessionStorage.setItem(name, text)
  kept = text
}

/** Adds what this tab has kept of the same server's links. */
export function recall(state: State): void {
  const { run, links } = JSON.parse(sessionStorage.getItem(name) ?? '{}') as { run?: string; links?: KnownLink[] }
  if (run !== state.run) return
  for (const link of links ?? []) if (!state.links.has(link.id)) learn(state, link)
}

function withoutSecrets(link: KnownLink): KnownLink {
  const kept = Object.entries(link).filter(([name]) => name !== 'url' && name !== 'passphrase' && name !== 'advice')
  return Object.fromEntries(kept) as unknown as KnownLink
}
