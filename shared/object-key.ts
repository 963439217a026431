declare const spelling: unique symbol

/** Key of an S3 object that a link may name: see `objectKeyRule`. */
export type ObjectKey = string & { readonly [spelling]: 'object key' }

/** What `parseObjectKey` accepts, for error messages. */
export const objectKeyRule =
  '1 to 1024 bytes of UTF-8 without control characters, without * ? \\ and without empty, . or .. segments'

/** What `parseFilename` accepts, for error messages. */
export const filenameRule = '1 to 255 characters without control characters, / or \\'

// In a CloudFront policy `*` and `?` are wildcards and `\` escapes them, so keys have none.
const forbiddenInKey = /[\p{Cc}*?\\]/u
const forbiddenInFilename = /[\p{Cc}/\\]/u

/** Longest key that S3 accepts, in bytes (AWS, "Naming Amazon S3 objects"). */
const maxKeyBytes = 1024

/**
 * Longest path and query that a link may have (see `resourcePath`), in characters. The signed URL holds it once in
 * clear and once in the policy at 4/3, so with the longest host (253) and signature it stays under CloudFront's 8,192.
 */
export const maxResourcePath = 3000

/** Parses the key of an object. Returns undefined if a link may not name it. */
export function parseObjectKey(text: string): ObjectKey | undefined {
  if (text === '' || !text.isWellFormed() || forbiddenInKey.test(text)) return undefined
  if (Buffer.byteLength(text) > maxKeyBytes) return undefined
  if (text.split('/').some(segment => segment === '' || segment === '.' || segment === '..')) return undefined
  return text as ObjectKey
}

/** Longest file name, in code points, which JSON Schema and so the API's documents count. */
const maxFilename = 255

/** Parses the name under which viewers save the file. Returns undefined if it breaks `filenameRule`. */
export function parseFilename(text: string): string | undefined {
  if (text === '' || !text.isWellFormed() || forbiddenInFilename.test(text)) return undefined
  return Array.from(text).length <= maxFilename ? text : undefined
}

/**
 * Returns the path and query under which CloudFront serves `key`, with a query only if there is a file name:
 * `/a%20b.pdf?response-content-disposition=…`, the override that S3 honours (AWS, "GetObject"). Never throws for an
 * `ObjectKey`. The result has no `*`, no `\` and no `?` but the one before the query; decoded once, its path is the
 * key.
 */
export function resourcePath(key: ObjectKey, filename?: string): string {
  const path = `/${key.split('/').map(percentEncode).join('/')}`
  if (filename === undefined) return path
  return `${path}?response-content-disposition=${percentEncode(attachmentNamed(filename))}`
}

/**
 * Returns the Content-Disposition with which viewers save the file as `filename`: `attachment` with the name twice (RFC
 * 6266), plain for old clients, `filename*` in UTF-8 for all others.
 */
export function attachmentNamed(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["%\\]/gu, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${percentEncode(filename)}`
}

/** Encodes all but RFC 3986's unreserved characters. S3 would read a bare `+` as a space. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
