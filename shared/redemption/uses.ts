import { draftFields, type LinkItem } from '../link-item.ts'
import type { Link } from '../link.ts'
import type { EpochSeconds } from '../time.ts'
import { isUsedUp, latestUse } from '../uses.ts'
import { failedCondition } from './consume.ts'
import type { LinkPlace, Redemption, UnredeemedKind } from './link-table.ts'
import * as is from './writes.ts'

// Links with several uses: loaded with the first request for one.

/**
 * A use is left for this client. A name of a map is written once, so no lost response spends two, as one would of a counter
 * (docs/decisions/0059-uses.md). An item without the map, of a kind to come, fails it.
 */
const useLeft: is.ClauseFor = () => ({ text: 'attribute_not_exists(#uses.#use) AND size(#uses) < #maxUses' })

const namesOf = ({ receipt }: Redemption) => (receipt ? { '#use': receipt.redemptionId } : {})

/** Takes a use, with an end of its own. */
const takeUse: is.RedemptionWrite = {
  operation: 'UpdateItem',
  clauses: [
    is.exists,
    is.notExpired,
    is.begun,
    is.atHome,
    useLeft,
    is.inNetwork,
    is.bindable,
    is.live,
    is.rightPassphrase,
    is.unboundOrFile,
  ],
  names: [...is.inEveryCondition, 'uses', 'maxUses'],
  effect: { UpdateExpression: 'SET #uses.#use = :use', ReturnValues: 'ALL_NEW' },
  values: (redemption, now) => ({ ':use': { M: entryOf(redemption, now) } }),
  namesOf,
}

/** Also gives the try back, or as many right passphrases as there are tries would lock the link. */
const takeUseAndReturnTry: is.RedemptionWrite = {
  ...takeUse,
  names: [...takeUse.names, 'tries'],
  effect: { UpdateExpression: 'SET #uses.#use = :use, #tries = #tries - :one', ReturnValues: 'ALL_NEW' },
  values: (redemption, now) => ({ ':use': { M: entryOf(redemption, now) }, ':one': { N: '1' } }),
}

/** Takes no use: a client that has one, of a link with a passphrase, comes back without the passphrase. */
const repeatUse: is.RedemptionWrite = {
  ...takeUse,
  clauses: [...takeUse.clauses, () => ({ text: 'attribute_not_exists(#id)' })],
}

/** Takes a try, if a use is left for this client. */
const reserveTry: is.RedemptionWrite = {
  ...is.reserveTry,
  clauses: [...is.reserveTry.clauses, useLeft],
  names: [...is.reserveTry.names, 'uses', 'maxUses'],
  namesOf,
}

function entryOf({ receipt }: Redemption, now: EpochSeconds): LinkItem {
  const entry: LinkItem = { redeemedAt: { N: String(now) } }
  for (const name of draftFields) if (receipt && name !== 'redemptionId') entry[name] = { S: receipt[name] }
  return entry
}

/**
 * Returns what the item of a request must be to be counted, since its state stays live: not used up, and not used by this client; or for
 * a refused use, used up.
 */
function countedWhen(kind: UnredeemedKind, { receipt }: LinkPlace): { clause: string; names: Record<string, string> } {
  const isRefused = kind === 'refusedAfterUse'
  const isOther = receipt && !isRefused
  return {
    clause: ` AND size(#uses) ${isRefused ? '>=' : '<'} #maxUses${isOther ? ' AND attribute_not_exists(#uses.#use)' : ''}`,
    names: { '#uses': 'uses', '#maxUses': 'maxUses', ...(isOther && { '#use': receipt.redemptionId }) },
  }
}

/**
 * Returns a link with several uses as a link with one would be for this client: used, with the receipt of its own use; used by
 * another, if no use is left; or live. A revoked link it returns as it is.
 */
function asSeenBy(link: Link, { receipt: draft }: Pick<Redemption, 'receipt'>): Link {
  if (link.state === 'revoked') return link
  const own = link.uses?.find(({ redemptionId }) => redemptionId === draft?.redemptionId)
  const receipt = own ?? (isUsedUp(link) ? latestUse(link) : undefined)
  return receipt === undefined ? link : { ...link, state: 'used', receipt }
}

/**
 * A client whose own use is in the item, unrevoked and in time, comes back, or the response to its first write was lost: it gets the same
 * capability. The redemption id of a program covers its passphrase, so a wrong one is that of another client.
 */
function isRepeat(found: Link, redemption: Redemption, now: EpochSeconds): boolean {
  if (found.state !== 'used') return false
  const { state: _used, maxTries: _tries, ...before } = found
  if (found.receipt?.redemptionId !== redemption.receipt?.redemptionId) return false
  // The write fails if nonce and item disagree about a network, for which there is no reason.
  const agrees = redemption.bound === (found.network !== undefined)
  return agrees && failedCondition(before, redemption, now) === undefined
}

/** The kind of a link with several uses. */
export const severalUses: is.Kind = {
  // It fails for a client that has a use.
  useOf({ repeatOnly, passphraseHash }) {
    if (repeatOnly) return repeatUse
    return passphraseHash === undefined ? takeUse : takeUseAndReturnTry
  },
  reserveTry,
  seen: asSeenBy,
  countedWhen,
  isRepeat,
}
