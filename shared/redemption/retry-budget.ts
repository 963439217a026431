/** Retries that one process may add to the load of a store that throttles it. */
export interface RetryBudget {
  /** Uses one retry; returns false if none is left. */
  spend(): boolean
  /** Adds a tenth of a retry, for a write that the store did not throttle. */
  earn(): void
}

/** What a retry costs, and the most that there is to spend, in writes that the store did not throttle. */
const [cost, most] = [10, 50] as const

/**
 * Creates a budget of five retries. While a store throttles few writes, each is retried; if it throttles most of them, the budget is soon
 * empty and retries stop, as in the SDK's standard retry mode (docs/decisions/0028-retry-budget.md).
 */
export function createRetryBudget(): RetryBudget {
  let balance: number = most
  return {
    spend() {
      if (balance < cost) return false
      balance -= cost
      return true
    },
    earn: () => void (balance = Math.min(most, balance + 1)),
  }
}
