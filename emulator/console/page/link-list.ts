import { visible } from '../../../edge/pages/file.ts'
import { stateOf } from '../timeline.ts'
import { element, byId } from './element.ts'
import { emulatorNow, type State } from './state.ts'

/** Number of links in the list, the newest first. */
const listed = 12

/** Attaches the list's handler: `choose` gets the selected link's id, or undefined for all events. */
export function startList(choose: (id: string | undefined) => void): void {
  byId('links', HTMLElement).addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    if (button !== null) choose(button.dataset['id'])
  })
}

/** Draws an entry for all events, and one for each known link. Keeps unchanged ones. */
export function drawList(state: State): void {
  const newest = [...state.links.values()].slice(-listed).toReversed()
  const now = emulatorNow(state)
  const items = newest.map(({ id, key, expiresAt }) => {
    const linkState = stateOf(id, state.events, { end: expiresAt, now })
    const name = element('bdi', { class: 'link-name' }, key === undefined ? id : visible(key))
    return itemOf([name, element('span', { class: `state ${linkState}` }, linkState)], id, state)
  })
  const all = [itemOf([element('span', { class: 'link-name' }, 'All events')], undefined, state), ...items]
  const list = byId('links', HTMLElement)
  for (const [index, item] of all.entries()) {
    const old = list.children[index]
    if (old === undefined) list.append(item)
    else if (!old.isEqualNode(item)) update(old, item)
  }
  while (list.children.length > all.length) list.lastElementChild?.remove()
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
