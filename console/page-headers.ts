/** The media types of the page's files, by the ends of their names. */
export const pageTypes: Readonly<Record<'.html' | '.css' | '.js' | '.json', string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
}

/** Takes its window from a page that opened this one. The window of a login, which this page opens, still closes itself. */
export const openerPolicy = { name: 'cross-origin-opener-policy', value: 'same-origin-allow-popups' } as const

/**
 * Returns the content security policy of the page: scripts and styles of its own origin only, requests to that and to the sources of
 * `reached`; nothing inline; no frames.
 */
export function pagePolicy(reached: readonly string[]): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    ['connect-src', `'self'`, ...reached].join(' '),
    // The page contains its icon.
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
