/** A message with a link of its own to each recipient, and how they open it. */
export interface Campaign {
  readonly name: string
  readonly recipients: number
  /** Share of the recipients who ever open their link. */
  readonly openShare: number
  /** Delay from a message's delivery to its opening: lognormal, with this median and this deviation of the logarithm. */
  readonly delay: { readonly medianSeconds: number; readonly sigma: number }
  /** Seconds over which the messages are delivered, evenly. */
  readonly deliverySeconds: number
  /** Scanners that request the link of a share of the messages, evenly within so many seconds of their delivery. */
  readonly robots: { readonly share: number; readonly withinSeconds: number }
  /** Shares of the requests by the Region that runs the edge function; they add up to 1. */
  readonly regions: Readonly<Record<string, number>>
}

/**
 * How mail is opened. A third of all openings is in the first hour, 53 % within 6 hours and 78 % within a day (Mailchimp,
 * "Nearly One Third Of Opens Occur Within 1 Hour", 2006-09, 2,000 campaigns). Later counts differ in the first hour: 11 %
 * (MailerMailer, 2013), 21 % (GetResponse, 2012), 27 % (Inntopia), so this is the steepest of them. All are older than
 * Apple's and Microsoft's scanners, which make openings hard to count. That they are lognormal is our assumption.
 */
const mailDelay = { medianSeconds: 11_400, sigma: 2.6 } as const

/** 30 % within 5 minutes: an assumption, because no count by the minute was found. */
const pushDelay = { medianSeconds: 660, sigma: 1.5 } as const

/**
 * Scanners follow the links of one message in five, within 10 minutes. Published estimates of their share of all clicks
 * reach from 5 to 60 % (Evalanche, "Deviating opening rate and click rate due to bots", 2025); most come within 10 minutes
 * (Upsales, "Are bots skewing your email engagement metrics", 2025).
 */
const mailRobots = { share: 0.2, withinSeconds: 600 } as const

/** All recipients live in one country, so that one Region runs the function for all of them: the hardest case. */
const oneCountry = { 'eu-central-1': 1 } as const

/**
 * Recipients all over the world: an assumption, because AWS doesn't publish which Region runs a viewer's function. The
 * Regions are those of Lambda@Edge.
 */
export const worldwide = {
  'us-east-1': 0.14,
  'us-east-2': 0.1,
  'us-west-1': 0.05,
  'us-west-2': 0.1,
  'sa-east-1': 0.08,
  'eu-west-1': 0.08,
  'eu-west-2': 0.08,
  'eu-central-1': 0.14,
  'ap-south-1': 0.09,
  'ap-southeast-1': 0.05,
  'ap-southeast-2': 0.03,
  'ap-northeast-1': 0.04,
  'ap-northeast-2': 0.02,
} as const

/** A mail at 09:00 that leaves within 10 minutes. Every recipient opens it in the end: scale by your own share. */
export function mail(recipients: number): Campaign {
  return {
    name: 'mail',
    recipients,
    openShare: 1,
    delay: mailDelay,
    deliverySeconds: 600,
    robots: mailRobots,
    regions: oneCountry,
  }
}

/** A push notification to a phone, which leaves within a minute; no scanner sees it. */
export function push(recipients: number): Campaign {
  const robots = { share: 0, withinSeconds: 1 }
  return { ...mail(recipients), name: 'push', delay: pushDelay, deliverySeconds: 60, robots }
}

/** Requests by the second after the first message is delivered, in all Regions together. */
export interface Arrivals {
  /** People who open their link for the first time. */
  readonly people: Float64Array
  readonly robots: Float64Array
}

/** Returns who arrives in each of the first `seconds` seconds. Those who open later are left out. */
export function arrivalsOf(campaign: Campaign, seconds = 86_400): Arrivals {
  const { recipients, openShare, delay, deliverySeconds, robots } = campaign
  const opened = (t: number) => sinceDelivery(x => lognormalIntegral(x, delay), t, deliverySeconds)
  const scanned = (t: number) => sinceDelivery(x => uniformIntegral(x, robots.withinSeconds), t, deliverySeconds)
  const perSecond = (total: number, reached: (t: number) => number) =>
    Float64Array.from({ length: seconds }, (_, t) => Math.max(0, total * (reached(t + 1) - reached(t))))
  return {
    people: perSecond(recipients * openShare, opened),
    robots: perSecond(recipients * robots.share, scanned),
  }
}

/** Returns the share of the openings until second `t`, of messages that are delivered evenly over `deliverySeconds`. */
function sinceDelivery(integral: (x: number) => number, t: number, deliverySeconds: number): number {
  return (integral(t) - integral(t - deliverySeconds)) / deliverySeconds
}

/** Returns the integral, from 0 to `x`, of the lognormal's distribution function. */
function lognormalIntegral(x: number, { medianSeconds, sigma }: Campaign['delay']): number {
  if (x <= 0) return 0
  const z = Math.log(x / medianSeconds) / sigma
  return x * normal(z) - medianSeconds * Math.exp(sigma ** 2 / 2) * normal(z - sigma)
}

/** Returns the integral, from 0 to `x`, of the distribution function of an even delay of up to `width`. */
function uniformIntegral(x: number, width: number): number {
  if (x <= 0) return 0
  return x < width ? x ** 2 / (2 * width) : x - width / 2
}

/** Returns the standard normal distribution function at `z`, with an error below 1e-12 (Marsaglia, 2004, by its series). */
export function normal(z: number): number {
  if (z < -12) return 0
  if (z > 12) return 1
  let sum = z
  let term = z
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= z ** 2 / i
    sum += term
  }
  return 0.5 + sum * Math.exp(-(z ** 2) / 2 - 0.918_938_533_204_672_7)
}
