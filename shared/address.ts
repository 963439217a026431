// The edge and the gate, a CloudFront Function, both run this file. So it has only syntax and built-ins of their runtime 2.0:
// no `for of`, spread, destructuring, optional chaining, Set or Map (AWS, "JavaScript runtime 2.0 features").

declare const spelling: unique symbol

/**
 * An IP address in one canonical spelling: `4` and 8 hexadecimal digits, or `6` and 32. The start of the text is the start of
 * the address, so a network is a prefix of the text.
 */
export type Address = string & { readonly [spelling]: 'address' }

/**
 * Parses an IPv4 address in dotted decimal, or an IPv6 address in any spelling of RFC 4291 but with a zone. An IPv4-mapped
 * address is the IPv4 address. Returns undefined for all other text.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.indexOf(':') === -1) return ipv4Address(text)
  const dotted = text.lastIndexOf(':') + 1
  let plain = text
  if (text.indexOf('.') !== -1) {
    const last = ipv4Address(text.slice(dotted))
    if (last === undefined) return undefined
    plain = `${text.slice(0, dotted)}${last.slice(1, 5)}:${last.slice(5)}`
  }
  return ipv6Address(plain)
}

function ipv4Address(text: string): Address | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let digits = '4'
  for (let index = 0; index < 4; index += 1) {
    const part = parts[index] || ''
    if (!/^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/.test(part)) return undefined
    digits += `0${Number(part).toString(16)}`.slice(-2)
  }
  return digits as Address
}

function ipv6Address(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0] || '')
  const tail = groupsOf(halves[1] || '')
  if (head === undefined || tail === undefined) return undefined
  const missing = 32 - head.length - tail.length
  // `::` stands for at least one group.
  if (halves.length === 2 ? missing < 4 : missing !== 0) return undefined
  const digits = head + '0'.repeat(missing) + tail
  const mapped = '00000000000000000000ffff'
  return (digits.slice(0, 24) === mapped ? `4${digits.slice(24)}` : `6${digits}`) as Address
}

/** Returns the digits of groups between colons; undefined if one is not a group. */
function groupsOf(text: string): string | undefined {
  if (text === '') return ''
  const groups = text.split(':')
  let digits = ''
  for (let index = 0; index < groups.length; index += 1) {
    const group = groups[index] || ''
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    digits += `000${group}`.slice(-4).toLowerCase()
  }
  return digits
}
