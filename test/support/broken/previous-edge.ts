import type { Patch } from './copy.ts'

const clauses = 'shared/redemption/clauses.ts'

/**
 * What makes of the edge the one before client-bound links, passphrases, several uses and uploads: it does not know their flags and no
 * Once-Client, parses IPv4 addresses only, reads no binding in the condition of its write, and signs without an address for a binding
 * that it doesn't know.
 */
export const previousEdge: readonly Patch[] = [
  {
    file: 'shared/nonce.ts',
    find: '  client: 16,\n  passphrase: 32,\n  extended: 64,\n  upload: 128,\n',
    replace: '',
  },
  {
    file: 'shared/nonce.ts',
    find: "if (homeRegion === undefined) return 'unsupported'",
    replace: "if (homeRegion === undefined || flags > 15) return 'unsupported'",
  },
  {
    file: 'edge/redeem/viewer-request.ts',
    find: 'const secrets = valuesOf(headers, clientHeader)',
    replace: 'const secrets = noValues',
  },
  {
    file: 'edge/redeem/viewer-request.ts',
    find: 'parseAddress(text(request?.clientIp))',
    replace: "text(request?.clientIp).includes(':') ? undefined : parseAddress(text(request?.clientIp))",
  },
  {
    file: 'edge/redeem/redeemer.ts',
    find: "fresh && flags.receipt ? { kind: 'cookie' as const, id: fresh.id } : fresh",
    replace: 'fresh',
  },
  { file: clauses, find: "...oneOf('bind', binds),", replace: "text: 'attribute_exists(#id)'," },
  { file: clauses, find: 'if (binds.includes(bind)) return undefined', replace: 'if (bind) return undefined' },
  {
    file: 'edge/redeem/binding.ts',
    find: '  const query = logged[0]',
    replace: `  const previousBits = bind === 'exact' ? 32 : bind === 'prefix' ? 24 : undefined
  return { query: [], ...(previousBits && { network: networkOf(viewer, previousBits) }) }
  const query = logged[0]`,
  },
  {
    file: 'edge/redeem/capability.ts',
    find: 'withParameters(downloadPath(link), query)',
    replace: 'resourcePath(link)',
  },
]
