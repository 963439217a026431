import ipaddr from 'ipaddr.js'

/** The only IPv6 addresses that IANA has assigned to the internet (IANA, "Internet Protocol Version 6 Address Space"). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether it is an address of the public internet, by the registries of IANA for special purposes. False for loopback, private,
 * link-local, shared and documentation addresses, multicast, IPv4 inside of IPv6 (compatible, mapped, NAT64, 6to4, Teredo), IPv6
 * outside of 2000::/3, and for text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast))
}
