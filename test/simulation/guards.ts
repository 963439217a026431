import type { Patch } from '../broken/copy.ts'

/** One guard of the protocol, taken out of the real code (or of what its operators do), to see that it is missed. */
export interface Guard {
  readonly name: string
  /** What is removed. */
  readonly what: string
  readonly patches: readonly Patch[]
  /** Removed from what people do rather than from the code. */
  readonly keepsSlot?: boolean
}

const route = 'shared/route.ts'
const adapter = 'edge/adapters/dynamodb-link-table.ts'
const redeem = 'edge/redeem.ts'
const atHome = "if (mode === 'home') return homeRegion => [homeRegion]"

/** Every guard the design names, with the patch that removes it. The model knows them by the same names. */
export const guards: readonly Guard[] = [
  {
    name: 'nearest-replica',
    what: 'mode home asks the nearest replica of an eventually consistent table',
    patches: [
      {
        file: route,
        find: atHome,
        replace: "if (mode === 'home') return () => byDistance(homeRegions, here).slice(0, 1)",
      },
    ],
  },
  {
    name: 'blind-retry',
    what: 'a delete whose answer was lost is simply sent again, as the SDK does',
    patches: [
      { file: 'edge/consume.ts', find: 'const goOn = repeatable ||', replace: 'const goOn = true || repeatable ||' },
      { file: 'edge/consume.ts', find: 'lostAnswers > 0 && !repeatable', replace: 'lostAnswers < 0' },
    ],
  },
  {
    name: 'failover',
    what: 'mode home asks another replica when the home does not answer',
    patches: [
      {
        file: route,
        find: atHome,
        replace:
          "if (mode === 'home') return homeRegion => [homeRegion, ...homeRegions.filter(other => other !== homeRegion)]",
      },
    ],
  },
  {
    name: 'fresh-expiry',
    what: 'a repeat is signed with an end of its own',
    patches: [
      {
        file: redeem,
        find: 'receipt ? endForVisitor(link, receipt) :',
        replace: 'receipt && !endForVisitor(link, receipt) ? undefined :',
      },
    ],
  },
  {
    name: 'resent-put',
    what: 'a link whose write was not answered is written again, under the same nonce',
    patches: [
      {
        file: 'api/adapters/dynamodb-links.ts',
        find: 'await at.send(command)\n    return',
        replace: `await at.send(command).catch(() => at.send(command)).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error
    })\n    return`,
      },
    ],
  },
  {
    name: 'no-redemption-id',
    what: 'a used link is refused to everybody, its own client included',
    patches: [
      {
        file: adapter,
        find: '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
        replace: '#state = :live',
      },
    ],
  },
  {
    name: 'expiry-by-ttl',
    what: 'nobody looks at the expiry: the table removes what is over, in its own time',
    patches: [
      { file: redeem, find: "if (hasPassed(expiresAt, clock.now())) return refused('expired', id)", replace: '' },
      { file: adapter, find: "'#expiresAt > :now',", replace: '' },
      { file: redeem, find: "if (hasPassed(link.expiresAt, now)) return refused('expired', id)", replace: '' },
    ],
  },
  {
    name: 'purge-at-once',
    what: 'a receipt may be removed as soon as the link is used',
    patches: [
      { file: adapter, find: "'#state = :used',", replace: "'#state = :used', '#purgeAt = :now'," },
      { file: adapter, find: "'urlSeconds'])", replace: "'urlSeconds', 'purgeAt'])" },
    ],
  },
  {
    name: 'home-outside-mac',
    what: 'the home Region in a nonce can be edited',
    patches: [
      {
        file: 'shared/nonce.ts',
        find: '.update(bytes.subarray(0, signedBytes))',
        replace: '.update(bytes.subarray(0, 2)).update(bytes.subarray(3, signedBytes))',
      },
    ],
  },
  {
    name: 'condition-without-home',
    what: 'a copy in another Region passes for the link',
    patches: [{ file: adapter, find: "'#homeRegion = :home',", replace: '' }],
  },
  {
    name: 'replay-by-address',
    what: 'whoever comes from the address of the first client is taken for it',
    patches: [
      {
        file: 'edge/receipt.ts',
        find: "['redemption', client.kind, client.id, origin]",
        replace: "['redemption', networkOf(viewer, 32), origin]",
      },
    ],
  },
  {
    name: 'revoke-elsewhere',
    what: 'a link is revoked at another replica than its home',
    patches: [
      {
        file: 'api/revoke.ts',
        find: 'route(link.homeRegion)',
        replace: 'context.deployment.homeRegions.filter(region => region !== link.homeRegion)',
      },
    ],
  },
  {
    name: 'stale-clock',
    what: 'a capability is signed without looking at the clock again',
    patches: [{ file: redeem, find: "if (hasPassed(link.expiresAt, now)) return refused('expired', id)", replace: '' }],
  },
  { name: 'restore-same-slot', what: 'a backup is put back without a new key slot', patches: [], keepsSlot: true },
]
