import { agreement, type Comparison } from './compare.ts'
import type { CampaignRun, Report } from './run.ts'
import { bounds, type Result } from './verdict.ts'

/** Returns the reports of a run as text for people. */
export function textOf({ recipients, sample, seed }: CampaignRun, reports: readonly Report[]): string {
  const failed = reports.filter(({ broken }) => broken.length > 0).length
  const heading = `${count(recipients)} links, ${count(sample)} of them played in each campaign, seed ${seed}`
  return [`${heading}: ${failed} of ${reports.length} campaigns broke a promise`, ...reports.map(paragraphOf)].join(
    '\n\n',
  )
}

function paragraphOf({ result, comparison, broken }: Report): string {
  return [
    result.name,
    ...linesOf(result),
    ...(comparison === undefined ? [] : [modelLine(comparison)]),
    ...broken.map(promise => `  BROKEN     ${promise}`),
  ].join('\n')
}

function linesOf(result: Result): readonly string[] {
  const { arrivals, throttled, viewers, overload, goodput, lostWithResponse, lostUnsigned, kmsCallsPerLink } = result
  const share = (number: number) => `${((100 * number) / arrivals).toFixed(1)} %`
  const lost = lostWithResponse + lostUnsigned
  return [
    `  peak       ${count(result.peakPerSecond)} openings a second; the table is asked for ${overload.toFixed(2)} times its limit`,
    `  throttled  Lambda ${throttled.lambda}, table ${throttled.table}, KMS ${throttled.kms}, Secrets Manager ${throttled.secrets}${until(result.lastThrottle)}`,
    `  viewers    ${share(viewers.atOnce)} served at once, ${share(viewers.afterRetry)} after a retry, ${share(viewers.gaveUp)} gave up with a live link`,
    ...(lost === 0
      ? []
      : [`  lost       ${lostWithResponse} links with a lost response, ${lostUnsigned} unsigned by KMS`]),
    `  calls      ${result.callsPerRequest.toFixed(2)} for each request (at most ${bounds.callsPerRequest}), ${result.callsPerLink.toFixed(2)} for each link (at most ${bounds.callsPerLink(overload).toFixed(1)}), in the worst ten seconds ${result.worstCalls.toFixed(1)} times the limit`,
    ...(kmsCallsPerLink === 0 ? [] : [`  KMS        ${kmsCallsPerLink.toFixed(2)} calls for each link`]),
    `  goodput    ${goodput === undefined ? 'no overload' : `${goodput.toFixed(2)} of the limit while throttled`}; ${result.amplificationAfter.toFixed(2)} requests for each viewer after it`,
  ]
}

function modelLine({ model, simulation, servedApart }: Comparison): string {
  const both = (name: keyof typeof model, digits: number) =>
    `${model[name].toFixed(digits)} / ${simulation[name].toFixed(digits)}`
  return `  model / simulation: peak ${both('peakPerSecond', 0)} a second, 503s for each opening ${both('refusals', 2)}, last 503 after ${both('lastRefusal', 0)} s; used links ${(100 * servedApart).toFixed(1)} % apart (at most ${100 * agreement.servedApart} %)`
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en')
}

function until(seconds: number): string {
  return seconds === 0 ? '' : `; the last after ${(seconds / 60).toFixed(1)} minutes`
}
