import type { LinkItem } from '../table/link-item.ts'
import { isLocked, type Link } from '../link.ts'
import { networksAround } from '../network.ts'
import type { Reason } from '../refusal.ts'
import type { EpochSeconds } from '../time.ts'
import { cannotNameAddress } from './ipv6-folder.ts'
import type { Redemption } from './link-table.ts'

// The clauses of a redemption's conditions. Each is one rule about an item: the store decides by its text, and its function says why
// it failed. ARCHITECTURE.md quotes them by name.

/** A part of a condition. */
interface Clause {
  /** In DynamoDB's language. */
  readonly text: string
  /** The values that it compares. @default none */
  readonly values?: LinkItem
  /** Names that are no attribute's: those of an entry in a map. @default none */
  readonly names?: Readonly<Record<string, string>>
  /** Returns why it fails for this link; undefined if it holds, or if only the store can tell. It explains a refusal, and grants nothing. */
  reasonFor(link: Link): Reason | undefined
}

/** Returns the clause for a redemption at a time of ours; undefined where it needs none. */
export type ClauseFor = (redemption: Redemption, now: EpochSeconds) => Clause | undefined

/** Requires the item: otherwise a write that changes it would create one in place of a link that is gone. */
export const exists: ClauseFor = () => ({ text: 'attribute_exists(#id)', reasonFor: () => undefined })

/** DynamoDB's TTL may be days late, so the write checks the expiry itself. */
export const notExpired: ClauseFor = (_, now) => ({
  text: '#expiresAt > :now',
  values: { ':now': { N: String(now) } },
  reasonFor: ({ expiresAt }) => (expiresAt > now ? undefined : 'expired'),
})

/** A link may have a start. */
export const begun: ClauseFor = (_, now) => ({
  text: '(attribute_not_exists(#notBefore) OR #notBefore <= :now)',
  values: { ':now': { N: String(now) } },
  reasonFor: ({ notBefore = now }) => (notBefore <= now ? undefined : 'not-yet-valid'),
})

/** Only the home of a link uses it: two Regions that take a write at once would make two winners. */
export const atHome: ClauseFor = ({ homeRegion }) => ({
  text: '#homeRegion = :home',
  values: { ':home': { S: homeRegion } },
  reasonFor: link => (link.homeRegion === homeRegion ? undefined : 'spent'),
})

/** A link without a receipt is deleted when it is used, so it has a state only once it is revoked. */
export const withoutState: ClauseFor = () => ({
  text: 'attribute_not_exists(#state)',
  reasonFor: link => (link.state === undefined ? undefined : endOf(link)),
})

/**
 * A repeat with the same redemption id meets it too, and changes nothing of the receipt. It fails once the link is revoked, though
 * its redemption id stays (docs/decisions/0022-revoked-after-use.md).
 */
export const liveOrMine: ClauseFor = redemption => ({
  text: '(#state = :live OR (#state = :used AND #redemptionId = :redemptionId))',
  values: { ':live': { S: 'live' }, ...valuesOfMine(redemption) },
  reasonFor: link => (link.state === 'live' || isMine(link, redemption) ? undefined : endOf(link)),
})

/** A client with a use comes back without the passphrase. */
export const usedByMe: ClauseFor = redemption => ({
  text: '#redemptionId = :redemptionId AND #state = :used',
  values: valuesOfMine(redemption),
  reasonFor(link) {
    if (isMine(link, redemption)) return undefined
    return link.state === 'used' || link.state === 'revoked' ? endOf(link) : withoutPassphrase(link)
  },
})

/** A try is left at the passphrase. */
export const triesLeft: ClauseFor = () => ({
  text: 'attribute_exists(#passphraseHash) AND #tries < #maxTries',
  reasonFor(link) {
    if (isLocked(link)) return 'locked'
    const { passphraseHash, tries, maxTries } = link
    return [passphraseHash, tries, maxTries].includes(undefined) ? 'spent' : undefined
  },
})

/** For a bound link without a viewer the list is empty, and DynamoDB rejects the request. */
export const inNetwork: ClauseFor = ({ bound, viewer }) => {
  if (!bound) {
    return {
      text: 'attribute_not_exists(#network)',
      reasonFor: ({ network }) => (network === undefined ? undefined : 'spent'),
    }
  }
  const around = viewer === undefined ? [] : networksAround(viewer)
  return {
    ...oneOf('network', around),
    reasonFor: ({ network }) => (network !== undefined && around.includes(network) ? undefined : 'wrong-network'),
  }
}

/** The capability can be bound as the link says. */
export const bindable: ClauseFor = ({ binds }) => ({
  ...oneOf('bind', binds),
  reasonFor({ bind }) {
    if (binds.includes(bind)) return undefined
    return bind === 'client-only' ? 'client-required' : 'unsupported'
  },
})

/** The link is not revoked, nor used if it has one use. */
export const live: ClauseFor = () => ({
  ...oneOf('state', ['live']),
  reasonFor: link => (link.state === 'live' ? undefined : endOf(link)),
})

/** Compares the hash of the passphrase, if the request has one. Only the store does, so that no answer depends on it before a try is taken. */
export const rightPassphrase: ClauseFor = ({ passphraseHash }) =>
  passphraseHash === undefined
    ? undefined
    : { ...oneOf('passphraseHash', [passphraseHash]), reasonFor: () => undefined }

/** CloudFront can't bind the cookies of a folder to an IPv6 address. */
export const unboundOrFile: ClauseFor = redemption =>
  cannotNameAddress(redemption)
    ? {
        text: '(#bind = :none OR attribute_not_exists(#media) OR #media = :object)',
        values: { ':none': { S: 'none' }, ':object': { S: 'object' } },
        reasonFor: ({ bind, media }) => (bind !== 'none' && media === 'folder' ? 'address-unsupported' : undefined),
      }
    : undefined

/** Reasons of clauses. If several fail, the first counts. */
const precedence = [
  'expired',
  'revoked',
  'replaced',
  'spent',
  'locked',
  'not-yet-valid',
  'wrong-network',
  'client-required',
  'unsupported',
  'address-unsupported',
  'passphrase-required',
] as const satisfies readonly Reason[]

/** The link that a write found, if it found one, and the time that the write compared. */
export interface FoundLink {
  readonly found: Link | undefined
  readonly now: EpochSeconds
}

/**
 * Returns why a write fails for a link: the first reason of its clauses; undefined if none of them gives one. Of a used link, also its
 * own client hears only that it is used.
 */
export function reasonFor(
  { clauses }: { readonly clauses: readonly ClauseFor[] },
  redemption: Redemption,
  { found, now }: FoundLink,
): Reason | undefined {
  if (found === undefined) return 'spent'
  const reasons = new Set(clauses.map(clause => clause(redemption, now)?.reasonFor(found)))
  if (found.state === 'used') reasons.add('spent')
  return precedence.find(reason => reasons.has(reason))
}

/** Returns why a client that brings no passphrase gets nothing. */
export function withoutPassphrase(link: Link): Reason {
  return isLocked(link) ? 'locked' : 'passphrase-required'
}

/** Returns the names in an expression as attributes: DynamoDB reserves many plain words. */
export function attributesIn(expression: string): Record<string, string> {
  const names: Record<string, string> = {}
  for (const name of expression.match(/#\w+/g) ?? []) names[name] = name.slice(1)
  return names
}

/** Returns what ended a link that is not live. */
function endOf({ state, replacedBy }: Link): Reason {
  if (state !== 'revoked') return 'spent'
  return replacedBy === undefined ? 'revoked' : 'replaced'
}

/** Returns whether this client used the link, as it sees it. */
export function isMine({ state, receipt }: Link, { receipt: mine }: Redemption): boolean {
  return state === 'used' && mine !== undefined && receipt?.redemptionId === mine.redemptionId
}

function valuesOfMine({ receipt }: Redemption): LinkItem {
  return { ':used': { S: 'used' }, ...(receipt && { ':redemptionId': { S: receipt.redemptionId } }) }
}

/** Returns the text that an attribute is one of the values. */
function oneOf(name: string, values: readonly string[]): Pick<Clause, 'text' | 'values'> {
  const placed = values.map((value, index) => [`:${name}${index}`, { S: value }] as const)
  return { text: `#${name} IN (${placed.map(([place]) => place).join(', ')})`, values: Object.fromEntries(placed) }
}
