import type { Patch } from '../../support/broken/copy.ts'
import type { Guard } from '../model/guards.ts'

/** How to remove one guard of the protocol from the real code, or from what its operators do. */
export interface Removal {
  readonly name: Guard
  readonly patches: readonly Patch[]
  /** The guard is a step of operators: they restore a backup without retiring the key slot. */
  readonly keepsSlot?: boolean
}

const route = 'shared/table/route.ts'
const clauses = 'shared/redemption/clauses.ts'
const writes = 'shared/redemption/one-use.ts'
const countUpdate = 'shared/redemption/dynamodb-link-table.ts'
const checkNonce = 'shared/redemption/check-nonce.ts'
const receipt = 'shared/redemption/receipt.ts'
const redeemer = 'edge/redeem/redeemer.ts'
const binding = 'edge/redeem/binding.ts'
const withoutBindingClause = [
  { file: clauses, find: "...oneOf('bind', binds),", replace: "text: 'attribute_exists(#id)'," },
] as const
const routeInModeHome = "if (mode === 'home') return homeRegion => [homeRegion]"

/** Every guard of the model (test/proof/model/guards.ts), with the patch that removes it from the code. */
export const removals: readonly Removal[] = [
  {
    name: 'nearest-replica',
    patches: [
      {
        file: route,
        find: routeInModeHome,
        replace: "if (mode === 'home') return () => byDistance(homeRegions, here).slice(0, 1)",
      },
    ],
  },
  {
    name: 'blind-retry',
    patches: [
      {
        file: 'shared/redemption/consume.ts',
        find: 'const mayRetry = isRepeatable ||',
        replace: 'const mayRetry = true || isRepeatable ||',
      },
      {
        file: 'shared/redemption/consume.ts',
        find: 'lostResponses > 0 && !isRepeatable',
        replace: 'lostResponses < 0',
      },
    ],
  },
  {
    name: 'failover',
    patches: [
      {
        file: route,
        find: routeInModeHome,
        replace:
          "if (mode === 'home') return homeRegion => [homeRegion, ...homeRegions.filter(other => other !== homeRegion)]",
      },
    ],
  },
  {
    name: 'fresh-expiry',
    patches: [
      {
        file: receipt,
        find: 'receipt ? capabilityEndFor(link, receipt) :',
        replace: 'receipt && !capabilityEndFor(link, receipt) ? undefined :',
      },
    ],
  },
  {
    name: 'resent-put',
    patches: [
      {
        file: 'api/adapters/dynamodb-links.ts',
        find: "await client.send('PutItem', write)\n    return",
        replace: `await client.send('PutItem', write).catch(() => client.send('PutItem', write)).catch((error: unknown) => {
      if (!isConditionFailed(error)) throw error
    })\n    return`,
      },
    ],
  },
  {
    name: 'no-redemption-id',
    patches: [
      {
        file: clauses,
        find: '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
        replace: '#state = :live',
      },
    ],
  },
  {
    name: 'expiry-by-ttl',
    patches: [
      {
        file: checkNonce,
        find: "if (hasPassed(claims.expiresAt, clock.now())) return refused('expired', id)",
        replace: '',
      },
      { file: clauses, find: "text: '#expiresAt > :now'", replace: "text: 'attribute_exists(#id)'" },
      { file: receipt, find: "if (hasPassed(link.expiresAt, now)) return 'expired'", replace: '' },
    ],
  },
  {
    name: 'purge-at-once',
    patches: [{ file: writes, find: "'#state = :used',", replace: "'#state = :used', '#purgeAt = :now'," }],
  },
  {
    name: 'home-outside-mac',
    patches: [
      {
        file: 'shared/nonce.ts',
        find: "hmac(ofNonce, signed, 'binary')",
        replace: "hmac(ofNonce, Buffer.from(signed).fill(0, 2, 3), 'binary')",
      },
    ],
  },
  {
    name: 'condition-without-home',
    patches: [{ file: clauses, find: "text: '#homeRegion = :home'", replace: "text: 'attribute_exists(#id)'" }],
  },
  {
    name: 'replay-by-address',
    patches: [
      {
        file: receipt,
        find: "['redemption', client.kind, client.id, origin]",
        replace: "['redemption', networkText(viewer, 32), origin]",
      },
    ],
  },
  {
    name: 'repeat-when-revoked',
    patches: [{ file: clauses, find: '#state = :used AND #redemptionId', replace: '#redemptionId' }],
  },
  {
    name: 'revoke-elsewhere',
    patches: [
      {
        file: 'api/links/one-link.ts',
        find: 'route(link.homeRegion)',
        replace: 'context.deployment.homeRegions.filter(region => region !== link.homeRegion)',
      },
    ],
  },
  {
    name: 'stale-clock',
    patches: [{ file: receipt, find: "if (hasPassed(link.expiresAt, now)) return 'expired'", replace: '' }],
  },
  { name: 'restore-same-slot', patches: [], keepsSlot: true },
  {
    name: 'repeat-from-anywhere',
    patches: [{ file: receipt, find: 'return !isAddressBound(bind) || ', replace: 'return true || ' }],
  },
  {
    name: 'address-named-again',
    patches: [{ file: receipt, find: 'return receipt?.addressHash === draft?.addressHash', replace: 'return true' }],
  },
  {
    name: 'secret-outside-id',
    patches: [{ file: 'edge/redeem/viewer-request.ts', find: "[key, ...secrets].join('\\n')", replace: 'key' }],
  },
  {
    name: 'random-secret',
    patches: [
      {
        file: receipt,
        find: "['client secret', kind, id]",
        replace: "['client secret', kind, id, `${Math.random()}`]",
      },
    ],
  },
  {
    name: 'client-flag',
    patches: [{ file: 'shared/options/bind.ts', find: '=> isClientBound(bind) }', replace: '=> false }' }],
  },
  {
    name: 'without-gate',
    patches: [{ file: redeemer, find: '(flags.client && !context.gate) || ', replace: '' }],
  },
  { name: 'binding-clause', patches: withoutBindingClause },
  {
    name: 'folder-clause',
    patches: [
      {
        file: clauses,
        find: '  cannotNameAddress(redemption)',
        replace: '  false && cannotNameAddress(redemption)',
      },
    ],
  },
  {
    name: 'unknown-binding',
    patches: [
      ...withoutBindingClause,
      {
        file: binding,
        find: "assert(isAddressBound(bind), 'unknown bind')",
        replace: 'if (!isAddressBound(bind)) return { query: [] }',
      },
    ],
  },
  {
    name: 'count-revives',
    patches: [
      { file: countUpdate, find: "'SET #lastAt = :now,", replace: "'SET #state = :again, #lastAt = :now," },
      { file: countUpdate, find: "':one': { N: '1' },", replace: "':one': { N: '1' }, ':again': { S: 'live' }," },
    ],
  },
  {
    name: 'end-not-checked',
    patches: [{ file: receipt, find: 'end === undefined || hasPassed(end, now)', replace: 'end === undefined' }],
  },
]
