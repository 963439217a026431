import { prices } from '../../../../infra/app/cost/prices.ts'
import type { TrialKind } from './trials.ts'

/** Requests that a question sends to its throw-away distribution, at most. */
const requests = 10

/** Writes to a throw-away table, in each of three Regions. */
const writes = 20 * 3

const atDistribution = requests * (prices.cloudFrontRequests + prices.cloudFrontFunctions)

const dollars: Readonly<Record<TrialKind, number>> = {
  ipv6: atDistribution,
  memory: 0,
  strong: writes * prices.writes,
  plan: prices.planFree,
  // With each file of a log, S3 bills a request; there are no more files than requests.
  logs: atDistribution * 2,
}

const notes: Readonly<Record<TrialKind, string>> = {
  ipv6: 'a distribution with a function; some 15 minutes',
  memory:
    'a disabled distribution and a function that is never called; CloudFront keeps copies of it for hours, so --clean is needed later',
  strong: 'a table in three Regions, and 20 writes that are refused',
  plan: 'a distribution, a web ACL and a subscription of the free plan, which ends at once, says CloudFront; CLOUDFORMATION MAY WAIT UNTIL THE END OF THE MONTH, and until then they can not be deleted',
  logs: 'a distribution, and a bucket for its log',
}

/** Says what throw-away resources are and what they cost by list price, one line each. */
export function trialCosts(kinds: readonly TrialKind[]): string {
  const lines = kinds.map(kind => `  ${kind.padEnd(8)}${dollarText(dollars[kind])}  ${notes[kind]}`)
  return ['Throw-away resources, deleted at the end:', ...lines].join('\n')
}

function dollarText(amount: number): string {
  return amount === 0 ? 'free' : amount < 0.01 ? 'less than $0.01' : `$${amount.toFixed(2)}`
}
