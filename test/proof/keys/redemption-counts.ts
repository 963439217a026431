import { memoryStore } from '../../support/memory-store.ts'

/** Links of all apis and edges of one simulation, and how they ended. */
export interface Redemptions {
  readonly store: ReturnType<typeof memoryStore>
  /** Links by whether they keep a receipt. */
  readonly issued: { withReceipt: number; withoutReceipt: number }
  redeemed: number
  repeated: number
  refusedToOthers: number
  /** Requests that found no keys, or no signature, and could be repeated. */
  unavailable: number
  /** Links without a receipt that were redeemed while KMS signed. */
  byFormerKey: number
}

/** Makes the store and the counts. */
export function newRedemptions(): Redemptions {
  return {
    store: memoryStore(),
    issued: { withReceipt: 0, withoutReceipt: 0 },
    redeemed: 0,
    repeated: 0,
    refusedToOthers: 0,
    unavailable: 0,
    byFormerKey: 0,
  }
}
