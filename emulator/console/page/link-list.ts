import { stateOf } from '../timeline.ts'
import { element, byId } from './element.ts'
import { emulatorNow, type State } from './state.ts'

/** How many links are listed, the newest first. */
const listed = 12

/** Makes the list choose what is looked at. */
export function startList(choose: (id: string | undefined) => void): void {
  byId('links', HTMLElement).addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    if (button !== null) choose(button.dataset['id'])
  })
}

/** Draws the links that were heard of, and on top all that happens. Leaves alone what is as it was. */
export function drawList(state: State): void {
  const newest = [...state.links.values()].slice(-listed).toReversed()
  const now = emulatorNow(state)
  const items = newest.map(({ id, key, expiresAt }) => {
    const came = stateOf(id, state.events, { end: expiresAt, now })
    const name = element('span', { class: 'link-name' }, key ?? id)
    return itemOf([name, element('span', { class: `state ${came}` }, came)], id, state)
  })
  const all = [itemOf([element('span', { class: 'link-name' }, 'All that happens')], undefined, state), ...items]
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

/** Puts new content in an item without taking the focus from it. */
function update(old: Element, { firstElementChild: made }: Element): void {
  const button = old.firstElementChild
  if (button === null || made === null) return
  for (const name of button.getAttributeNames()) button.removeAttribute(name)
  for (const { name, value } of made.attributes) button.setAttribute(name, value)
  button.replaceChildren(...made.childNodes)
}
