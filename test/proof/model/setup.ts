import type { Guard } from './guards.ts'

/** One world to explore: the kind of table, the clients, and the faults that may happen. */
export interface Setup {
  readonly mode: 'home' | 'strong'
  readonly kind: 'delete' | 'receipt'
  readonly regions: number
  /** The client each request belongs to. A client's requests follow one another and share a redemption id. */
  readonly clientOf: readonly number[]
  /** Most writes of one request under way at a time. */
  readonly lanes: number
  /** Most faults; `unlimited` is allowed. */
  readonly faults: number
  /** The issuer may revoke the link. */
  readonly revoke?: boolean
  /** Time passes: the link can expire, and later be purged. */
  readonly clock?: boolean
  /** Regions can go down (a fault) and come back. */
  readonly outages?: boolean
  /** The table may be restored, once, to a backup in which the link is live. */
  readonly restore?: boolean
  /** An attacker may send the nonce with another home in it. */
  readonly edited?: boolean
  /** The edge of the last client takes another Region for the home. */
  readonly confusedEdge?: boolean
  /** All clients have one address, as behind one NAT. */
  readonly sharedAddress?: boolean
  /** Each request comes from an address of its own, also those of one client. */
  readonly movingAddress?: boolean
  /** A client doesn't wait for a response before it tries again, and may try again after it was served. */
  readonly overlapping?: boolean
  /** How often the network may duplicate the issuer's Put. */
  readonly putCopies?: number
  /** How often the network may deliver a redemption's write a second time; that response is dropped. */
  readonly repeats?: number
  /** The world is that of a trace, not of an exploration: see trace.ts. */
  readonly watched?: boolean
  /** The guard that the protocol lacks. */
  readonly removed?: Guard
}

/** The Region in which the link has its home. */
export const home = 0
/** The Region that a confused edge, an edited nonce or a misplaced revoke goes to. */
export const elsewhere = 1

/** Returns the client whose edge is confused, if any. */
export function confusedClient({ confusedEdge, clientOf }: Setup): number | undefined {
  return confusedEdge === true ? Math.max(...clientOf) : undefined
}

/** Returns a number for the address of a request. */
export function addressOf({ sharedAddress, movingAddress, clientOf }: Setup, request: number): number {
  if (sharedAddress === true) return 0
  return movingAddress === true ? request : (clientOf[request] as number)
}

/** Returns a number for the redemption id of a request: one for each client, never its address. */
export function redemptionIdOf(setup: Setup, request: number): number {
  return setup.removed === 'replay-by-address' ? addressOf(setup, request) : (setup.clientOf[request] as number)
}
