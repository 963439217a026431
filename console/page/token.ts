/** Name under which this tab keeps the token. Storage belongs to one origin, port included, which cookies do not. */
const name = 'token'

/**
 * Keeps the token in this tab: that of the fragment, `#token=…`, which it removes from the address, or that of the page, which it then
 * opens again without it. A new fragment starts the page again. Returns whether this page is left.
 */
export function keepToken(): boolean {
  const ofPage = document.querySelector<HTMLMetaElement>(`meta[name=${name}]`)?.content
  const token = ofPage ?? new URLSearchParams(location.hash.slice(1)).get(name)
  if (token !== null) sessionStorage.setItem(name, token)
  if (ofPage !== undefined) {
    location.replace('/')
    return true
  }
  if (token !== null) history.replaceState(null, '', location.pathname)
  addEventListener('hashchange', () => location.reload())
  return false
}

/** Returns the token; null if this tab has none. */
export function keptToken(): string | null {
  return sessionStorage.getItem(name)
}

/** Returns the header with the token, if this tab has one. */
export function authorization(): Readonly<Record<string, string>> {
  const token = keptToken()
  return token === null ? {} : { authorization: `Bearer ${token}` }
}
