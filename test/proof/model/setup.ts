import type { Guard } from './guards.ts'

/** One world to explore: how the table is built, who comes, and what may go wrong. */
export interface Setup {
  readonly mode: 'home' | 'strong'
  readonly kind: 'delete' | 'receipt'
  readonly regions: number
  /** The client each request belongs to. A client's requests follow one another and share a redemption id. */
  readonly clientOf: readonly number[]
  /** How many writes of one request can be under way at a time. */
  readonly lanes: number
  /** How many things may go wrong; `unlimited` is allowed. */
  readonly faults: number
  /** The issuer may revoke the link. */
  readonly revoke?: boolean
  /** Time passes: the link can expire, and later be purged. */
  readonly clock?: boolean
  /** Regions can go down (a fault) and come back. */
  readonly outages?: boolean
  /** The table may be restored, once, to a backup in which the link is live. */
  readonly restore?: boolean
  /** Somebody tries the nonce with another home in it. */
  readonly edited?: boolean
  /** The last client is served by an edge that believes in another home. */
  readonly confusedEdge?: boolean
  /** All clients have one address, as behind one NAT. */
  readonly sharedAddress?: boolean
  /** Each request comes from an address of its own, also those of one client. */
  readonly movingAddress?: boolean
  /** A client doesn't wait for its answer before it tries again, and may come again after it was served. */
  readonly overlapping?: boolean
  /** How often the network may duplicate the issuer's Put. */
  readonly putCopies?: number
  /** How often the network may hand a redemption's write to the store a second time, the answer going nowhere. */
  readonly repeats?: number
  /** The world is one that was watched, not made up: see trace.ts. */
  readonly watched?: boolean
  /** The protocol without this guard. */
  readonly removed?: Guard
}

/** The Region in which the link has its home. */
export const home = 0
/** Where a confused edge, an edited nonce or a misplaced revoke goes. */
export const elsewhere = 1

/** The client whose edge is confused, if any. */
export function confusedClient({ confusedEdge, clientOf }: Setup): number | undefined {
  return confusedEdge === true ? Math.max(...clientOf) : undefined
}

/** A number for the address a request comes from. */
export function addressOf({ sharedAddress, movingAddress, clientOf }: Setup, request: number): number {
  if (sharedAddress === true) return 0
  return movingAddress === true ? request : (clientOf[request] as number)
}

/** A number for the redemption id a request brings: one for each client, never its address. */
export function redemptionIdOf(setup: Setup, request: number): number {
  return setup.removed === 'replay-by-address' ? addressOf(setup, request) : (setup.clientOf[request] as number)
}
