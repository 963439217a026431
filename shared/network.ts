declare const spelling: unique symbol

/** An IPv4 network in its canonical spelling, `203.0.113.0/24`: /8 to /32, no bits set behind the prefix. */
export type Network = string & { readonly [spelling]: 'network' }

/** An IPv4 address as an unsigned 32-bit number. */
export type Ipv4 = number & { readonly [spelling]: 'ipv4' }

/** What `parseNetwork` accepts, for error messages. */
export const networkRule = 'an IPv4 network such as 203.0.113.0/24, /8 to /32, with no bits set behind the prefix'

const widestPrefix = 8
const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const addressPattern = new RegExp(`^${octet}(?:\\.${octet}){3}$`)

/**
 * Parses an address in dotted decimal. Returns undefined for anything else, also leading zeros, hex, short and IPv6
 * forms: CloudFront's `IpAddress` condition knows only dotted decimal (AWS, "Create a signed URL using a custom
 * policy").
 */
export function parseIpv4(text: string): Ipv4 | undefined {
  if (!addressPattern.test(text)) return undefined
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) as Ipv4
}

/** Returns the network with `bits` prefix bits, 1 to 32, that contains `address`. */
export function networkOf(address: Ipv4, bits: number): Network {
  const base = (address & (-1 << (32 - bits))) >>> 0
  const octets = [base >>> 24, (base >>> 16) & 255, (base >>> 8) & 255, base & 255]
  return `${octets.join('.')}/${bits}` as Network
}

/**
 * Returns the 25 networks, /8 to /32, that contain `address`. A link bound to any of them may be redeemed from there.
 */
export function networksAround(address: Ipv4): readonly Network[] {
  return Array.from({ length: 33 - widestPrefix }, (_, index) => networkOf(address, widestPrefix + index))
}

/** Parses a network in its canonical spelling. Returns undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits] = text.split('/')
  const base = parseIpv4(address)
  const prefix = Number(bits)
  if (base === undefined || !Number.isInteger(prefix) || prefix < widestPrefix || prefix > 32) return undefined
  return networkOf(base, prefix) === text ? (text as Network) : undefined
}
