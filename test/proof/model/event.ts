/** An event of one link that a trace records: at the store, at an edge, or by the clock. */
export type TraceEvent =
  /** The store executed the issuer's Put. */
  | { readonly kind: 'put'; readonly region: string; readonly applied: boolean }
  /** The issuer got the link. */
  | { readonly kind: 'issued' }
  /** The store executed a redemption's conditional write. */
  | { readonly kind: 'write'; readonly request: number; readonly region: string; readonly applied: boolean }
  /** The store executed a redemption's strongly consistent read. */
  | { readonly kind: 'read'; readonly request: number; readonly region: string; readonly there: boolean }
  /** How a write or read ended for the edge. */
  | { readonly kind: 'perceived'; readonly request: number; readonly what: Perceived }
  /** The edge responded to its viewer. */
  | {
      readonly kind: 'answered'
      readonly request: number
      readonly outcome: Answered
      /** The signed URL, or any text that is equal when the URLs are. */
      readonly capability?: string
    }
  /** The edge died before it responded. */
  | { readonly kind: 'died'; readonly request: number }
  /** The store executed the issuer's revoke. */
  | { readonly kind: 'revoke'; readonly region: string; readonly applied: boolean }
  /** The revoke was acknowledged to the issuer, as one of an unused or of a used link. */
  | { readonly kind: 'revoked'; readonly used: boolean }
  /** The clock passed the expiry. */
  | { readonly kind: 'expired' }
  /** TTL or the sweeper removed the item. */
  | { readonly kind: 'purged'; readonly region: string }

/** How a write or read ended for the edge. The first four end a write, the others a read. */
export type Perceived = 'consumed' | 'refused' | 'no-effect' | 'unknown-effect' | 'there' | 'gone' | 'unread'

/** How the edge responded. `other` is any refusal that does not depend on the link's state in the store. */
export type Answered =
  | 'granted'
  | 'spent'
  | 'revoked'
  | 'expired'
  | 'outcome-unknown'
  | 'unavailable'
  | 'wrong-passphrase'
  | 'locked'
  | 'other'
