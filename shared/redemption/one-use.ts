import { draftFields, type LinkItem } from '../table/link-item.ts'
import type { Link } from '../link.ts'
import type { EpochSeconds } from '../time.ts'
import {
  atHome,
  begun,
  bindable,
  type ClauseFor,
  exists,
  inNetwork,
  live,
  liveOrMine,
  notExpired,
  rightPassphrase,
  triesLeft,
  unboundOrFile,
  usedByMe,
  withoutState,
} from './clauses.ts'
import type { LinkPlace, Redemption, UnredeemedKind } from './link-table.ts'

// The writes of a link with one use. Each is one conditional write, whose condition is all of its clauses: nothing is checked first
// and done later.

/** One write of a redemption. */
export interface RedemptionWrite {
  readonly operation: 'DeleteItem' | 'UpdateItem'
  readonly clauses: readonly ClauseFor[]
  readonly effect: { readonly UpdateExpression?: string; readonly ReturnValues: 'ALL_OLD' | 'ALL_NEW' }
  /** Values that its effect names, besides those of its clauses. @default none */
  readonly values?: (redemption: Redemption, now: EpochSeconds) => LinkItem | undefined
}

/** The writes of a link, by how many clients may use it. */
export interface LinkWrites {
  /** Returns the write that uses the link, or repeats the use of the same client. */
  useOf(redemption: Redemption): RedemptionWrite
  /** Takes a try of a link with a passphrase. */
  readonly reserveTry: RedemptionWrite
  /** Returns what the item of a request must be to be counted: its state, and what else its condition says, with its names. */
  countedWhen(
    kind: UnredeemedKind,
    link: LinkPlace,
  ): { readonly state: 'live' | 'used'; readonly text: string; readonly names: Readonly<Record<string, string>> }
  /** Returns a link as this client sees it. */
  seen(link: Link, by: Pick<Redemption, 'receipt'>): Link
}

/** Uses a link that keeps no receipt. */
const deleteLink: RedemptionWrite = {
  operation: 'DeleteItem',
  clauses: [exists, notExpired, begun, atHome, withoutState, inNetwork, bindable, rightPassphrase, unboundOrFile],
  effect: { ReturnValues: 'ALL_OLD' },
}

/** Uses a link that keeps a receipt, or repeats the use of the same client. */
const markUsed: RedemptionWrite = {
  operation: 'UpdateItem',
  clauses: [exists, notExpired, begun, atHome, liveOrMine, inNetwork, bindable, rightPassphrase, unboundOrFile],
  effect: {
    UpdateExpression: `SET ${[
      '#state = :used',
      '#redeemedAt = if_not_exists(#redeemedAt, :now)',
      '#urlExpiresAt = if_not_exists(#redeemedAt, :now) + #urlSeconds',
      ...draftFields.map(name => `#${name} = if_not_exists(#${name}, :${name})`),
    ].join(', ')}`,
    ReturnValues: 'ALL_NEW',
  },
  values: ({ receipt }) => receipt && Object.fromEntries(draftFields.map(name => [`:${name}`, { S: receipt[name] }])),
}

/** Repeats the use of the same client, of a link with a passphrase: it comes back without the passphrase. */
const repeatUse: RedemptionWrite = {
  ...markUsed,
  clauses: [exists, notExpired, begun, atHome, usedByMe, inNetwork, bindable, unboundOrFile],
}

/** A try is reserved before the first use alone. */
const unused: ClauseFor = (redemption, now) => (redemption.receipt ? live : withoutState)(redemption, now)

/** Takes one of the tries of a link with a passphrase, before its hash is compared. */
const reserveTry: RedemptionWrite = {
  operation: 'UpdateItem',
  clauses: [exists, notExpired, begun, atHome, triesLeft, inNetwork, bindable, unused, unboundOrFile],
  effect: { UpdateExpression: 'SET #tries = #tries + :one', ReturnValues: 'ALL_NEW' },
  values: () => ({ ':one': { N: '1' } }),
}

/** The writes of a link with one use. */
export const oneUse: LinkWrites = {
  useOf({ receipt, repeatOnly }) {
    if (repeatOnly) return repeatUse
    return receipt === undefined ? deleteLink : markUsed
  },
  reserveTry,
  countedWhen: kind => ({ state: kind === 'refusedAfterUse' ? 'used' : 'live', text: '', names: {} }),
  seen: link => link,
}
