/** All guards of the protocol, each with a sentence that says how the protocol behaves without it. */
export const guards = {
  'nearest-replica':
    'In mode home, each edge calls the replica nearest to it, and the condition does not name the home Region.',
  'blind-retry':
    'An edge sends a delete again without a read when the response was lost, and reports a failed condition as spent.',
  failover:
    'In mode home, an edge calls another replica if the home fails or is silent; the condition does not name the home.',
  'fresh-expiry': 'A repeat by the same client is signed with a new expiry instead of the stored one.',
  'resent-put': 'The issuer sends the same Put again when the response was lost, and returns the link.',
  'no-redemption-id': 'The update carries no redemption id: a used link refuses every client.',
  'expiry-by-ttl': 'Neither edge nor condition checks the expiry; a link ends when TTL removes it.',
  'purge-at-once': 'The item of a used link is removed at once, while a duplicate of the Put may still be under way.',
  'home-outside-mac': 'The MAC of a nonce does not cover its home Region.',
  'condition-without-home': 'The condition of the write does not name the home Region.',
  'replay-by-address': 'The redemption id is made from the address alone, which neighbours behind a NAT share.',
  'repeat-when-revoked': 'The condition of the update accepts a revoked link from the client that had used it.',
  'revoke-elsewhere': 'A revoke goes to another replica than the home.',
  'stale-clock': "The edge does not check the clock again between the store's response and signing.",
  'restore-same-slot': 'The table is restored from a backup without retiring the key slot first.',
  'repeat-from-anywhere': 'A repeat gets a capability for its own address, whatever address the link is bound to.',
  'address-named-again':
    'The capability of a client-bound link names the address of each repeat, not only the first one.',
  'secret-outside-id': 'The redemption id does not cover the secret that a client brings.',
  'random-secret': "The secret of a client is random, instead of made from the nonce and the client's id.",
  'client-flag': 'The nonce of a client-bound link has no flag of its own, so an edge of the version before serves it.',
  'without-gate': 'An edge serves client-bound links though its deployment has no gate that checks them.',
  'binding-clause': 'The condition of the write does not name the bindings with which the edge can serve the client.',
  'folder-clause':
    'The condition of the write does not exclude the viewer of a folder whose address cookies can not name.',
  'unknown-binding': 'An edge serves a link whose binding it does not know, and binds its capability to nothing.',
  'count-revives': 'The count of a refused use also writes the state of the link, and makes a used one live again.',
  'end-not-checked': 'A repeat is not refused when the capability has ended.',
} as const

/** All guards of a try at a passphrase, each with a sentence that says how the protocol behaves without it. */
export const tryGuards = {
  'reserve-first': 'The hash is compared first, and a wrong passphrase is counted after that.',
  'limit-clause': 'A try is reserved whether one is left or not.',
  'limit-in-the-write': 'One read says whether a try is left, and then a write counts it.',
  'hash-clause': 'The second write does not compare the hash.',
  'home-only': 'Each edge reserves and redeems at the replica nearest to it.',
  'lost-reservation-ends': 'After a lost response, a reservation is repeated in the same request.',
  'one-try-a-request': 'If the second write ends as unavailable, the same request reserves another try.',
  'repeat-without-a-try': 'A repeat by the client that used the link needs a try.',
  'live-only': 'A try is reserved of a used link, too.',
  exists: 'A reservation does not need the item of the link.',
  'one-winner': 'The second write does not need a live link.',
  'reopen-used': 'A client without the passphrase reopens a live link, too.',
  'reopen-own': 'A client without the passphrase reopens what another used.',
} as const

/** All guards of several uses, each with a sentence that says how the protocol behaves without it. */
export const usesGuards = {
  'counter-instead-of-map': 'Each write that succeeds counts a use, and the item does not know whose.',
  'no-size': 'A client takes a use whether one is left or not.',
  'first-end': 'Each client gets the end and the address of the first use.',
  'tries-not-returned': 'A right passphrase that uses the link keeps its try.',
} as const

/** Name of a guard. */
export type Guard = keyof typeof guards

/** Name of a guard of a try. */
export type TryGuard = keyof typeof tryGuards

/** Name of a guard of several uses. */
export type UsesGuard = keyof typeof usesGuards

/** Names of all guards of a try. */
export const tryGuardNames = Object.keys(tryGuards) as readonly TryGuard[]

/** Names of all guards of the protocol. */
export const guardNames = Object.keys(guards) as readonly Guard[]
