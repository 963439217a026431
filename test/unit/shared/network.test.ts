import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../shared/address.ts'
import { networkOf, networksAround, parseNetwork } from '../../../shared/network.ts'

describe('an IPv4 address', () => {
  test('is parsed in dotted decimal', () => {
    fc.assert(
      fc.property(fc.ipV4(), text => {
        expect(networkOf(parseAddress(text)!, 32)).toBe(`${text}/32`)
      }),
    )
  })

  test.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '0x7f.1.1.1', '1.2.3.', ' 1.2.3.4', '1.2.3.4\n'])(
    '%j is not one',
    text => {
      expect(parseAddress(text)).toBeUndefined()
    },
  )
})

describe('a network', () => {
  test('is one of 25 around an address, widest first', () => {
    const around = networksAround(parseAddress('203.0.113.7')!)
    expect(around).toHaveLength(25)
    expect(around.at(0)).toBe('203.0.0.0/8')
    expect(around.at(16)).toBe('203.0.113.0/24')
    expect(around.at(-1)).toBe('203.0.113.7/32')
  })

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
    '10.0.0.0/',
    '10.0.0.0/7',
    '10.0.0.0/33',
    '128.0.0.0/33',
    '10.0.0.0/8.5',
    '10.0.0.1/8',
    '10.0.0.0/8/8',
    '10.0.0.0/08',
    '10.0.0/8',
    '::/8',
  ])('%j is not one', text => {
    expect(parseNetwork(text)).toBeUndefined()
  })
})
