import { errorPagePrefix } from '../object-key.ts'

/** Statuses of errors that CloudFront makes or passes on for files, and for which there is a page. Others stay as they are. */
export const errorStatuses = [403, 404] as const

/** One of these statuses. */
export type ErrorStatus = (typeof errorStatuses)[number]

/** Path pattern of the behaviour that serves them. */
export const errorPagePattern = `/${errorPagePrefix}*`

/** Returns the path at which a distribution has the page, as its custom error responses name it. */
export function errorPagePath(status: ErrorStatus): string {
  return `/${errorPagePrefix}${status}.html`
}

/** Metadata of the pages in S3, by which a check tells them from other responses where no policy can add `x-once`. */
export const errorPageMetadata = { name: 'once', value: 'page' } as const
