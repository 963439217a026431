// The gate, a CloudFront Function, runs this file: see ../address.ts for what it may use.

/** Spelling of a link's id, as in `parseLinkId`. */
export const linkIdPattern = /^[\w-]{22}$/
/** No object of S3 is larger than 5 TB, 13 digits. */
const sizePattern = /^\d{1,13}$/

/**
 * Returns what the gate writes into the access log for a link: its public id and, if that is one, the size of the file, such as
 * `AAAAAAAAAAAAAAAAAAAAAA.4200000`. Undefined if the id is not one.
 */
export function loggedLink(id: string, size: string): string | undefined {
  if (!linkIdPattern.test(id)) return undefined
  return sizePattern.test(size) ? `${id}.${size}` : id
}
