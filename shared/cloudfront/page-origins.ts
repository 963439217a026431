/** Headers of a file that pages of `pageOrigins` may read, beside those that browsers show to every page. */
export const exposedContentHeaders = ['content-disposition', 'content-range', 'etag'] as const

/**
 * Returns the headers by which a page of another origin may read a response to a request with cookies (WHATWG, "Fetch", "CORS protocol").
 * `Vary` is for caches that ignore `no-store`.
 */
export function corsHeaders(origin: string) {
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' }
}

/** Returns the source of the gate for pages with its setting in front, as `PAGE_ORIGINS`: a function of CloudFront has no environment. */
export function withPageOrigins(source: string, pageOrigins: readonly string[]): string {
  return `var PAGE_ORIGINS=${JSON.stringify(pageOrigins)};${source}`
}
