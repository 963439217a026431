import { clientHash, type GateViewer } from './gate.ts'

/** A viewer, and what the gate decides. */
export type GateCase = readonly [name: string, viewer: GateViewer, decision: string]

const link = 'AbCdEfGhIjKlMnOpQrStUv'
const derived = 'mNbVcXzLkJhGfDsApOiUyT'
const brought = 'Zq1wSx2eDc3rFv4tGb5yHn6uJm7iK8oL9pQ0aWsEdRf'
const c = clientHash(derived)
const own = clientHash(brought)
const signature = 'Policy=eyJ9&Key-Pair-Id=K1&Signature=abc~_&Hash-Algorithm=SHA256'
const cookie = (value: string, name = link) => ['Cookie', `__Secure-once-${name}=${value}`] as const
const header = (value: string) => ['Once-Client', value] as const
const at = (query: string, ip = '203.0.113.7'): GateViewer => ({ url: `/report.pdf?${query}`, ip })
const by = (query: string, ...headers: (readonly [string, string])[]): GateViewer => ({
  ...at(query, '198.51.100.9'),
  headers,
})

const exact = `l=${link}&a=4cb007107&${signature}`
const either = `l=${link}&a=4cb007107&c=${c}&${signature}`
const only = `l=${link}&c=${c}&${signature}`
const byHeader = `l=${link}&c=${own}&${signature}`

const named = `versionId=3&l=${link}&s=4200000`
const policy = JSON.stringify({ Statement: [{ Resource: `https://files.example.com/report.pdf?${named}` }] })
const cloudFrontBase64 = btoa(policy).replaceAll('=', '_').replaceAll('+', '-').replaceAll('/', '~')

/** What is bound to nothing passes: CloudFront's own checks decide. */
const unbound: readonly GateCase[] = [
  ['no query', { url: '/report.pdf' }, 'pass'],
  ['an empty query', { url: '/report.pdf?' }, 'pass'],
  ['a signed URL that is bound to nothing', at(`versionId=3&${signature}`), 'pass'],
  ['a signed URL with a file name', at(`response-content-disposition=attachment%3B&versionId=3&${signature}`), 'pass'],
  ['a signed URL that the access log names', at(`${named}&${signature.replace('eyJ9', cloudFrontBase64)}`), 'pass'],
  ['a signed URL with a canned policy', at('Expires=1795521600&Signature=abc&Key-Pair-Id=K1'), 'pass'],
  ['a folder’s file with a parameter of a player', at('_HLS_msn=12&constructor=1'), 'pass'],
  ['a parameter without a value', at('download'), 'pass'],
]

const altered: readonly GateCase[] = [
  ['a parameter that comes twice', at('b=1&b=1'), 'altered'],
  ['an address that comes twice', at(`a=4cb007107&${exact}`), 'altered'],
  ['a hash that comes twice', by(`${only}&c=${c}`, cookie(derived)), 'altered'],
  ['a name in two spellings', at(`${exact}&A=4cb007107`), 'altered'],
  ['an encoded name', at(`%61=4cb007107&${signature}`), 'altered'],
  ['an encoded name without any other', at('%62=1'), 'altered'],
  ['a name with a bracket', at('a[]=4cb007107'), 'altered'],
  ['a name with a plus sign', at('a+=4cb007107'), 'altered'],
  ['a name that is not ASCII', at('ä=1'), 'altered'],
  ['a foreign parameter in a signed URL', at(`${signature}&x=1`), 'altered'],
  ['a foreign parameter beside an address', at('a=4cb007107&x=1'), 'altered'],
  ['a foreign parameter beside a link', at(`l=${link}&__proto__=1`), 'altered'],
  ['an empty name in a signed URL', at(`${exact}&=1`), 'altered'],
  [
    'more parameters than players send',
    at(Array.from({ length: 51 }, (_, index) => `p${index}=1`).join('&')),
    'altered',
  ],
]

const segments = (paths: readonly string[], decision: string): readonly GateCase[] =>
  paths.map(path => [`the path ${path}`, { url: `/film/${path}` }, decision])

/** Only `.` and `..` are no segments of keys, and only decoded once. */
const dots = `../secret/s.txt ./s.txt .. .?_HLS_msn=12 %2e%2E/s.txt .%2e/s.txt %2E? a/..%2fs.txt a%2F..%2Fs.txt
  ..\\s.txt a\\.. %5C%2e%5cs.txt ../x.pdf?${only}`.split(/\s+/)

const noDots = ['...', '.a/a./..a/a..', '.%C3%BC', '%252e%252e/s.txt', 'a?b=/../']

const byAddress: readonly GateCase[] = [
  ['the address', at(exact), 'pass'],
  ['the address as IPv4-mapped IPv6', at(exact, '::ffff:203.0.113.7'), 'pass'],
  ['the address as IPv4-mapped IPv6 in hexadecimal', at(exact, '0:0:0:0:0:FFFF:CB00:7107'), 'pass'],
  ['the /24 of the address', at(`l=${link}&a=4cb0071&${signature}`, '203.0.113.200'), 'pass'],
  ['the /64 of an IPv6 address', at(`a=620010db800010002&${signature}`, '2001:db8:1:2:aaaa::9'), 'pass'],
  ['the /64 of an IPv6 address in full', at('a=620010db800010002', '2001:0DB8:0001:0002:0000:0000:0000:0009'), 'pass'],
  ['the neighbour of the address', at(exact, '203.0.113.8'), 'other-address'],
  ['the neighbour of the /24', at('a=4cb0071', '203.0.112.7'), 'other-address'],
  ['the neighbour of the /64', at('a=620010db800010002', '2001:db8:1:3::9'), 'other-address'],
  ['an IPv6 address that ends like the address', at(exact, '2001:db8::ffff:203.0.113.7'), 'other-address'],
  ['an IPv4-compatible address', at(exact, '::203.0.113.7'), 'other-address'],
  ['an address of a zone', at('a=6fe80000000000000', 'fe80::1%eth0'), 'other-address'],
  ['an address that is none', at(exact, ''), 'other-address'],
  ['an empty start', at(`a=&${signature}`), 'other-address'],
  ['a start without a value', at('a'), 'other-address'],
  ['a start that is the family', at('a=4'), 'other-address'],
  ['a start of 16 bits', at('a=4cb00'), 'other-address'],
  ['a start with half a byte', at('a=4cb00710'), 'other-address'],
  ['a start with more than an address', at('a=4cb0071070'), 'other-address'],
  ['a start in upper case', at('a=4CB007107'), 'other-address'],
  ['a start with an encoded digit', at('a=%34cb007107'), 'other-address'],
  ['a start in dotted decimal', at('a=203.0.113.7'), 'other-address'],
  ['a start with a line break', at('a=4cb007107%0A'), 'other-address'],
  ['an IPv6 start of 48 bits', at('a=620010db80001', '2001:db8:1:2::9'), 'other-address'],
  ['a secret, where only an address is asked', by(exact, cookie(derived), header(brought)), 'other-address'],
]

const byClient: readonly GateCase[] = [
  ['the cookie at the address', { ...at(either), headers: [cookie(derived)] }, 'pass'],
  ['the cookie at another address', by(either, cookie(derived)), 'pass'],
  ['the address without the cookie', at(either), 'pass'],
  ['the cookie among others', by(only, ['Cookie', `a=b; __Secure-once-${link}=${derived}; x`]), 'pass'],
  ['the cookie in a second header', by(only, ['Cookie', 'a=b'], cookie(derived)), 'pass'],
  ['the header', by(byHeader, header(brought)), 'pass'],
  ['the header beside a cookie of another client', by(byHeader, cookie(derived), header(brought)), 'pass'],
  ['a cookie with the header’s secret', by(byHeader, cookie(brought)), 'pass'],
  ['the header without the id of a link', by(`c=${own}`, header(brought)), 'pass'],
  ['neither address nor secret', by(either), 'other-client'],
  ['the address, where only the client is asked', at(only), 'other-client'],
  ['the cookie under the id of another link', by(only, cookie(derived, `${link.slice(0, 21)}w`)), 'other-client'],
  ['the cookie without the id of the link in the URL', by(`c=${c}`, cookie(derived)), 'other-client'],
  ['the cookie with a malformed id of a link', by(`l=x&c=${c}`, cookie(derived, 'x')), 'other-client'],
  ['the cookie of another client', by(only, cookie(brought)), 'other-client'],
  ['the cookie twice', by(only, cookie(derived), cookie(derived)), 'other-client'],
  ['the cookie in quotes', by(only, cookie(`"${derived}"`)), 'other-client'],
  ['the hash as the cookie', by(only, cookie(c)), 'other-client'],
  ['the hash as the header', by(only, header(c)), 'other-client'],
  ['the header of another client', by(only, header(brought)), 'other-client'],
  ['the header twice', by(byHeader, header(brought), header(brought)), 'other-client'],
  ['the header with a comma', by(byHeader, header(`${brought},${brought}`)), 'other-client'],
  ['the start of the header', by(byHeader, header(brought.slice(0, 42))), 'other-client'],
  ['an empty hash', by('c=', cookie(''), header('')), 'other-client'],
  ['the start of the hash', by(`l=${link}&c=${c.slice(0, 21)}`, cookie(derived)), 'other-client'],
  ['the hash and more', by(`l=${link}&c=${c}A`, cookie(derived)), 'other-client'],
  ['a malformed address beside a hash', at(`a=4&c=${c}`), 'other-client'],
]

/** Every decision of the gate. */
export const gateCases: readonly GateCase[] = [
  ...unbound,
  ...altered,
  ...segments(dots, 'altered'),
  ...segments(noDots, 'pass'),
  ...byAddress,
  ...byClient,
]
