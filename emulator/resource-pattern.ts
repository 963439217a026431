/**
 * Whether a policy's Resource covers a URL, by CloudFront's rules (AWS, "Create a signed URL using a custom policy"):
 * `*` is any run and `?` one character, each within its own section (scheme, host, path, query), but a `*` that ends the
 * path covers any query too, one that ends the host covers path and query, and a bare `*` is everything.
 *
 * Each `?` may start the query or stand for one character; the page doesn't say how CloudFront tells. Every reading is
 * tried, so this is never stricter than CloudFront: whatever it refuses, CloudFront refuses.
 */
export function resourceCovers(resource: string, url: string): boolean {
  if (resource === '*') return true
  const { scheme, host, rest } = splitOrigin(resource)
  const marks = [...(rest ?? '').matchAll(/\?/g)].map(({ index }) => index)
  const readings = [-1, ...marks].map(mark => ({ scheme, host, ...splitAt(rest, mark) }))
  return readings.some(pattern => covers(pattern, sectionsOf(url)))
}

interface Sections {
  readonly scheme: string
  readonly host: string
  /** Undefined when the text ends with the host. */
  readonly path: string | undefined
  readonly query: string | undefined
}

function sectionsOf(url: string): Sections {
  const { scheme, host, rest } = splitOrigin(url)
  return { scheme, host, ...splitAt(rest, rest?.indexOf('?') ?? -1) }
}

function splitOrigin(text: string): { scheme: string; host: string; rest: string | undefined } {
  const [, scheme = '', host = '', rest] = /^([^/]*):\/\/([^/]*)(\/.*)?$/s.exec(text) ?? []
  return { scheme, host, rest }
}

/** Path and query on either side of the question mark at `mark`; no query at -1. */
function splitAt(rest: string | undefined, mark: number): Pick<Sections, 'path' | 'query'> {
  if (rest === undefined || mark === -1) return { path: rest, query: undefined }
  return { path: rest.slice(0, mark), query: rest.slice(mark + 1) }
}

function covers(pattern: Sections, url: Sections): boolean {
  if (!matches(pattern.scheme, url.scheme) || !matches(pattern.host, url.host)) return false
  if (pattern.path === undefined) return pattern.host.endsWith('*')
  if (!matches(pattern.path, url.path ?? '')) return false
  if (pattern.query === undefined) return url.query === undefined || pattern.path.endsWith('*')
  return matches(pattern.query, url.query ?? '')
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(text)
}
