import type { Guard, TryGuard, UsesGuard } from './guards.ts'

/**
 * To what the link's capability is bound, and what matters for that. Lists have numbers of requests, except `secrets`, which
 * has an entry for each request.
 */
export interface Binding {
  /** `unknown`: of a version that this edge does not know. Addresses 0 and 1 are in one network, 2 and 3 in another. */
  readonly bind: 'exact' | 'prefix' | 'client' | 'client-only' | 'none' | 'unknown'
  /** The capability is the cookies of a folder. */
  readonly folder?: boolean
  /** Requests over IPv6. */
  readonly ipv6?: readonly number[]
  /** Requests of programs that bring no secret, and keep no cookie. */
  readonly jarless?: readonly number[]
  /** The secret that a client brings with each of its requests; 0: none. */
  readonly secrets?: readonly number[]
  /** Requests that meet an edge of the version before client-bound links. */
  readonly previousEdge?: readonly number[]
  /** Requests that meet an edge whose deployment has no gate. */
  readonly gateless?: readonly number[]
}

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
  /** @default `exact` */
  readonly binding?: Binding
  /** The address of each request; 0 to 3. */
  readonly addresses?: readonly number[]
  /** The capability may end before its link expires. */
  readonly ends?: boolean
  /**
   * The link requires a passphrase; `brings` has an entry for each request. Every 302 arrives: what happens to others is
   * in the other configurations.
   */
  readonly passphrase?: { readonly maxTries: number; readonly brings: readonly ('right' | 'wrong' | 'nothing')[] }
  /** How many clients may use the link, of kind `receipt`. @default one */
  readonly uses?: number
  /** The guard that the protocol lacks. */
  readonly removed?: Guard | TryGuard | UsesGuard
}

/** The Region in which the link has its home. */
export const home = 0
/** The Region that a confused edge, an edited nonce or a misplaced revoke goes to. */
export const elsewhere = 1

/** Returns the client whose edge is confused, if any. */
export function confusedClient({ confusedEdge, clientOf }: Setup): number | undefined {
  return confusedEdge === true ? Math.max(...clientOf) : undefined
}

/** Returns what a request brings for a passphrase; `right` if the link requires none. */
export function broughtBy({ passphrase }: Setup, request: number): 'right' | 'wrong' | 'nothing' {
  return passphrase?.brings[request] ?? 'right'
}

/** Returns a number for the address of a request. */
export function addressOf({ sharedAddress, movingAddress, addresses, clientOf }: Setup, request: number): number {
  if (addresses !== undefined) return addresses[request] as number
  if (sharedAddress === true) return 0
  return movingAddress === true ? request : (clientOf[request] as number)
}
