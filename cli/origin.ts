/**
 * Where an api may be, without a slash at its end: over TLS, unless it stays on this machine. Undefined for all else, and for
 * what has a user, a password, a query or a fragment.
 */
export function originIn(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || /[?#\s]/.test(text)) return undefined
  const isLoopback = ['127.0.0.1', 'localhost'].includes(url.hostname)
  const isFit = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
  return isFit ? text.replace(/\/+$/, '') : undefined
}
