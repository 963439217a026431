import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../shared/address.ts'
import { networkOf, networksAround, parseNetwork } from '../../../shared/network.ts'

/** Groups of addresses, of which many are zero: those are what spellings differ in. */
const group = fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff }))
const ipv6Groups = fc.array(group, { minLength: 8, maxLength: 8 }).filter(groups => !isMapped(groups))
const ipv6Bits = fc.integer({ min: 5, max: 16 }).map(digits => digits * 4)
const isMapped = (groups: readonly number[]) => groups.slice(0, 5).every(each => each === 0) && groups[5] === 0xffff
const inFull = (groups: readonly number[]) => groups.map(each => each.toString(16)).join(':')

/** The spelling of RFC 5952, as the WHATWG URL parser writes it. */
const canonical = (text: string) => new URL(`http://[${text}]/`).hostname.slice(1, -1)

describe('an IPv6 network', () => {
  test('is around an address exactly if it contains it', () => {
    // Addresses that differ in few bits are often in one network.
    const near = fc.tuple(ipv6Groups, fc.integer({ min: 0, max: 64 }), ipv6Bits)
    fc.assert(
      fc.property(near, ([base, flipped, bits]) => {
        const viewer = base.map((each, index) => each ^ (flipped >> 4 === index ? 0x8000 >> (flipped & 15) : 0))
        fc.pre(!isMapped(viewer))
        const network = networkOf(parseAddress(inFull(base))!, 32, bits)
        const list = new BlockList()
        list.addSubnet(inFull(base), bits, 'ipv6')
        const isAround = networksAround(parseAddress(inFull(viewer))!).includes(network)
        expect(isAround).toBe(list.check(inFull(viewer), 'ipv6'))
        expect(isAround).toBe(flipped >= bits)
      }),
      { numRuns: 5000 },
    )
  })

  test('has the spelling of RFC 5952, and no other is parsed', () => {
    fc.assert(
      fc.property(ipv6Groups, ipv6Bits, (groups, bits) => {
        const network = networkOf(parseAddress(inFull(groups))!, 32, bits)
        const [base = '', length] = network.split('/')
        expect([canonical(base), Number(length)]).toEqual([base, bits])
        expect(parseNetwork(network)).toBe(network)
        const inOtherWords = `${inFull(groups)}/${bits}`
        if (inOtherWords !== network) expect(parseNetwork(inOtherWords)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('never contains an IPv4 address, and no IPv4 network contains an IPv6 address', () => {
    const [mapped, plain] = [parseAddress('::ffff:10.1.2.3')!, parseAddress('10.1.2.3')!]
    expect(networksAround(mapped)).toEqual(networksAround(plain))
    expect(networksAround(parseAddress('::a01:203')!).every(network => network.startsWith('::/'))).toBe(true)
  })
})

describe('a network', () => {
  test('is around an address exactly if it contains it', () => {
    const wide = fc.tuple(fc.ipV4(), fc.ipV4(), fc.integer({ min: 8, max: 32 }))
    fc.assert(
      fc.property(wide, ([viewer, base, bits]) => {
        const network = networkOf(parseAddress(base)!, bits)
        const list = new BlockList()
        list.addSubnet(base, bits)
        expect(networksAround(parseAddress(viewer)!).includes(network)).toBe(list.check(viewer))
        expect(parseNetwork(network)).toBe(network)
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    '10.0.0.0',
    '10.0.0.0/7',
    '10.0.0.0/33',
    '10.0.0.1/8',
    '10.0.0.0/08',
    '2001:db8::',
    '2001:db8::/19',
    '2001:db8::/33',
    '2001:db8::1/64',
    '2001:db8:1::/32',
    '::ffff:10.0.0.0/24',
    '2001:db8::%eth0/32',
  ])('%j is not one', text => {
    expect(parseNetwork(text)).toBeUndefined()
  })
})
