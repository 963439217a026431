/** Everything the protocol can be robbed of, one at a time, to see that the model would notice: what is removed. */
export const guards = {
  'nearest-replica':
    'In mode home, each edge asks the replica nearest to it, and the condition does not name the home Region.',
  'blind-retry': 'A delete whose answer was lost is sent again without a read; a failed condition is told as spent.',
  failover:
    'In mode home, another replica is asked when the home fails or is silent, and the condition does not name the home.',
  'fresh-expiry': 'A repeat by the same client is signed with a new expiry instead of the stored one.',
  'resent-put': 'The issuer sends the same Put again when the answer was lost, and hands out the link.',
  'no-redemption-id': 'The update carries no redemption id: a used link refuses everybody.',
  'expiry-by-ttl': 'Nobody looks at the expiry; a link ends when TTL removes it.',
  'purge-at-once': 'A used receipt is removed at once, while a duplicate of the Put may still be under way.',
  'home-outside-mac': 'The home Region in a nonce is not covered by its MAC.',
  'condition-without-home': 'The condition of the write does not name the home Region.',
  'replay-by-address': 'The redemption id is made from the address alone, which neighbours behind a NAT share.',
  'revoke-elsewhere': 'A revoke goes to another replica than the home.',
  'stale-clock': 'The clock is not looked at again between the answer of the store and signing.',
  'restore-same-slot': 'The table is restored from a backup without retiring the key slot first.',
} as const

/** One guard, by name. */
export type Guard = keyof typeof guards

/** All guards, by name. */
export const guardNames = Object.keys(guards) as readonly Guard[]
