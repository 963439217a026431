declare const spelling: unique symbol

/** Key of an S3 object that a link may name: see `objectKeyRule`. */
export type ObjectKey = string & { readonly [spelling]: 'object key' }

/** Id of one version of an S3 object: see `versionIdRule`. */
export type VersionId = string & { readonly [spelling]: 'version id' }

/** What `parseObjectKey` accepts, for error messages. */
export const objectKeyRule =
  '1 to 1024 bytes of UTF-8 without control characters, without * ? \\, without empty, . or .. segments, and not under d/ or once-pages/, which are the paths of links and of error pages'

/** What `parseFilename` accepts, for error messages. */
export const filenameRule =
  '1 to 255 characters without control or bidirectional control characters, / or \\, and not . or ..'

/** What `parseVersionId` accepts, for error messages. */
export const versionIdRule = '1 to 1024 letters, digits and . _ ~ -, as S3 returns it for a bucket with versions'

// In a CloudFront policy `*` and `?` are wildcards and `\` escapes them, so keys have none.
const forbiddenInKey = /[\p{Cc}*?\\]/u

// Bidirectional control characters make `gnp.exe` look like `exe.png`; some programs end a line at U+2028 and U+2029.
const forbiddenInFilename = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}/\\]/u

/** Start of the paths of the pages that CloudFront shows for its own errors. */
export const errorPagePrefix = 'once-pages/'

/**
 * Starts of paths that CloudFront does not serve from the bucket, in this case only: of links, and of error pages. So a link can
 * deliver no such key.
 */
const reservedPrefixes = ['d/', errorPagePrefix] as const

/** Longest key that S3 accepts, in bytes (AWS, "Naming Amazon S3 objects"). */
const maxKeyBytes = 1024

/**
 * Longest path and query that a link may have (see `resourcePath`), in characters. The signed URL contains it once in clear
 * and once in the policy at 4/3: with the longest host (253), an RSA signature (344) and the parameters of a binding it has
 * 8,094 characters of CloudFront's 8,192 (AWS, "CloudFront quotas").
 */
export const maxResourcePath = 2900

/** Parses the key of an object. Returns undefined if a link may not name it. */
export function parseObjectKey(text: string): ObjectKey | undefined {
  if (text === '' || !text.isWellFormed() || forbiddenInKey.test(text)) return undefined
  if (reservedPrefixes.some(prefix => text.startsWith(prefix))) return undefined
  if (Buffer.byteLength(text) > maxKeyBytes) return undefined
  if (text.split('/').some(segment => segment === '' || segment === '.' || segment === '..')) return undefined
  return text as ObjectKey
}

/** What `parseKeyPrefix` accepts, for error messages. */
export const keyPrefixRule = 'the start of keys up to a /, such as "reports/", or "" for all keys'

/** Parses the start of keys. It ends with `/`, or is empty: so the folder of each key with it has it, too. */
export function parseKeyPrefix(text: string): string | undefined {
  if (text === '') return text
  return text.endsWith('/') && parseObjectKey(`${text}x`) !== undefined ? text : undefined
}

/** Longest file name, in code points, which JSON Schema and so the API's documents count. */
const maxFilename = 255

/** Parses the name under which viewers save the file. Returns undefined if it breaks `filenameRule`. */
export function parseFilename(text: string): string | undefined {
  if (['', '.', '..'].includes(text) || !text.isWellFormed() || forbiddenInFilename.test(text)) return undefined
  return Array.from(text).length <= maxFilename ? text : undefined
}

/** Returns the last segment of a key, under which viewers save its file if the link has no file name. */
export function nameInKey(key: ObjectKey): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

/** Returns a file's name as keys may end in it: with `_` in place of `*`, `?` and `\`. */
export function nameForKey(filename: string): string {
  return filename.replace(/[*?\\]/g, '_')
}

/** Returns whether text has no character that a file name may not have, whatever its length. */
export function isSafeName(text: string): boolean {
  return !forbiddenInFilename.test(text)
}

/**
 * Parses the id of a version. Returns undefined for text that S3 does not return, and for `null`, S3's id of an object that
 * was written without versions: the next write replaces it.
 */
export function parseVersionId(text: string): VersionId | undefined {
  return text !== 'null' && /^[\w.~-]{1,1024}$/.test(text) ? (text as VersionId) : undefined
}

/** An object, as one capability delivers it. */
export interface Resource {
  readonly key: ObjectKey
  readonly filename?: string | undefined
  readonly versionId?: VersionId | undefined
}

/** Query parameters of S3 that a capability may have, in their order (AWS, "GetObject"). All others stay away from S3. */
export const resourceParameters = { disposition: 'response-content-disposition', version: 'versionId' } as const

/**
 * Returns the path and query under which CloudFront serves a resource, with a query only if it has a file name or a version:
 * `/a%20b.pdf?response-content-disposition=…&versionId=…`. Never throws. The result has no `*`, no `\` and no `?` but the
 * one before the query; decoded once, its path is the key.
 */
export function resourcePath({ key, filename, versionId }: Resource): string {
  return withParameters(`/${key.split('/').map(percentEncode).join('/')}`, [
    ...(filename === undefined
      ? []
      : [`${resourceParameters.disposition}=${percentEncode(attachmentNamed(filename))}`]),
    ...(versionId === undefined ? [] : [`${resourceParameters.version}=${versionId}`]),
  ])
}

/** Adds query parameters, each `name=value`, to a path that may have some. */
export function withParameters(path: string, parameters: readonly string[]): string {
  if (parameters.length === 0) return path
  return `${path}${path.includes('?') ? '&' : '?'}${parameters.join('&')}`
}

/**
 * Returns the path and query of a capability: `resourcePath`, and without a file name that of the key, where it fits. Or else some
 * programs would save the file under the end of the link, which is a secret.
 */
export function downloadPath({ key, filename = nameInKey(key), versionId }: Resource): string {
  const named = resourcePath({ key, filename, versionId })
  return named.length <= maxResourcePath ? named : resourcePath({ key, versionId })
}

/**
 * Returns the Content-Disposition with which viewers save the file as `filename`: `attachment` with the name twice (RFC
 * 6266), plain for old clients, `filename*` in UTF-8 for all others.
 */
export function attachmentNamed(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["%\\]/gu, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${percentEncode(filename)}`
}

const unreserved = /^[\w.~-]*$/

/** Encodes all but RFC 3986's unreserved characters. S3 would read a bare `+` as a space. */
export function percentEncode(text: string): string {
  if (unreserved.test(text)) return text // most names, in a tenth of the time
  return encodeURIComponent(text).replace(/[!'()*]/g, mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}
