import ipaddr from 'ipaddr.js'

/**
 * Whether it is an address of the public internet, by the registries of IANA for special purposes. False for loopback, private,
 * link-local, shared and documentation addresses, multicast, IPv4 inside of IPv6 (mapped, NAT64, 6to4, Teredo), and for text that
 * is no address.
 */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast'
}
