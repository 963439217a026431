import { expect, test } from 'vitest'
import { isPublicAddress } from '../../../jobs/webhooks/adapters/https.ts'

test.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '100.63.255.255', '2606:4700::1111', '2a00:1450:4001::1'])(
  '%s is an address of the internet',
  address => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.254'],
  ['loopback', '::1'],
  ['unspecified', '0.0.0.0'],
  ['unspecified', '::'],
  ['private', '10.1.2.3'],
  ['private', '172.16.0.1'],
  ['private', '192.168.0.1'],
  ['unique local', 'fd00:ec2::254'],
  ['link-local, and the metadata of instances', '169.254.169.254'],
  ['link-local', 'fe80::1'],
  ['shared between a provider and its customers', '100.64.0.1'],
  ['multicast', '224.0.0.1'],
  ['multicast', 'ff02::1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['documentation', '192.0.2.1'],
  ['documentation', '2001:db8::1'],
  ['documentation', '3fff::1'],
  ['benchmarks', '198.18.0.1'],
  ['IPv4 in IPv6', '::ffff:10.0.0.1'],
  ['IPv4 in IPv6', '::ffff:8.8.8.8'],
  ['IPv4 in IPv6', '::127.0.0.1'],
  ['below global unicast', '1::1'],
  ['above global unicast', '4000::1'],
  ['NAT64', '64:ff9b::a00:1'],
  ['NAT64 of a network', '64:ff9b:1::a00:1'],
  ['6to4', '2002:a00:1::1'],
  ['Teredo', '2001::1'],
  ['no address', 'localhost'],
  ['no address', ''],
])('no address of the internet, but %s: %s', (_, address) => {
  expect(isPublicAddress(address)).toBe(false)
})
