import type { Guard, TryGuard, UsesGuard } from './guards.ts'
import { promises } from './properties.ts'
import type { Binding, Setup } from './setup.ts'

const small = { regions: 2, clientOf: [0, 1], lanes: 2, faults: 2 } as const
const homeDelete = { ...small, mode: 'home', kind: 'delete' } as const
const strongDelete = { ...small, mode: 'strong', kind: 'delete' } as const
/** With a receipt a client may send again, so one client makes two requests. */
const homeReceipt = { ...small, mode: 'home', kind: 'receipt', clientOf: [0, 0, 1] } as const
const strongReceipt = { ...homeReceipt, mode: 'strong' } as const
/** One client from two addresses, whose requests overlap, and another client at the first of them. */
const moving = { clientOf: [0, 0, 1], addresses: [0, 2, 0], overlapping: true } as const
const bound = (bind: Binding['bind'], more: Partial<Binding> = {}) => ({ binding: { bind, ...more } }) as const
const all = { regions: 3, clientOf: [0, 0, 1], clock: true, revoke: true, outages: true } as const
const [right, wrong, nothing] = ['right', 'wrong', 'nothing'] as const
/** Requests of clients in one Region, from one address, and what each brings for a passphrase. */
const tries = (
  maxTries: number,
  clientOf: readonly number[],
  ...brings: readonly (typeof right | typeof wrong | typeof nothing)[]
) =>
  ({
    regions: 1,
    lanes: 1,
    sharedAddress: true,
    faults: 2,
    repeats: 1,
    clientOf,
    passphrase: { maxTries, brings },
  }) as const
const fourTries = { ...tries(2, [0, 1, 2, 3], wrong, wrong, right, wrong), faults: 1 } as const
const threeTries = tries(2, [0, 1, 2], wrong, wrong, right)
const lastTry = tries(1, [0, 1, 2], wrong, wrong, right)
const twoKnow = { ...tries(2, [0, 0, 1], right, right, right), overlapping: true, faults: 1 } as const
const reopens = { ...tries(2, [0, 0, 1, 1], right, nothing, wrong, nothing), faults: 1 } as const
const inTwoRegions = { ...fourTries, regions: 2, faults: 0, repeats: 0 } as const
const twoUses = { ...bound('client'), uses: 2, clientOf: [0, 0, 1, 2], addresses: [0, 2, 0, 2], lanes: 1 } as const
const triesOfRevoked = { ...tries(3, [0, 1, 0], right, wrong, right), faults: 1, revoke: true } as const

/** All configurations in which the protocol is explored. */
export const configurations = {
  'home delete': homeDelete,
  'home receipt': homeReceipt,
  'strong delete': strongDelete,
  'strong receipt': strongReceipt,
  'home delete, outages': { ...homeDelete, outages: true },
  'home receipt, outages': { ...homeReceipt, outages: true },
  'home delete, expiry': { ...homeDelete, clock: true },
  'home receipt, expiry': { ...homeReceipt, clock: true },
  'strong delete, expiry': { ...strongDelete, clock: true },
  'strong receipt, expiry': { ...strongReceipt, clock: true },
  'home delete, revoke': { ...homeDelete, revoke: true },
  'home receipt, revoke': { ...homeReceipt, revoke: true },
  'strong receipt, revoke': { ...strongReceipt, revoke: true },
  'home receipt, Put duplicated': { ...homeReceipt, putCopies: 1 },
  'strong receipt, Put duplicated': { ...strongReceipt, putCopies: 1, clock: true },
  'home delete, edited nonce': { ...homeDelete, edited: true },
  'home receipt, edited nonce': { ...homeReceipt, edited: true },
  'home delete, confused edge': { ...homeDelete, confusedEdge: true },
  'home receipt, confused edge': { ...homeReceipt, confusedEdge: true },
  'home receipt, one address': { ...homeReceipt, sharedAddress: true },
  'strong receipt, one address': { ...strongReceipt, sharedAddress: true },
  'home delete, restore': { ...homeDelete, restore: true },
  'strong receipt, restore': { ...strongReceipt, restore: true },
  'home receipt, addresses change, attempts overlap': {
    ...homeReceipt,
    movingAddress: true,
    overlapping: true,
    repeats: 1,
  },
  'home delete, three Regions, all events': { ...homeDelete, ...all },
  'home delete, two attempts each': { ...homeDelete, regions: 3, clientOf: [0, 0, 1, 1], faults: 3 },
  'home receipt, all events': { ...homeReceipt, ...all, regions: 2 },
  'strong delete, three Regions, all events': { ...strongDelete, ...all },
  'strong receipt, three faults, outages': {
    ...strongReceipt,
    regions: 3,
    faults: 3,
    outages: true,
    putCopies: 1,
  },
  'home receipt, client-bound': { ...homeReceipt, ...moving, ...bound('client'), ends: true, repeats: 1 },
  'home receipt, client-bound, revoke': {
    ...homeReceipt,
    ...moving,
    ...bound('client'),
    faults: 1,
    clock: true,
    revoke: true,
  },
  'strong receipt, client-bound': { ...strongReceipt, ...moving, ...bound('client'), clock: true, ends: true },
  'strong receipt, exact, addresses change': { ...strongReceipt, ...moving, ends: true },
  'home receipt, prefix, addresses change': {
    ...homeReceipt,
    ...bound('prefix'),
    clientOf: [0, 0, 0],
    addresses: [0, 1, 2],
    overlapping: true,
  },
  'home receipt, unbound': { ...homeReceipt, ...moving, ...bound('none'), ends: true },
  'home receipt, client only, programs': { ...homeReceipt, ...moving, ...bound('client-only', { jarless: [1, 2] }) },
  'home delete, client only, programs': { ...homeDelete, ...bound('client-only', { jarless: [1] }) },
  'home receipt, client-bound, secrets change': {
    ...homeReceipt,
    ...bound('client', { secrets: [1, 1, 2] }),
    clientOf: [0, 0, 0],
    addresses: [0, 2, 0],
    overlapping: true,
  },
  'home receipt, client-bound, an edge of the version before': {
    ...homeReceipt,
    ...moving,
    ...bound('client', { previousEdge: [1] }),
  },
  'home receipt, exact, an edge of the version before': { ...homeReceipt, ...bound('exact', { previousEdge: [1] }) },
  'home receipt, client-bound, an edge without a gate': {
    ...homeReceipt,
    ...moving,
    ...bound('client', { gateless: [1] }),
  },
  'home receipt, folder, IPv6': { ...homeReceipt, ...moving, ...bound('exact', { folder: true, ipv6: [1, 2] }) },
  'home receipt, unknown binding': { ...homeReceipt, ...bound('unknown') },
  'strong delete, tries': { ...strongDelete, ...fourTries },
  'strong receipt, tries': { ...strongReceipt, ...fourTries },
  'strong delete, tries, two faults': { ...strongDelete, ...threeTries },
  'strong receipt, tries, two faults': { ...strongReceipt, ...threeTries },
  'strong delete, last try': { ...strongDelete, ...lastTry },
  'strong receipt, last try': { ...strongReceipt, ...lastTry },
  'strong delete, two with the passphrase': { ...strongDelete, ...twoKnow },
  'strong receipt, two with the passphrase': { ...strongReceipt, ...twoKnow },
  'strong delete, tries, revoke': { ...strongDelete, ...triesOfRevoked },
  'strong receipt, tries, revoke': { ...strongReceipt, ...triesOfRevoked },
  'strong receipt, reopened': { ...strongReceipt, ...reopens, overlapping: true },
  'strong receipt, reopened, revoke': { ...strongReceipt, ...reopens, revoke: true },
  'home receipt, tries, two Regions': { ...homeReceipt, ...inTwoRegions },
  'home receipt, two uses': { ...homeReceipt, ...twoUses, faults: 1, overlapping: true },
  'strong receipt, two uses': { ...strongReceipt, ...twoUses, clientOf: [0, 1, 2], repeats: 1 },
  'strong receipt, two uses, revoke': { ...strongReceipt, ...twoUses, ...moving, faults: 1, clock: true, revoke: true },
  'strong receipt, two uses, tries': { ...strongReceipt, ...tries(1, [0, 1, 2], right, right, wrong), uses: 2 },
  'strong receipt, two uses, two with the passphrase': { ...strongReceipt, ...twoKnow, uses: 2 },
  'strong receipt, two uses, reopened': { ...strongReceipt, ...reopens, uses: 2, overlapping: true },
  'home delete, tries, expiry': { ...homeDelete, ...tries(2, [0, 1], wrong, right), clock: true },
} as const satisfies Record<string, Setup>

/** Name of a configuration. */
export type ConfigurationName = keyof typeof configurations

/** How a missing guard shows: which promise breaks without it, and in which configurations. */
export interface Danger {
  readonly breaks: keyof typeof promises
  readonly in: readonly ConfigurationName[]
}

/** For each guard, the promise that breaks without it. */
export const dangers: Readonly<Record<Guard | TryGuard | UsesGuard, Danger>> = {
  'nearest-replica': { breaks: 'S1', in: ['home delete', 'home receipt'] },
  'blind-retry': { breaks: 'S5', in: ['home delete', 'strong delete'] },
  failover: { breaks: 'S1', in: ['home delete', 'home delete, outages', 'home receipt, outages'] },
  'fresh-expiry': { breaks: 'S1', in: ['home receipt', 'strong receipt'] },
  'resent-put': { breaks: 'S1', in: ['home delete', 'strong delete'] },
  'no-redemption-id': { breaks: 'L1', in: ['home receipt', 'strong receipt'] },
  'expiry-by-ttl': { breaks: 'S4', in: ['home delete, expiry', 'home receipt, expiry', 'strong receipt, expiry'] },
  'purge-at-once': { breaks: 'S1', in: ['home receipt, Put duplicated', 'strong receipt, Put duplicated'] },
  'home-outside-mac': { breaks: 'S6', in: ['home delete, edited nonce', 'home receipt, edited nonce'] },
  'condition-without-home': { breaks: 'S1', in: ['home delete, confused edge', 'home receipt, confused edge'] },
  'replay-by-address': { breaks: 'S2', in: ['home receipt, one address', 'strong receipt, one address'] },
  'repeat-when-revoked': { breaks: 'S7', in: ['home receipt, revoke', 'strong receipt, revoke'] },
  'revoke-elsewhere': { breaks: 'S3', in: ['home delete, revoke', 'home receipt, revoke'] },
  'stale-clock': { breaks: 'S4', in: ['home delete, expiry', 'strong delete, expiry', 'strong receipt, expiry'] },
  'restore-same-slot': { breaks: 'S1', in: ['home delete, restore', 'strong receipt, restore'] },
  'repeat-from-anywhere': {
    breaks: 'S8',
    in: [
      'home receipt, addresses change, attempts overlap',
      'home receipt, prefix, addresses change',
      'strong receipt, exact, addresses change',
    ],
  },
  'address-named-again': { breaks: 'S8', in: ['home receipt, client-bound', 'strong receipt, client-bound'] },
  'secret-outside-id': { breaks: 'S1', in: ['home receipt, client-bound, secrets change'] },
  'random-secret': { breaks: 'S1', in: ['home receipt, client-bound', 'strong receipt, client-bound'] },
  'client-flag': { breaks: 'S8', in: ['home receipt, client-bound, an edge of the version before'] },
  'without-gate': { breaks: 'S8', in: ['home receipt, client-bound, an edge without a gate'] },
  'binding-clause': { breaks: 'S9', in: ['home receipt, client only, programs', 'home delete, client only, programs'] },
  'folder-clause': { breaks: 'S9', in: ['home receipt, folder, IPv6'] },
  'unknown-binding': { breaks: 'S8', in: ['home receipt, unknown binding'] },
  'count-revives': { breaks: 'S1', in: ['home receipt', 'strong receipt'] },
  'end-not-checked': { breaks: 'S4', in: ['home receipt, client-bound', 'strong receipt, client-bound'] },
  'reserve-first': { breaks: 'S10', in: ['home receipt, tries, two Regions', 'strong receipt, tries'] },
  'limit-clause': { breaks: 'S10', in: ['home receipt, tries, two Regions', 'strong delete, last try'] },
  'limit-in-the-write': {
    breaks: 'S10',
    in: ['home receipt, tries, two Regions', 'strong receipt, last try'],
  },
  'hash-clause': { breaks: 'S11', in: ['strong delete, tries', 'strong receipt, tries'] },
  'home-only': { breaks: 'S10', in: ['home receipt, tries, two Regions'] },
  'lost-reservation-ends': { breaks: 'S12', in: ['strong delete, tries', 'strong receipt, tries'] },
  'one-try-a-request': { breaks: 'S12', in: ['strong receipt, two with the passphrase'] },
  'repeat-without-a-try': { breaks: 'L1', in: ['strong receipt, two with the passphrase'] },
  'live-only': { breaks: 'S13', in: ['strong receipt, tries', 'strong receipt, tries, revoke'] },
  exists: { breaks: 'S14', in: ['strong delete, tries', 'home delete, tries, expiry'] },
  'one-winner': { breaks: 'S2', in: ['strong receipt, two with the passphrase'] },
  'reopen-used': { breaks: 'S11', in: ['strong receipt, reopened'] },
  'reopen-own': { breaks: 'S2', in: ['strong receipt, reopened'] },
  'counter-instead-of-map': { breaks: 'L4', in: ['home receipt, two uses', 'strong receipt, two uses'] },
  'no-size': { breaks: 'S2', in: ['home receipt, two uses', 'strong receipt, two uses'] },
  'first-end': { breaks: 'S1', in: ['home receipt, two uses', 'strong receipt, two uses, tries'] },
  'tries-not-returned': { breaks: 'L5', in: ['strong receipt, two uses, tries'] },
}
