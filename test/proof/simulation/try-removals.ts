import type { Patch } from '../../support/broken/copy.ts'
import type { TryGuard } from '../model/guards.ts'
import type { promises } from './verdict.ts'

/** How to remove one guard of a try at a passphrase from the real code, and how it behaves then. */
export interface TryRemoval {
  readonly name: TryGuard
  /** The promise that breaks. */
  readonly breaks: keyof typeof promises
  readonly patches: readonly Patch[]
}

const table = (find: string, replace = ''): Patch => ({
  file: 'shared/redemption/dynamodb-link-table.ts',
  find,
  replace,
})
const clause = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/clauses.ts', find, replace })
const write = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/one-use.ts', find, replace })
const reservation = (find: string, replace = ''): Patch => ({ file: 'shared/redemption/reserve-try.ts', find, replace })

/** The edge asks a browser without a passphrase, and reads first whether it may reopen the link: the clauses must do without. */
const alsoWithoutARead: Patch = {
  file: 'edge/redeem/redeemer.ts',
  find: 'const mustConfirm = passphrase.repeatOnly || ',
  replace: 'const mustConfirm = ',
}

const hashClause = "...oneOf('passphraseHash', [passphraseHash])"

/** Every guard of a try; without any, a promise breaks. */
export const tryRemovals: readonly TryRemoval[] = [
  {
    name: 'reserve-first',
    breaks: 'limit',
    patches: [
      clause(hashClause, `${hashClause}, text: '#passphraseHash = :passphraseHash0 AND tries < maxTries'`),
      reservation(
        `  const reserved = await reserveTry(redemption, ports, options)
  if (reserved.kind === 'refused') return reserved
  const result = await consume(redemption, ports, options)
  if (result.kind !== 'refused' || result.reason !== 'wrong-passphrase') return result
`,
        `  const result = await consume(redemption, ports, options)
  if (result.kind !== 'refused' || result.reason !== 'wrong-passphrase') return result
  const reserved = await reserveTry(redemption, ports, options)
  if (reserved.kind === 'refused') return reserved
`,
      ),
    ],
  },
  {
    name: 'limit-clause',
    breaks: 'limit',
    patches: [clause(' AND #tries < #maxTries')],
  },
  {
    name: 'limit-in-the-write',
    breaks: 'limit',
    patches: [
      clause(' AND #tries < #maxTries'),
      table(
        '      return resultOf(send(reserveTry,',
        `      const read = { TableName: tableName, Key: keyOf(redemption.id), ConsistentRead: true }
      const { Item } = await dynamodb.send('GetItem', read, attempt)
      const found = Item && linkOfItem(Item)
      if (found === undefined || (found.tries ?? 0) >= (found.maxTries ?? 0)) return { kind: 'condition-failed', found }
      return resultOf(send(reserveTry,`,
      ),
    ],
  },
  {
    name: 'hash-clause',
    breaks: 'right only',
    patches: [clause(hashClause, "text: 'attribute_exists(#passphraseHash)'")],
  },
  {
    name: 'home-only',
    breaks: 'limit',
    patches: [
      clause("text: '#homeRegion = :home'", "text: 'attribute_exists(#id)'"),
      {
        file: 'shared/table/route.ts',
        find: "if (mode === 'home') return homeRegion => [homeRegion]",
        replace: "if (mode === 'home') return () => byDistance(homeRegions, here).slice(0, 1)",
      },
    ],
  },
  {
    name: 'lost-reservation-ends',
    breaks: 'one try',
    patches: [reservation("if (result.kind === 'overloaded' || result.kind === 'unknown-effect') return unavailable")],
  },
  {
    name: 'one-try-a-request',
    breaks: 'one try',
    patches: [
      reservation(
        '  const result = await consume(redemption, ports, options)\n',
        `  let result = await consume(redemption, ports, { ...options, deadline: (ports.clock.now() + 600) as never })
  if (result.kind === 'refused' && result.reason === 'unavailable') {
    await reserveTry(redemption, ports, options)
    result = await consume(redemption, ports, options)
  }
`,
      ),
    ],
  },
  {
    name: 'repeat-without-a-try',
    breaks: 'repeat',
    patches: [reservation("if (found && isMine(found, redemption)) return { kind: 'reserved', link: found }")],
  },
  {
    name: 'reopen-used',
    breaks: 'right only',
    patches: [write('if (repeatOnly) return repeatUse'), alsoWithoutARead],
  },
  {
    name: 'reopen-own',
    breaks: 'one client',
    patches: [
      clause("text: '#redemptionId = :redemptionId AND #state = :used'", "text: '#state = :used'"),
      alsoWithoutARead,
    ],
  },
  {
    name: 'one-winner',
    breaks: 'one client',
    patches: [
      clause("'(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))'", "'attribute_exists(#id)'"),
    ],
  },
  {
    name: 'live-only',
    breaks: 'no try after',
    patches: [clause("...oneOf('state', ['live'])", "text: 'attribute_exists(#state)'")],
  },
  {
    name: 'exists',
    breaks: 'no remnant',
    patches: [
      {
        file: 'shared/redemption/writes.ts',
        find: "].join(' AND ')",
        replace: "].join(' AND ') + (condition.includes('#tries') ? ' OR attribute_not_exists(id)' : '')",
      },
      write('#tries = #tries + :one', '#tries = if_not_exists(#tries, :one) + :one'),
    ],
  },
]
