/** Attributes by name; `true` sets an empty one, `false` none. */
type Attributes = Readonly<Record<string, string | boolean>>

/** Makes an element. Strings become text nodes, never HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(key, value === true ? '' : value)
  }
  made.append(...children)
  return made
}

/** Returns the page's element with that id. Throws if page.html has none of that kind. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`page.html has no ${kind.name} #${id}`)
}

/** Has screen readers say a text. */
export function announce(text: string): void {
  byId('spoken', HTMLElement).textContent = text
}
