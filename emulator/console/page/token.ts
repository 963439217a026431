/** Name under which this tab keeps the token. Storage belongs to one origin, port included, which cookies do not. */
const name = 'token'

/** Keeps the token of the fragment, `#token=…`, in this tab, and removes it from the address. A new fragment starts the page again. */
export function keepToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get(name)
  if (token !== null) {
    sessionStorage.setItem(name, token)
    history.replaceState(null, '', location.pathname)
  }
  addEventListener('hashchange', () => location.reload())
}

/** Returns the header with the token, if this tab has one. */
export function authorization(): Readonly<Record<string, string>> {
  const token = sessionStorage.getItem(name)
  return token === null ? {} : { authorization: `Bearer ${token}` }
}
