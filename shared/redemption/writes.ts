import { draftFields, type LinkItem, receiptFields } from '../link-item.ts'
import type { Link } from '../link.ts'
import { networksAround } from '../network.ts'
import type { EpochSeconds } from '../time.ts'
import { cannotNameAddress } from './ipv6-folder.ts'
import type { LinkPlace, Redemption, UnredeemedKind } from './link-table.ts'

// The writes of a redemption. Each is one conditional write, whose condition is all of its clauses: nothing is checked first and
// done later. ARCHITECTURE.md quotes them by name.

/** A part of a condition in DynamoDB's language, with the values that it compares. */
interface Clause {
  readonly text: string
  readonly values?: LinkItem
}

/** Returns the clause for a redemption at a time of ours; undefined where it needs none. */
export type ClauseFor = (redemption: Redemption, now: EpochSeconds) => Clause | undefined

/** Without it, a write that changes an item creates one in place of a link that is gone. */
export const exists: ClauseFor = () => ({ text: 'attribute_exists(#id)' })

/** DynamoDB's TTL may be days late, so the write checks the expiry itself. */
export const notExpired: ClauseFor = (_, now) => ({ text: '#expiresAt > :now', values: { ':now': { N: String(now) } } })

/** A link may have a start. */
export const begun: ClauseFor = () => ({ text: '(attribute_not_exists(#notBefore) OR #notBefore <= :now)' })

/** Only the home of a link uses it: two Regions that take a write at once would make two winners. */
export const atHome: ClauseFor = ({ homeRegion }) => ({
  text: '#homeRegion = :home',
  values: { ':home': { S: homeRegion } },
})

/** A link without a receipt is deleted when it is used, so it has a state only once it is revoked. */
const withoutState: ClauseFor = () => ({ text: 'attribute_not_exists(#state)' })

/**
 * A repeat with the same redemption id meets it too, and changes nothing of the receipt. It fails once the link is revoked, though
 * its redemption id stays (docs/decisions/0022-revoked-after-use.md).
 */
const liveOrMine: ClauseFor = () => ({
  text: '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
})

const usedByMe: ClauseFor = () => ({ text: '#redemptionId = :redemptionId AND #state = :used' })

const triesLeft: ClauseFor = () => ({ text: 'attribute_exists(#passphraseHash) AND #tries < #maxTries' })

/** For a bound link without a viewer the list is empty, and DynamoDB rejects the request. */
export const inNetwork: ClauseFor = ({ bound, viewer }) =>
  bound
    ? oneOf('network', viewer === undefined ? [] : networksAround(viewer))
    : { text: 'attribute_not_exists(#network)' }

/** The capability can be bound as the link says. */
export const bindable: ClauseFor = ({ binds }) => oneOf('bind', binds)

/** A try is reserved before the first use alone. */
export const live: ClauseFor = (redemption, now) =>
  redemption.receipt ? oneOf('state', ['live']) : withoutState(redemption, now)

/** Compares the hash of the passphrase, if the request has one. */
export const rightPassphrase: ClauseFor = ({ passphraseHash }) =>
  passphraseHash === undefined ? undefined : oneOf('passphraseHash', [passphraseHash])

/** CloudFront can't bind the cookies of a folder to an IPv6 address. */
export const unboundOrFile: ClauseFor = redemption =>
  cannotNameAddress(redemption)
    ? {
        text: '(#bind = :none OR attribute_not_exists(#media) OR #media = :object)',
        values: { ':none': { S: 'none' }, ':object': { S: 'object' } },
      }
    : undefined

/** One write of a redemption. */
export interface RedemptionWrite {
  readonly operation: 'DeleteItem' | 'UpdateItem'
  readonly clauses: readonly ClauseFor[]
  /** Attributes that its condition or effect names, whatever the redemption. */
  readonly names: readonly string[]
  readonly effect: { readonly UpdateExpression?: string; readonly ReturnValues: 'ALL_OLD' | 'ALL_NEW' }
  /** Values that its clauses or its effect name, besides those that clauses bring. @default none */
  readonly values?: (redemption: Redemption, now: EpochSeconds) => LinkItem
  /** Names of attributes that only the redemption knows. @default none */
  readonly namesOf?: (redemption: Redemption) => Readonly<Record<string, string>>
}

/** Attributes that the condition of every write names. */
export const inEveryCondition = ['id', 'expiresAt', 'notBefore', 'homeRegion', 'network', 'bind', 'state']

/** What depends on the kind of an item. */
export interface Kind {
  /** Returns the write that uses the link. */
  useOf(redemption: Redemption): RedemptionWrite
  readonly reserveTry: RedemptionWrite
  /** Returns what else the item of a counted request must be, where its state does not say so. */
  countedWhen?(
    kind: UnredeemedKind,
    link: LinkPlace,
  ): { readonly clause: string; readonly names: Record<string, string> }
  /** Returns a link as this client sees it. */
  seen(link: Link, to: Pick<Redemption, 'receipt'>): Link
  /** Returns whether the write that used the link failed because this client has used it before, and may come back. */
  isRepeat(found: Link, redemption: Redemption, now: EpochSeconds): boolean
}

/** Uses a link that keeps no receipt. */
const deleteLink: RedemptionWrite = {
  operation: 'DeleteItem',
  clauses: [exists, notExpired, begun, atHome, withoutState, inNetwork, bindable, rightPassphrase, unboundOrFile],
  names: inEveryCondition,
  effect: { ReturnValues: 'ALL_OLD' },
}

/** Uses a link that keeps a receipt, or repeats the use of the same client. */
const markUsed: RedemptionWrite = {
  operation: 'UpdateItem',
  clauses: [exists, notExpired, begun, atHome, liveOrMine, inNetwork, bindable, rightPassphrase, unboundOrFile],
  names: [...inEveryCondition, ...receiptFields, 'urlSeconds'],
  effect: {
    UpdateExpression: `SET ${[
      '#state = :used',
      '#redeemedAt = if_not_exists(#redeemedAt, :now)',
      '#urlExpiresAt = if_not_exists(#redeemedAt, :now) + #urlSeconds',
      ...draftFields.map(name => `#${name} = if_not_exists(#${name}, :${name})`),
    ].join(', ')}`,
    ReturnValues: 'ALL_NEW',
  },
  values: redemption => ({ ':live': { S: 'live' }, ...valuesOfRepeat(redemption) }),
}

/** Repeats the use of the same client, of a link with a passphrase: it comes back without the passphrase. */
const repeatUse: RedemptionWrite = {
  ...markUsed,
  clauses: [exists, notExpired, begun, atHome, usedByMe, inNetwork, bindable, unboundOrFile],
  values: valuesOfRepeat,
}

/** Takes one of the tries of a link with a passphrase, before its hash is compared. */
export const reserveTry: RedemptionWrite = {
  operation: 'UpdateItem',
  clauses: [exists, notExpired, begun, atHome, triesLeft, inNetwork, bindable, live, unboundOrFile],
  names: [...inEveryCondition, 'passphraseHash', 'tries', 'maxTries'],
  effect: { UpdateExpression: 'SET #tries = #tries + :one', ReturnValues: 'ALL_NEW' },
  values: () => ({ ':one': { N: '1' } }),
}

/** Returns the write that uses a link. */
export function useOf({ receipt, repeatOnly }: Redemption): RedemptionWrite {
  if (repeatOnly) return repeatUse
  return receipt === undefined ? deleteLink : markUsed
}

/** Attributes that only some clauses name. */
const inSomeConditions = ['media', 'passphraseHash']

/**
 * Returns the request of a write for DynamoDB, but for its table. What a caller may use narrows each condition. DynamoDB rejects names and
 * values that no expression uses.
 */
export function requestOf(
  { clauses, names, effect, values, namesOf }: RedemptionWrite,
  redemption: Redemption,
  now: EpochSeconds,
) {
  const { id, scope } = redemption
  const applied = clauses.flatMap(clause => clause(redemption, now) ?? [])
  const condition = [...applied.map(({ text }) => text), ...(scope?.clauses ?? [])].join(' AND ')
  const more = inSomeConditions.filter(name => !names.includes(name) && condition.includes(`#${name}`))
  return {
    Key: { id: { S: id } },
    ConditionExpression: condition,
    ExpressionAttributeNames: { ...placeholders([...names, ...more]), ...namesOf?.(redemption), ...scope?.names },
    ExpressionAttributeValues: Object.assign(
      {},
      ...applied.map(clause => clause.values),
      values?.(redemption, now),
      scope?.values,
    ) as LinkItem,
    ...effect,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }
}

function valuesOfRepeat({ receipt }: Redemption): LinkItem {
  const values: LinkItem = { ':used': { S: 'used' } }
  for (const name of draftFields) if (receipt) values[`:${name}`] = { S: receipt[name] }
  return values
}

/** Returns the clause that an attribute is one of the values. */
function oneOf(name: string, values: readonly string[]): Clause {
  const placed = values.map((value, index) => [`:${name}${index}`, { S: value }] as const)
  return { text: `#${name} IN (${placed.map(([place]) => place).join(', ')})`, values: Object.fromEntries(placed) }
}

/** Returns placeholders for attribute names: DynamoDB reserves many plain words. */
function placeholders(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(name => [`#${name}`, name]))
}
