import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../shared/address.ts'

// Node.js decides what is an address (`node:net`), and the URL Standard which one an IPv6 address is.

/** Returns the address as `parseAddress` spells it, read by the URL Standard's host parser. */
function byUrlStandard(text: string): string | undefined {
  if (isIPv4(text)) {
    return `4${text
      .split('.')
      .map(part => Number(part).toString(16).padStart(2, '0'))
      .join('')}`
  }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const [head = '', tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split('::')
  const groups = (half: string) => (half === '' ? [] : half.split(':').map(group => group.padStart(4, '0')))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const digits = [...before, ...Array<string>(8 - before.length - after.length).fill('0000'), ...after].join('')
  return digits.startsWith('00000000000000000000ffff') ? `4${digits.slice(24)}` : `6${digits}`
}

/** Groups of an IPv6 address, many of them zero, some of them IPv4-mapped. */
const groups = fc.oneof(
  fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }),
  fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map(([high, low]) => [0, 0, 0, 0, 0, 0xffff, high, low]),
)

/** Spells an IPv6 address in one of the ways that RFC 4291 allows; each number decides one thing. */
function spelled(address: readonly number[], [zeros, dotted, from, to, upper]: readonly number[]): string {
  const texts = address.map((group, index) => group.toString(16).padStart((((zeros ?? 0) >> (index * 2)) & 3) + 1, '0'))
  const [high = 0, low = 0] = address.slice(6)
  if (dotted) texts.splice(6, 2, [high >> 8, high & 255, low >> 8, low & 255].join('.'))
  const [start = 0, end = 0] = [from, to].map(at => (at ?? 0) % 9).toSorted((a, b) => a - b)
  const isZero = end > start && address.slice(start, end).every(group => group === 0) && end <= texts.length
  const text =
    isZero && end <= 6 ? `${texts.slice(0, start).join(':')}::${texts.slice(end).join(':')}` : texts.join(':')
  return upper ? text.toUpperCase() : text
}

describe('parseAddress', () => {
  test('reads every spelling of an IPv6 address as the same address', () => {
    const choices = fc.tuple(fc.nat(0xffff), fc.nat(1), fc.nat(8), fc.nat(8), fc.nat(1))
    fc.assert(
      fc.property(groups, choices, (address, choice) => {
        const text = spelled(address, choice)
        expect(isIPv6(text), text).toBe(true)
        expect(parseAddress(text), text).toBe(byUrlStandard(text))
        expect(parseAddress(text)).toBe(parseAddress(address.map(group => group.toString(16)).join(':')))
      }),
      { numRuns: 20_000 },
    )
  })

  test('reads IPv4 addresses', () => {
    fc.assert(
      fc.property(fc.ipV4(), text => {
        expect(parseAddress(text)).toBe(byUrlStandard(text))
        expect(parseAddress(`::ffff:${text}`)).toBe(parseAddress(text))
      }),
    )
  })

  test('refuses what Node.js refuses, and accepts what it accepts', () => {
    const characters = fc.constantFrom(...'0123456789abcdefABCDEF::::....gG xX%-/[]'.split(''))
    const text = fc.oneof(
      fc.string({ unit: characters, maxLength: 45 }),
      fc
        .array(fc.constantFrom('0', '1', 'ffff', '12345', '1.2.3.4', '256.1.1.1', '01.2.3.4', ':', '::', ''), {
          maxLength: 12,
        })
        .map(parts => parts.join(':')),
      fc
        .tuple(fc.ipV6(), fc.nat(40), characters)
        .map(([address, at, more]) => address.slice(0, at) + more + address.slice(at)),
      fc
        .tuple(fc.ipV4(), fc.nat(15), characters)
        .map(([address, at, more]) => address.slice(0, at) + more + address.slice(at)),
    )
    fc.assert(
      fc.property(text, text => {
        expect(parseAddress(text), text).toBe(byUrlStandard(text))
      }),
      { numRuns: 50_000 },
    )
  })

  test.each(['', '::1%eth0', '::1\n', '1.2.3.4\n', '١.2.3.4'])('refuses %j', text => {
    expect(parseAddress(text)).toBeUndefined()
  })

  test('spells the start of a network as the start of the text', () => {
    expect(parseAddress('203.0.113.7')).toBe('4cb007107')
    expect(parseAddress('::ffff:cb00:7107')).toBe('4cb007107')
    expect(parseAddress('2001:db8:1:2::9')).toBe('620010db8000100020000000000000009')
  })
})
