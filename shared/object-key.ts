declare const spelling: unique symbol

/** The key of an S3 object that a link may name: see `objectKeyRule`. */
export type ObjectKey = string & { readonly [spelling]: 'object key' }

/** What `parseObjectKey` takes, for error messages. */
export const objectKeyRule =
  '1 to 1024 bytes of UTF-8 without control characters, without * ? \\ and without empty, . or .. segments'

/** What `parseFilename` takes, for error messages. */
export const filenameRule = '1 to 255 characters without control characters, / or \\'

// Control characters; and in a key `*` and `?`, which are wildcards in a CloudFront policy, and `\`, which escapes them.
const forbiddenInKey = /[\p{Cc}*?\\]/u
const forbiddenInFilename = /[\p{Cc}/\\]/u

/** Longest key that S3 takes, in bytes (AWS, "Naming Amazon S3 objects"). */
const maxKeyBytes = 1024

/**
 * Longest path and query that `resourcePath` may give, in characters. The signed URL holds it once in clear and once
 * in the policy at 4/3, so with the longest host (253) and signature it stays under CloudFront's 8,192.
 */
export const maxResourcePath = 3000

/** Reads the key of an object, or undefined when a link may not name it. */
export function parseObjectKey(text: string): ObjectKey | undefined {
  if (text === '' || !text.isWellFormed() || forbiddenInKey.test(text)) return undefined
  if (Buffer.byteLength(text) > maxKeyBytes) return undefined
  if (text.split('/').some(segment => segment === '' || segment === '.' || segment === '..')) return undefined
  return text as ObjectKey
}

/** Longest name of a file, in code points: as JSON Schema counts, by which the API's documents say so. */
const maxFilename = 255

/** Reads the name a viewer shall save the file under, or undefined. */
export function parseFilename(text: string): string | undefined {
  if (text === '' || !text.isWellFormed() || forbiddenInFilename.test(text)) return undefined
  return Array.from(text).length <= maxFilename ? text : undefined
}

/**
 * The path and query under which CloudFront serves `key`, with a query only where a file name asks for one:
 * `/a%20b.pdf?response-content-disposition=…`, the override S3 honours (AWS, "GetObject"). Never throws for an
 * `ObjectKey`, holds no `*`, no `\` and no `?` but the one before the query, and decodes to the key, once.
 */
export function resourcePath(key: ObjectKey, filename?: string): string {
  const path = `/${key.split('/').map(percentEncode).join('/')}`
  if (filename === undefined) return path
  return `${path}?response-content-disposition=${percentEncode(attachmentNamed(filename))}`
}

/**
 * The Content-Disposition that has a viewer save the file as `filename`: `attachment` with the name twice (RFC 6266), plain
 * for old clients, `filename*` in UTF-8 for all others.
 */
export function attachmentNamed(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["%\\]/gu, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${percentEncode(filename)}`
}

/** RFC 3986: everything but the unreserved characters. S3 reads a bare `+` as a space, so it is encoded too. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
