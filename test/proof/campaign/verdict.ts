import type { Played } from './campaign.ts'
import { type Window, windowSeconds } from './counts.ts'
import type { CampaignLink } from './links.ts'

/** What a campaign shows, in numbers. Times are in seconds after the first message. */
export interface Result {
  readonly name: string
  /** First openings of links, in the sample and in the campaign. */
  readonly arrivals: number
  readonly recipients: number
  /** First openings a second of the whole campaign, in the busiest ten seconds. */
  readonly peakPerSecond: number
  /** Writes that first requests ask for in the busiest ten seconds, in multiples of what the table accepts. */
  readonly overload: number
  /** Calls by which Lambda, the table, KMS and Secrets Manager throttled. */
  readonly throttled: {
    readonly lambda: number
    readonly table: number
    readonly kms: number
    readonly secrets: number
  }
  /** How viewers ended: those who gave up have links that still work. */
  readonly viewers: {
    readonly atOnce: number
    readonly afterRetry: number
    readonly gaveUp: number
    /** Others who came later than the one who got the file. */
    readonly second: number
  }
  /** Links that were lost with a response that the scenario lost. */
  readonly lostWithResponse: number
  /** Links that KMS did not sign for as long as their capability would have lived. Their viewers saw `unsigned`. */
  readonly lostUnsigned: number
  /** Calls that consume, for each viewer's request that Lambda ran, and for each link that was consumed. */
  readonly callsPerRequest: number
  readonly callsPerLink: number
  readonly kmsCallsPerLink: number
  /** Writes in the worst ten seconds, in multiples of what the table accepts. Viewers who reload are most of them. */
  readonly worstCalls: number
  /** Writes that the table accepted while it throttled, as a share of its limit; undefined if it never did. */
  readonly goodput: number | undefined
  /** Last throttle, 0 if there was none, and requests of viewers for each of their first ones, from two minutes after it on. */
  readonly lastThrottle: number
  readonly amplificationAfter: number
  /** Promises that were broken, each with an example. */
  readonly broken: readonly string[]
}

/** Bounds that every campaign must keep. */
export const bounds = {
  /** What our own retries add, however long the overload lasts. */
  callsPerRequest: 1.2,
  /** People who reload come again, so this grows with the overload: the table accepts one call in so many. */
  callsPerLink: (overload: number) => 2 * (1 + overload),
  goodput: 0.85,
  amplificationAfter: 1.1,
} as const

/** Judges a campaign that was played. */
export function judge(played: Played): Result {
  const { world, links } = played
  const { scenario, counts, scale } = world
  const { windows } = counts
  const total = (what: keyof Window) => windows.reduce((sum, each) => sum + each[what], 0)
  const noted = (name: string) => counts.others.get(name) ?? 0
  const limit = scenario.table.perSecond * scale * windowSeconds
  const peak = Math.max(...windows.map(({ arrivals }) => arrivals))
  // On a link with a receipt a scanner's request is counted, which is a write too.
  const peakWrites = Math.max(...windows.map(({ arrivals, scans }) => arrivals + (scenario.receipt ? scans : 0)))
  const throttling = windows.filter(({ writes, throttledWrites }) => throttledWrites > writes / 4)
  const lastThrottle =
    (windows.findLastIndex(each => each.throttledWrites + each.refusedByLambda > 0) + 1) * windowSeconds
  const numbers = {
    name: scenario.name,
    arrivals: total('arrivals'),
    recipients: scenario.campaign.recipients,
    peakPerSecond: peak / windowSeconds / scale,
    overload: peakWrites / limit,
    throttled: {
      lambda: total('refusedByLambda'),
      table: total('throttledWrites'),
      kms: noted('KMS throttled'),
      secrets: noted('secrets throttled'),
    },
    viewers: {
      atOnce: noted('served at once'),
      afterRetry: noted('served after a retry'),
      gaveUp: links.reduce((sum, { gaveUp }) => sum + gaveUp.size, 0),
      second: links.reduce((sum, { refused, grantees }) => sum + (grantees.size > 0 ? refused.size : 0), 0),
    },
    lostWithResponse: links.filter(link => isLostWithResponse(link, played)).length,
    lostUnsigned: links.filter(isLostUnsigned).length,
    kmsCallsPerLink: noted('KMS calls') / Math.max(1, total('redeemed')),
    callsPerRequest: total('consumeCalls') / Math.max(1, total('requests') - noted('503 not run')),
    callsPerLink: total('consumeCalls') / Math.max(1, total('redeemed')),
    worstCalls: Math.max(...windows.map(({ writes }) => writes)) / limit,
    goodput:
      throttling.length === 0
        ? undefined
        : throttling.reduce((sum, { writes, throttledWrites }) => sum + writes - throttledWrites, 0) /
          (limit * throttling.length),
    lastThrottle,
    amplificationAfter: amplificationFrom(windows, lastThrottle + 120),
  }
  return { ...numbers, broken: [...brokenPromises(played), ...brokenBounds(numbers)] }
}

/** Returns the requests of viewers for each of their first ones, from a second on, in the hour after it. */
function amplificationFrom(windows: readonly Window[], second: number): number {
  const after = windows.slice(Math.ceil(second / windowSeconds), Math.ceil((second + 3600) / windowSeconds))
  const requests = after.reduce((sum, each) => sum + each.requests, 0)
  const retries = after.reduce((sum, each) => sum + each.retries, 0)
  return requests / Math.max(1, requests - retries)
}

/**
 * Returns whether the response that the scenario lost cost the link. With a receipt it does so only if its viewer gave up: who
 * comes back after the end of the capability gets nothing.
 */
function isLostWithResponse({ id, grantees, gaveUp }: CampaignLink, { world: { lost, scenario } }: Played): boolean {
  return grantees.size === 0 && lost.has(id) && (!scenario.receipt || gaveUp.size > 0)
}

/** Returns whether a link is used and its viewer has no file because KMS throttled: this is promised for a while only. */
function isLostUnsigned({ grantees, unsigned }: CampaignLink): boolean {
  return grantees.size === 0 && unsigned
}

function brokenPromises(played: Played): readonly string[] {
  const { links, strangers } = played
  const counted = links.filter(link => !isLostWithResponse(link, played) && !isLostUnsigned(link))
  const promises: Readonly<Record<string, (link: CampaignLink) => boolean>> = {
    'a link gave capabilities to two viewers, or two capabilities': ({ grantees, capabilities }) =>
      grantees.size > 1 || capabilities.size > 1,
    'capabilities of a link opened its file at two addresses': ({ addresses }) => addresses.size > 1,
    'a viewer was refused for good, and no viewer has the file': ({ grantees, refused }) =>
      grantees.size === 0 && refused.size > 0,
    'a link that was given up did not work when asked for again': ({ grantees, refused }) =>
      grantees.size === 0 && refused.size === 0,
    'a viewer who kept trying was never served': ({ neverServed }) => neverServed.size > 0,
    'a viewer was refused for another reason than that the link is used': ({ refused }) =>
      [...refused.values()].some(reason => reason !== 'spent'),
  }
  const winners = strangers.filter(reason => reason === 'redeemed').length
  return [
    ...Object.entries(promises).flatMap(([promise, isBroken]) => {
      const [first, ...more] = counted.filter(isBroken)
      return first === undefined ? [] : [`${promise}: ${more.length + 1} links, such as ${first.id}`]
    }),
    ...(winners === 0 ? [] : [`${winners} strangers got a file whose link was used`]),
  ]
}

function brokenBounds(result: Omit<Result, 'broken'>): readonly string[] {
  const { callsPerRequest, callsPerLink, overload, goodput = 1, amplificationAfter } = result
  const bound = (name: string, value: number, isKept: boolean) => (isKept ? [] : [`${name}: ${value.toFixed(2)}`])
  return [
    ...bound('calls for each request', callsPerRequest, callsPerRequest <= bounds.callsPerRequest),
    ...bound('calls for each link', callsPerLink, callsPerLink <= bounds.callsPerLink(overload)),
    ...bound('goodput while throttled, of the limit', goodput, goodput >= bounds.goodput),
    ...bound(
      'requests for each first one after the peak',
      amplificationAfter,
      amplificationAfter <= bounds.amplificationAfter,
    ),
  ]
}
