import type { ListOptions } from '../../client/client.ts'
import { visible } from '../../edge/pages/file.ts'
import { pageSize } from '../next-links.ts'
import { announce, byId, element } from './element.ts'
import { type KnownLink, linkState, type State } from './state.ts'
import { api, type Outcome } from './requests.ts'
import { fetchLink, fetchLinks } from './views.ts'

/** Number of links in the list, the newest first. */
const listed = 50

/** Attaches the handlers of list and search: `choose` gets the selected link's id, or undefined for all events. */
export function startList(state: State, choose: (id: string | undefined) => void): void {
  byId('links', HTMLElement).addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    if (button !== null) choose(button.dataset['id'])
  })
  const text = byId('search', HTMLInputElement)
  const wanted = byId('search-state', HTMLSelectElement)
  wanted.append(...state.setup.states.map(each => element('option', {}, each)))
  const filter = () => {
    state.filter = { text: text.value.trim().toLowerCase(), state: wanted.value }
    drawList(state)
  }
  text.addEventListener('input', filter)
  wanted.addEventListener('change', () => {
    filter()
    const chosen = state.setup.states.find(each => each === wanted.value)
    void load({ ...(chosen !== undefined && { state: chosen }) }, state)
  })
  byId('search-form', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    void search(text.value.trim(), state)
  })
  byId('more', HTMLButtonElement).addEventListener('click', () => void loadMore(state))
}

/** The list whose next links `more` adds. */
let following = api().list()

/** Adds links that the api lists, and shows whether there may be more. */
export async function load(query: ListOptions, state: State): Promise<Outcome<number>> {
  following = api().list({ ...query, pageSize })
  return loadMore(state)
}

async function loadMore(state: State): Promise<Outcome<number>> {
  const result = await fetchLinks(following, state)
  byId('more', HTMLButtonElement).hidden = !result.ok || result.value < pageSize
  byId('list-note', HTMLElement).textContent = result.ok ? '' : visible(result.detail)
  drawList(state)
  return result
}

/** Asks the api for the link with the id, or for those with the reference; what the page knows is filtered as it is typed. */
async function search(text: string, state: State): Promise<void> {
  if (text === '') return void load({}, state)
  const isKnown = /^[\w-]{22}$/.test(text) && (await fetchLink(text, state))
  const isFound = isKnown || (await load({ reference: text }, state)).ok
  drawList(state)
  if (isFound) announce(`${shownLinks(state).length} links found`)
}

/** Returns the links that match the filter, the newest first. */
function shownLinks(state: State): readonly KnownLink[] {
  const { text, state: wanted } = state.filter
  const matches = (link: KnownLink) => {
    const texts = [link.id, link.key, link.filename, link.reference]
    return (
      texts.some(each => each?.toLowerCase().includes(text)) && (wanted === '' || linkState(link, state) === wanted)
    )
  }
  const newest = [...state.links.values()].toReversed().toSorted((a, b) => issuedAt(b) - issuedAt(a))
  return text === '' && wanted === '' ? newest : newest.filter(matches)
}

function issuedAt({ issuedAt: time }: KnownLink): number {
  return time === undefined ? 0 : Date.parse(time)
}

/** Draws an entry for each known link, and on an emulator one for all events. Keeps unchanged ones. */
export function drawList(state: State): void {
  const links = shownLinks(state)
  const items = links.slice(0, listed).map(link => {
    const now = linkState(link, state)
    const { id, key, reference } = link
    const name = element('bdi', {}, key === undefined ? id : visible(key))
    const about = key === undefined ? [] : [element('bdi', {}, visible(reference ?? '')), element('span', {}, id)]
    const names = element('span', { class: 'link-name' }, name, element('span', { class: 'link-about' }, ...about))
    return itemOf([names, element('span', { class: `state ${now}` }, now)], id, state)
  })
  const overview = itemOf([element('span', { class: 'link-name' }, 'All events')], undefined, state)
  const all = state.setup.kind === 'emulator' ? [overview, ...items] : items
  const list = byId('links', HTMLElement)
  for (const [index, item] of all.entries()) {
    const old = list.children[index]
    if (old === undefined) list.append(item)
    else if (!old.isEqualNode(item)) update(old, item)
  }
  while (list.children.length > all.length) list.lastElementChild?.remove()
  byId('list-empty', HTMLElement).hidden = links.length > 0
}

function itemOf(content: readonly HTMLElement[], id: string | undefined, { selected }: State): HTMLElement {
  const attributes = { type: 'button', ...(id !== undefined && { 'data-id': id }) }
  const button = element('button', { ...attributes, 'aria-current': selected === id && 'true' }, ...content)
  return element('li', {}, button)
}

/** Replaces an item's content without moving the focus. */
function update(old: Element, { firstElementChild: made }: Element): void {
  const button = old.firstElementChild
  if (button === null || made === null) return
  for (const name of button.getAttributeNames()) button.removeAttribute(name)
  for (const { name, value } of made.attributes) button.setAttribute(name, value)
  button.replaceChildren(...made.childNodes)
}
