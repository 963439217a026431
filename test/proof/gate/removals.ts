import type { Patch } from '../../support/broken/copy.ts'

const file = 'edge/gate/check.ts'

/** Each check of the gate, with the patches that remove it from the code. */
export const removals: Readonly<Record<string, readonly Patch[]>> = {
  'a parameter may come several times': [
    {
      file,
      find: 'if (entry === undefined || entry.multiValue !== undefined || ',
      replace: 'if (entry === undefined || ',
    },
  ],
  'a name may come in two spellings': [{ file, find: '    else return undefined\n', replace: '' }],
  'a name may be encoded': [{ file, find: '|| !namePattern.test(name)) return', replace: ') return' }],
  'a URL without an address is not checked': [
    {
      file,
      find: 'if (address === undefined && client === undefined) return',
      replace: 'if (address === undefined) return',
    },
  ],
  'a URL without a client is not checked': [
    {
      file,
      find: 'if (address === undefined && client === undefined) return',
      replace: 'if (client === undefined) return',
    },
  ],
  'only the start of an address is compared': [
    { file, find: 'viewer.slice(0, start.length) === start', replace: 'viewer.slice(0, 5) === start.slice(0, 5)' },
  ],
  'an address that cannot be read passes': [
    { file, find: 'return viewer !== undefined && viewer', replace: 'return viewer === undefined || viewer' },
  ],
  'an address comes from a header': [
    {
      file,
      find: 'isAtAddress(event.viewer.ip, ',
      replace: "isAtAddress(single(event.request.headers, 'x-forwarded-for') || event.viewer.ip, ",
    },
  ],
  'every IPv6 address that ends like an IPv4-mapped one is IPv4': [
    { file: 'shared/address.ts', find: '/^0{20}f{4}(.{8})$/', replace: '/^.{20}f{4}(.{8})$/' },
  ],
  'any secret will do': [
    { file, find: 'secretCookiePrefix + link)) === hash)', replace: "secretCookiePrefix + link)) !== '')" },
  ],
  'any header will do': [
    {
      file,
      find: 'return hashOf(single(request.headers, clientHeader)) === hash',
      replace: "return hashOf(single(request.headers, clientHeader)) !== ''",
    },
  ],
  'only the start of a hash is compared': [
    {
      file,
      find: 'secretCookiePrefix + link)) === hash)',
      replace: 'secretCookiePrefix + link)).slice(0, 1) === hash.slice(0, 1))',
    },
  ],
  'the hash itself is a secret': [
    {
      file,
      find: "if (!secretPattern.test(secret)) return ''",
      replace: 'if (secretPattern.test(secret)) return secret',
    },
  ],
  'the log names links that the signature does not': [
    { file, find: 'const isNamed = ', replace: 'const isNamed = true || ' },
  ],
  'the signature’s names are read in any case': [
    {
      file,
      find: "single(query, 'Signature') && single(query, 'Key-Pair-Id') && single(query, 'Policy')",
      replace: "cookieOf(query, 'Signature') && cookieOf(query, 'Key-Pair-Id') && cookieOf(query, 'Policy')",
    },
  ],
}
