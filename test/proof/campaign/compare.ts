import type { Played } from './campaign.ts'
import { windowSeconds } from './counts.ts'
import { defaultLimits } from './limits.ts'
import { carry } from './model.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import { documentedRules, type Rules } from './rules.ts'
import type { CampaignScenario } from './scenario.ts'

/** What the model and the simulation say of one campaign. */
export interface Comparison {
  readonly model: Figures
  readonly simulation: Figures
  /** Largest difference, over all ten seconds, between the links that are used by then, as a share of all opened links. */
  readonly servedApart: number
  /** Viewers whom the simulation drew, in all and in its busiest ten seconds. */
  readonly sample: { readonly arrivals: number; readonly atPeak: number }
}

/** Figures that both have. */
export interface Figures {
  /** Responses with 503 to viewers, for each opened link. */
  readonly refusals: number
  /** Seconds after the first message of the last of them; 0 if there was none. */
  readonly lastRefusal: number
  /** First openings in the busiest ten seconds, a second. */
  readonly peakPerSecond: number
}

/** How far apart they may be, besides what chance does to a sample; shares, for the last refusal a minute more. */
export const agreement = { servedApart: 0.02, refusals: 0.2, lastRefusal: 0.1, peak: 0.05 } as const

/** Mean of seconds until a person tries again: of numbers between 2 and 60, small ones as likely as large ones. */
const reloadSeconds = (60 - 2) / Math.log(60 / 2)

/** Compares a campaign that was played with the model's forecast for all its recipients, by these rules of the model. */
export function compare({ world, links }: Played, rules: Rules = documentedRules): Comparison {
  const { scenario, counts, scale } = world
  const { windows } = counts
  const regions = Object.fromEntries(scenario.edges.map(({ region, share }) => [region, share]))
  const forecast = carry({ ...scenario.campaign, regions }, parametersOf(scenario), rules)
  const { arrived, served } = forecast.balance
  const all = arrived.at(-1) ?? 0
  const inWindow = (index: number) => Math.min(arrived.length, (index + 1) * windowSeconds) - 1
  const atPeak = Math.max(...windows.map(({ arrivals }) => arrivals))
  let redeemed = 0
  const gaps = windows.map((window, index) => {
    redeemed += window.redeemed
    return Math.abs(redeemed / scale - (served[inWindow(index)] ?? all)) / all
  })
  const peak = (index: number) => (arrived[inWindow(index)] ?? 0) - (arrived[inWindow(index - 1)] ?? 0)
  const refusals = windows.reduce((sum, each) => sum + each.refusals, 0)
  return {
    model: {
      refusals: Math.max(0, forecast.refusals.byLambda + forecast.refusals.byStore) / all,
      lastRefusal: forecast.lastRefusal ?? 0,
      peakPerSecond: Math.max(...windows.map((_, index) => peak(index))) / windowSeconds,
    },
    simulation: {
      refusals: refusals / scale / all,
      lastRefusal: Math.max(0, windows.findLastIndex(each => each.refusals > 0) + 1) * windowSeconds,
      peakPerSecond: atPeak / windowSeconds / scale,
    },
    servedApart: Math.max(...gaps),
    sample: { arrivals: links.length, atPeak },
  }
}

/** Returns each figure on which the model and the simulation don't agree. */
export function disagreements({ model, simulation, servedApart, sample }: Comparison): readonly string[] {
  const apart = (name: keyof Figures, most: number) => {
    const [expected, found] = [model[name], simulation[name]]
    return Math.abs(expected - found) <= most ? [] : [`${name}: model ${expected}, simulation ${found}`]
  }
  const { servedApart: most, refusals, lastRefusal, peak } = agreement
  // A sample deviates by chance: these are about four standard deviations.
  const [ofAll, ofPeak] = [2 / Math.sqrt(sample.arrivals), 4 / Math.sqrt(sample.atPeak)]
  return [
    ...apart('refusals', refusals * model.refusals + 2 * ofAll),
    ...apart('lastRefusal', lastRefusal * model.lastRefusal + 6 * windowSeconds),
    ...apart('peakPerSecond', (peak + ofPeak) * model.peakPerSecond),
    ...(servedApart <= most + ofAll ? [] : [`used links: ${servedApart} apart`]),
  ]
}

/** Says to the model what the simulation does. */
function parametersOf({ lambda, table, durations, edges, homeRegions, viewers }: CampaignScenario): Parameters {
  const [home] = homeRegions
  const roundTrip = edges.reduce((sum, { share, roundTrips }) => sum + share * (roundTrips[home] ?? 0), 0)
  return {
    ...defaultParameters,
    limits: {
      ...defaultLimits,
      lambdaConcurrency: lambda.concurrency,
      lambdaScaling: lambda.newInTenSeconds,
      edgeRequests: lambda.perSecond,
    },
    warmSeconds: (durations.warm + roundTrip + durations.store) / 1000,
    coldSeconds: (durations.cold + roundTrip + durations.store) / 1000,
    invocationsPerOpening: 1,
    tableWrites: table.perSecond,
    retry: { givingUp: viewers.givingUp * (1 - viewers.programs), meanSeconds: reloadSeconds },
  }
}
