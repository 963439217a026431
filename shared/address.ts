// The edge and the gate, a CloudFront Function, both run this file. So it has only syntax and built-ins of their runtime 2.0:
// no `for of`, spread, destructuring, optional chaining, Set or Map (AWS, "JavaScript runtime 2.0 features").

declare const spelling: unique symbol

/**
 * An IP address in one canonical spelling: `4` and 8 hexadecimal digits, or `6` and 32. The start of the text is the start of
 * the address, so a network is a prefix of the text.
 */
export type Address = string & { readonly [spelling]: 'address' }

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const dottedPattern = new RegExp(`^${octet}(\\.${octet}){3}$`)
const groupsPattern = /^[\da-f]{1,4}(:[\da-f]{1,4})*$/i

/**
 * Parses an IPv4 address in dotted decimal, or an IPv6 address in any spelling of RFC 4291, without a zone. An IPv4-mapped
 * address is the IPv4 address. Returns undefined for all other text.
 */
export function parseAddress(text: string): Address | undefined {
  const end = text.lastIndexOf(':') + 1
  const last = text.slice(end)
  let digits = text
  if (dottedPattern.test(last)) {
    const dotted = last.split('.').map(part => hexadecimal(Number(part).toString(16), 2))
    if (end === 0) return `4${dotted.join('')}` as Address
    digits = `${text.slice(0, end)}${dotted[0]}${dotted[1]}:${dotted[2]}${dotted[3]}`
  }
  return ipv6Address(digits.split('::'))
}

/** `halves` are what is before and behind `::`. */
function ipv6Address(halves: readonly string[]): Address | undefined {
  const head = digitsOf(halves[0] || '')
  const tail = digitsOf(halves[1] || '')
  if (head === undefined || tail === undefined || halves.length > 2) return undefined
  const missing = 32 - head.length - tail.length
  // `::` stands for at least one group.
  if (halves.length === 2 ? missing < 4 : missing !== 0) return undefined
  const digits = head + '0'.repeat(missing) + tail
  const mapped = /^0{20}f{4}(.{8})$/.exec(digits)
  return (mapped ? `4${mapped[1]}` : `6${digits}`) as Address
}

function digitsOf(groups: string): string | undefined {
  if (groups === '') return ''
  if (!groupsPattern.test(groups)) return undefined
  return groups
    .toLowerCase()
    .split(':')
    .map(group => hexadecimal(group, 4))
    .join('')
}

function hexadecimal(digits: string, length: number): string {
  return `000${digits}`.slice(-length)
}
