import { assert } from '../errors.ts'
import { draftFields, type LinkItem } from '../table/link-item.ts'
import { isLocked, isUsedUp, latestUse, type Link, type Receipt } from '../link.ts'
import type { EpochSeconds } from '../time.ts'
import {
  atHome,
  attributesIn,
  begun,
  bindable,
  type ClauseFor,
  exists,
  inNetwork,
  live,
  notExpired,
  rightPassphrase,
  triesLeft,
  unboundOrFile,
  withoutPassphrase,
} from './clauses.ts'
import type { LinkPlace, Redemption } from './link-table.ts'
import { type LinkWrites, oneUse, type RedemptionWrite } from './one-use.ts'

// The writes of a link with several uses. The item has a map with an entry for each use, by redemption id. A name of a map is written
// once, so no lost response spends two uses, as it would with a counter (docs/decisions/0059-uses.md).

/** This client has a use, or a use is left for it. An item without the map, of a kind to come, fails it. */
const mineOrLeft: ClauseFor = redemption => ({
  text: '(attribute_exists(#uses.#use) OR size(#uses) < #maxUses)',
  names: nameOf(redemption),
  reasonFor: link => (isMine(link, redemption) ? undefined : usedUp(link)),
})

/** This client has a use. */
const mine: ClauseFor = redemption => ({
  text: 'attribute_exists(#uses.#use)',
  names: nameOf(redemption),
  reasonFor: link => (isMine(link, redemption) ? undefined : (usedUp(link) ?? withoutPassphrase(link))),
})

/** This client has no use yet, and one is left for it. Of a locked link, nothing tells who has one. */
const left: ClauseFor = redemption => ({
  text: 'attribute_not_exists(#uses.#use) AND size(#uses) < #maxUses',
  names: nameOf(redemption),
  reasonFor(link) {
    if (!isMine(link, redemption)) return usedUp(link)
    return isLocked(link) ? 'locked' : 'spent'
  },
})

/** Takes a use with an end of its own, or repeats the use of the same client, which changes nothing. */
const takeOrRepeat: RedemptionWrite = {
  operation: 'UpdateItem',
  clauses: [exists, notExpired, begun, atHome, mineOrLeft, inNetwork, bindable, live, rightPassphrase, unboundOrFile],
  effect: { UpdateExpression: 'SET #uses.#use = if_not_exists(#uses.#use, :use)', ReturnValues: 'ALL_NEW' },
  values: (redemption, now) => ({ ':use': { M: entryOf(redemption, now) } }),
}

/** Also gives the try back, once: or as many right passphrases as there are tries would lock the link. */
const takeAndReturnTry: RedemptionWrite = {
  ...takeOrRepeat,
  effect: {
    UpdateExpression: `${takeOrRepeat.effect.UpdateExpression}, #tries = #tries - if_not_exists(#uses.#use.#back, :one)`,
    ReturnValues: 'ALL_NEW',
  },
  values: (redemption, now) => ({
    ':use': { M: { ...entryOf(redemption, now), back: { N: '0' } } },
    ':one': { N: '1' },
  }),
}

/** Repeats the use of the same client, of a link with a passphrase: it comes back without the passphrase. */
const repeatUse: RedemptionWrite = {
  ...takeOrRepeat,
  clauses: [exists, notExpired, begun, atHome, mine, inNetwork, bindable, live, unboundOrFile],
}

/** Takes a try, if a use is left for this client. */
const reserveTry: RedemptionWrite = {
  ...oneUse.reserveTry,
  clauses: [exists, notExpired, begun, atHome, triesLeft, inNetwork, bindable, live, unboundOrFile, left],
}

/** The writes of a link with several uses. */
export const severalUses: LinkWrites = {
  useOf({ repeatOnly, passphraseHash }) {
    if (repeatOnly) return repeatUse
    return passphraseHash === undefined ? takeOrRepeat : takeAndReturnTry
  },
  reserveTry,
  /** Its state stays live: so not used up, and not used by this client; or for a refused use, used up. */
  countedWhen(kind, { receipt }) {
    const isRefused = kind === 'refusedAfterUse'
    const isOther = receipt && !isRefused
    const text = ` AND size(#uses) ${isRefused ? '>=' : '<'} #maxUses${isOther ? ' AND attribute_not_exists(#uses.#use)' : ''}`
    return { state: 'live', text, names: { ...attributesIn(text), ...(isOther && { '#use': receipt.redemptionId }) } }
  },
  /**
   * As a link with one use would be for this client: used, with the receipt of its own use; used by another, if no use is left; or live. A
   * revoked link stays as it is.
   */
  seen(link, by) {
    if (link.state === 'revoked') return link
    const receipt = ownUse(link, by) ?? (isUsedUp(link) ? latestUse(link) : undefined)
    return receipt === undefined ? link : { ...link, state: 'used', receipt }
  },
}

/** Names the entry of this client. */
function nameOf({ receipt }: Redemption): Readonly<Record<string, string>> {
  assert(receipt, 'several uses without a receipt')
  return { '#use': receipt.redemptionId }
}

function entryOf({ receipt }: Redemption, now: EpochSeconds): LinkItem {
  const entry: LinkItem = { redeemedAt: { N: String(now) } }
  for (const name of draftFields) if (receipt && name !== 'redemptionId') entry[name] = { S: receipt[name] }
  return entry
}

function ownUse({ uses = [] }: Link, { receipt }: Pick<LinkPlace, 'receipt'>): Receipt | undefined {
  return uses.find(({ redemptionId }) => redemptionId === receipt?.redemptionId)
}

function isMine(link: Link, redemption: Redemption): boolean {
  return ownUse(link, redemption) !== undefined
}

/** Returns why no use is left for another client; undefined if one is. */
function usedUp(link: Link): 'unsupported' | 'spent' | undefined {
  if (link.uses === undefined || link.maxUses === undefined) return 'unsupported'
  return isUsedUp(link) ? 'spent' : undefined
}
