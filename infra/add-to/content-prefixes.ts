import { parseObjectKey, resourcePath } from '../../shared/object-key.ts'

/** What `checkPrefix` accepts, for error messages. */
export const prefixRule =
  'a folder such as reports/: it ends with a slash and does not start with one, of letters, digits and . _ ~ - /, not d/ or once-pages/, up to 253 characters'

/** Longest path pattern, in characters (CloudFront, "Cache behavior settings"). */
const maxPattern = 255

/**
 * Returns whether a prefix of keys can be the beginning of a path pattern. A pattern has fewer characters than a key, and no page of AWS
 * says how a percent-encoded path is compared with one: so keys below the prefix must spell it as the path does.
 */
export function isServablePrefix(prefix: string): boolean {
  const key = parseObjectKey(`${prefix}x`)
  if (key === undefined || !prefix.endsWith('/')) return false
  return resourcePath({ key }) === `/${prefix}x` && patternOf(prefix).length <= maxPattern
}

/** Returns the path pattern of a prefix: the path of a file is its key. */
export function patternOf(prefix: string): string {
  return `/${prefix}*`
}

/** Returns the prefixes that are below no other, each once, in their order. */
export function outermost(prefixes: readonly string[]): readonly string[] {
  const once = [...new Set(prefixes)]
  return once.filter(prefix => !once.some(other => other !== prefix && prefix.startsWith(other)))
}
