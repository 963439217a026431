/** Something that was seen of one link: at the store, at an edge, or by the clock. */
export type TraceEvent =
  /** The issuer's Put was executed at the store. */
  | { readonly kind: 'put'; readonly region: string; readonly applied: boolean }
  /** The link was handed out. */
  | { readonly kind: 'issued' }
  /** A redemption's conditional write was executed at the store. */
  | { readonly kind: 'write'; readonly request: number; readonly region: string; readonly applied: boolean }
  /** A redemption's strongly consistent read was executed at the store. */
  | { readonly kind: 'read'; readonly request: number; readonly region: string; readonly there: boolean }
  /** How a write or read ended for the edge. */
  | { readonly kind: 'perceived'; readonly request: number; readonly what: Perceived }
  /** What the edge answered its viewer. */
  | {
      readonly kind: 'answered'
      readonly request: number
      readonly outcome: Answered
      /** The signed URL, or anything that is equal when the URLs are. */
      readonly capability?: string
    }
  /** The edge died before it answered. */
  | { readonly kind: 'died'; readonly request: number }
  /** The issuer's revoke was executed at the store. */
  | { readonly kind: 'revoke'; readonly region: string; readonly applied: boolean }
  /** The issuer was told that the link is revoked. */
  | { readonly kind: 'revoked' }
  /** The clock passed the expiry. */
  | { readonly kind: 'expired' }
  /** TTL or the sweeper removed what was left. */
  | { readonly kind: 'purged'; readonly region: string }

/** The first four end a write, the others a read. */
export type Perceived = 'consumed' | 'refused' | 'no-effect' | 'unknown-effect' | 'there' | 'gone' | 'unread'

/** `other` is any refusal that doesn't depend on the link's state in the store. */
export type Answered = 'granted' | 'spent' | 'revoked' | 'expired' | 'outcome-unknown' | 'unavailable' | 'other'
