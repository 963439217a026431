/** Retries that one process may add to the load of a service that throttles it. */
export interface RetryBudget {
  /** Uses one retry; returns false if none is left. */
  spend(): boolean
  /** Adds a tenth of a retry, for a call that was not throttled. */
  earn(): void
}

/** What a retry costs, and the most that there is to spend, in calls that were not throttled. */
const cost = 10
const most = 50

/**
 * Creates a budget of five retries. While few calls are throttled, each is retried; if most of them are, the budget is soon
 * empty and retries stop, as in the SDK's standard retry mode (docs/decisions/0028-retry-budget.md).
 */
export function createRetryBudget(): RetryBudget {
  let balance = most
  return {
    spend() {
      if (balance < cost) return false
      balance -= cost
      return true
    },
    earn: () => void (balance = Math.min(most, balance + 1)),
  }
}
