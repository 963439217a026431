// The edge and the gate, a CloudFront Function, both run this file: see address.ts for what it may use.

/**
 * Query parameters of a signed URL that the gate checks. They are inside the signed Resource, in this order and after those of
 * S3, so CloudFront's signature authenticates them.
 */
export const bindingParameters = {
  /** Id of the link, which is in the name of its cookie, and in the access log. */
  link: 'l',
  /** Size of the version that the link delivers, in bytes, for the access log. Nothing checks it. */
  size: 's',
  /** Which of several uses of the link it is, 8 base64url characters, for the access log: see `useIdOf`. Nothing checks it. */
  use: 'u',
  /** Start of the viewer's `Address`: all of an IPv4 address or its /24, or the /64 of an IPv6 address. */
  address: 'a',
  /** Hash of the client's secret, 22 base64url characters: see `clientHashLength`. */
  client: 'c',
} as const

/** The start of the name of the cookie that holds a client's secret for one link; its end is the id of the link. */
export const secretCookiePrefix = '__Secure-once-'

/** Header with which a program brings its secret to the link and to the file. */
export const clientHeader = 'once-client'

/** Characters of a hash: the start of the secret's SHA-256 in base64url, 132 bits. */
export const clientHashLength = 22
