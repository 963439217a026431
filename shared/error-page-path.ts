import { reservedPrefixes } from './object-key.ts'

/** Statuses of errors that CloudFront makes or passes on for files, and for which there is a page. Others stay as they are. */
export const errorStatuses = [403, 404] as const

/** One of these statuses. */
export type ErrorStatus = (typeof errorStatuses)[number]

/** Start of the paths of the pages, without a slash before it. No file has such a key. */
export const errorPagePrefix = reservedPrefixes[1]

/** Path pattern of the behaviour that serves them. */
export const errorPagePattern = `/${errorPagePrefix}*`

/** Returns the path at which a distribution has the page, as its custom error responses name it. */
export function errorPagePath(status: ErrorStatus): string {
  return `/${errorPagePrefix}${status}.html`
}
