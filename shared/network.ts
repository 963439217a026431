import { type Address, parseAddress } from './address.ts'

declare const spelling: unique symbol

/**
 * A network in its canonical spelling, with no bits set behind the prefix: of IPv4 /8 to /32, `203.0.113.0/24`, or of IPv6 /20
 * to /64 in steps of four, `2001:db8::/32` (RFC 5952).
 */
export type Network = string & { readonly [spelling]: 'network' }

/** What `parseNetwork` accepts, for error messages. */
export const networkRule =
  'a network such as 203.0.113.0/24, /8 to /32, or 2001:db8::/32, /20 to /64 in steps of four, with no bits set behind the prefix'

// Prefixes of the networks to which a link can be bound: DynamoDB compares at most 100 values with `IN`.
const ipv4Prefixes = Array.from({ length: 25 }, (_, index) => 8 + index)
const ipv6Prefixes = Array.from({ length: 12 }, (_, index) => 20 + 4 * index)

/** Returns whether an address is of IPv6. */
export function isIpv6(address: Address): boolean {
  return address[0] === '6'
}

/**
 * Returns the network that contains `address`: of IPv4 with `ipv4Bits` prefix bits, 1 to 32, or of IPv6 with `ipv6Bits`, a
 * multiple of four up to 64.
 */
export function networkOf(address: Address, ipv4Bits: number, ipv6Bits = 64): Network {
  return (isIpv6(address) ? ipv6Network(address, ipv6Bits) : ipv4Network(address, ipv4Bits)) as Network
}

function ipv4Network(address: Address, bits: number): string {
  const base = (Number(`0x${address.slice(1)}`) & (-1 << (32 - bits))) >>> 0
  const octets = [base >>> 24, (base >>> 16) & 255, (base >>> 8) & 255, base & 255]
  return `${octets.join('.')}/${bits}`
}

/** The last four groups are zero, so `::` always stands for the longest run of zeros, as RFC 5952 wants, and for the end. */
function ipv6Network(address: Address, bits: number): string {
  const digits = address.slice(1, 1 + bits / 4).padEnd(16, '0')
  const groups = digits
    .replace(/.{4}/g, ':$&')
    .replace(/:0{1,3}/g, ':')
    .replace(/(:0)*$/, '')
  return `${groups.slice(1)}::/${bits}`
}

/**
 * Returns the networks that contain `address` and to which a link can be bound: 25 of IPv4, 12 of IPv6. A link that is bound to
 * any of them may be redeemed from there.
 */
export function networksAround(address: Address): readonly Network[] {
  return isIpv6(address)
    ? ipv6Prefixes.map(bits => networkOf(address, 32, bits))
    : ipv4Prefixes.map(bits => networkOf(address, bits))
}

/** Parses a network in its canonical spelling. Returns undefined for any other text. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const address = parseAddress(text.slice(0, slash))
  return address && networksAround(address).find(network => network === text)
}
