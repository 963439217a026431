/** The promises of a guess, by name. */
export const promises = {
  limit: 'No more hashes are compared than there are tries.',
  'reserved first': 'A hash is compared only for a request that has a try, or that repeats what its client used.',
  'one winner': 'One client at most gets a capability, and without a receipt one request.',
  'right only': 'No request without the right passphrase uses the link.',
  'right wins': 'If nothing fails and a right passphrase has a try, a right one uses the link.',
  'one try': 'A request takes one try at most, and a repeat by the client that used the link none.',
  'no try after': 'A used or revoked link gets no further try.',
  repeat: 'The client that used a link with a receipt gets it again, also without the passphrase.',
  'no remnant': 'A reservation creates no item.',
  truth: 'A request that is answered as wrong, locked or unavailable does not use the link; wrong and locked are true.',
  time: 'A request is answered in time.',
} as const

/** Name of a promise. */
export type GuessPromise = keyof typeof promises
