import type { Link } from '../link.ts'

/**
 * Returns how the table stores a reference, and so the key of the index for it: the id of the issuer begins it, if the link has
 * one. Then one partition of the index has links of one issuer only.
 */
export function storedReference(reference: string, issuer: string | undefined): string {
  return issuer === undefined ? reference : `${issuer}/${reference}`
}

/** Returns the reference of a link as its issuer wrote it; undefined if it has none. */
export function plainReference({ reference, issuer }: Pick<Link, 'reference' | 'issuer'>): string | undefined {
  return issuer !== undefined && reference?.startsWith(`${issuer}/`) ? reference.slice(issuer.length + 1) : reference
}
