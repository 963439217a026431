import { requestBudgetMs } from '../../../shared/redemption/deadlines.ts'
import { defaultLimits, type LimitValues } from './limits.ts'

/** What a forecast assumes besides the campaign. The bench measures the durations; no AWS account has confirmed them. */
export interface Parameters {
  readonly limits: LimitValues
  /** Seconds of an invocation in a running environment, with its call to the store. */
  readonly warmSeconds: number
  /** Seconds from the start of an environment to the response to its first request. */
  readonly coldSeconds: number
  /** Executions at a time that other functions of the account use in the same Region. */
  readonly otherConcurrency: number
  /** Invocations that one opening takes: 1, or 2 for a link with `confirm`, for its page and for its button. */
  readonly invocationsPerOpening: 1 | 2
  /** Whether all links have the same `reference`, so that they are in one partition of its index. */
  readonly sharedReference: boolean
  /** Whether all links name the same file, so that S3 gets all requests for one prefix. */
  readonly sharedFile: boolean
  /** Write units a second that the table serves at once: its warm throughput, or twice its peak of the last days. */
  readonly tableWrites: number
  /** Throttled writes that an environment may repeat, at first and for each accepted one (shared/redemption/retry-budget.ts). */
  readonly retries: { readonly atFirst: number; readonly perWrite: number }
  /** Seconds for which the function repeats a throttled write before it responds with 503. */
  readonly budgetSeconds: number
  /** People who got a 503: how many of them give up each time, and the mean of seconds until the others try again. */
  readonly retry: { readonly givingUp: number; readonly meanSeconds: number }
  /** The signer of capabilities. */
  readonly signer: 'secret' | 'kms'
  readonly fileMegabytes: number
  /** Replicas of the table, each of which bills every write. */
  readonly replicas: number
  /** Memory of the edge function, in MB. */
  readonly edgeMemory: number
  /** Seconds that the forecast covers. */
  readonly horizonSeconds: number
}

/** The shipped settings, AWS's defaults, a new table, and links as we recommend them: with `confirm`, no shared reference. */
export const defaultParameters: Parameters = {
  limits: defaultLimits,
  warmSeconds: 0.03,
  coldSeconds: 1.5,
  otherConcurrency: 0,
  invocationsPerOpening: 2,
  sharedReference: false,
  sharedFile: true,
  tableWrites: defaultLimits.tableFirstWrites,
  retries: { atFirst: 5, perWrite: 0.1 },
  budgetSeconds: requestBudgetMs / 1000,
  retry: { givingUp: 0.1, meanSeconds: 30 },
  signer: 'secret',
  fileMegabytes: 1,
  replicas: 2,
  edgeMemory: 128,
  horizonSeconds: 86_400,
}

/**
 * Returns the seconds for which one invocation occupies its environment. An environment serves at most 10 requests a second,
 * however short they are.
 */
export function occupiedSeconds({ warmSeconds, limits }: Parameters): number {
  return Math.max(warmSeconds, 1 / limits.requestsPerEnvironment)
}
