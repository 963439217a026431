/** Pattern of the id of an issuer, which links have: 1 to 16 characters. */
export const issuerIdPattern = '^[a-z0-9][a-z0-9-]{0,15}$'

/** What `issuerIdPattern` accepts, for error messages. */
export const issuerIdRule = '1 to 16 characters out of a-z 0-9 -, not starting with -'
