import { callerQuotaRange } from '../../../shared/deployment.ts'
import { type Campaign, mail, push, worldwide } from './arrivals.ts'
import { costOf, sumOf } from './cost.ts'
import { defaultLimits, limits } from './limits.ts'
import { carry } from './model.ts'
import { defaultParameters, type Parameters } from './parameters.ts'
import { type Issuing, issuingSeconds, type Part, partsOf } from './parts.ts'
import { minutesToSpread } from './spread.ts'

/** Rows of a table, each with its cells. */
export type Rows = readonly (readonly string[])[]

const recipients = 10_000_000
const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const dollars = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
/** Formats a count of people or responses; less than one is none. */
const counted = (count: number) => numbers.format(count < 1 ? 0 : count)
const millions = (count: number) => `${(count / 1e6).toFixed(1)} million`

/** Links of a push notification need no confirmation, because no scanner sees them. */
const plain: Parameters = { ...defaultParameters, invocationsPerOpening: 1 }

/** What to ask for so that twice the peak of a push notification fits. */
const asked: Parameters = {
  ...plain,
  tableWrites: 25_000,
  sharedFile: false,
  limits: { ...defaultLimits, lambdaConcurrency: 2500, edgeRequests: 25_000 },
}

/** The campaigns of docs/scale.md, by what its table calls them. */
const cases: Readonly<Record<string, readonly [Campaign, Parameters]>> = {
  'mail within 10 minutes': [mail(recipients), defaultParameters],
  'mail within a minute': [{ ...mail(recipients), deliverySeconds: 60 }, defaultParameters],
  'mail within 10 minutes, all links with one `reference`': [
    mail(recipients),
    { ...defaultParameters, sharedReference: true },
  ],
  'mail within 10 minutes, a new account': [
    mail(recipients),
    {
      ...defaultParameters,
      limits: { ...defaultLimits, lambdaConcurrency: limits.newAccountConcurrency.value },
    },
  ],
  'push notification within a minute': [push(recipients), plain],
  'the same, all over the world': [
    { ...push(recipients), regions: worldwide },
    { ...plain, warmSeconds: 0.15 },
  ],
  'the same in one country, with what is asked for above': [push(recipients), asked],
}

/**
 * Returns what becomes of each campaign: its name, requests in the busiest second without and with people who try again,
 * environments, 503s of CloudFront and of ours, their last minute, and people who give up.
 */
export function campaignRows(): Rows {
  return Object.entries(cases).map(([name, [campaign, parameters]]) => {
    const { refusals, lastRefusal, environments, peaks, balance } = carry(campaign, parameters)
    return [
      name,
      numbers.format(peaks.firstRequests),
      numbers.format(peaks.requests),
      numbers.format(environments),
      counted(refusals.byLambda),
      counted(refusals.byStore),
      lastRefusal === undefined ? '' : `${numbers.format(Math.ceil((lastRefusal + 1) / 60))} minutes`,
      counted(balance.givenUp.at(-1) ?? 0),
    ]
  })
}

/** Returns what each part has to do for mail and for a push notification, and the recipients that reach its limit. */
export function partRows(): Rows {
  const [ofMail, ofPush] = [partsOf(mail(recipients), defaultParameters), partsOf(push(recipients), plain)]
  const find = (parts: readonly Part[], name: string) => parts.find(({ part }) => part === name)
  return ofPush.map(({ part, unit, limit, demand, recipientsAtLimit }) => {
    const same = find(ofMail, part)
    return [
      `${part}, ${unit}`,
      numbers.format(limit),
      numbers.format(same?.demand ?? 0),
      millions(same?.recipientsAtLimit ?? 0),
      numbers.format(demand),
      millions(recipientsAtLimit),
    ]
  })
}

/** The settings as shipped that limit issuing. */
export const shipped = { callerQuota: 3000, requestsPerSecond: 100 } as const

const issuing: Readonly<Record<string, readonly [Issuing, Parameters]>> = {
  'as shipped, one caller': [{ callers: 1, ...shipped }, defaultParameters],
  '`callerQuota: 60000`, `requestsPerSecond: 2000`, one caller': [
    { callers: 1, callerQuota: callerQuotaRange.max, requestsPerSecond: 2000 },
    defaultParameters,
  ],
  'the same, four callers': [
    { callers: 4, callerQuota: callerQuotaRange.max, requestsPerSecond: 2000 },
    defaultParameters,
  ],
  'the same, four callers, one `reference`': [
    { callers: 4, callerQuota: callerQuotaRange.max, requestsPerSecond: 2000 },
    { ...defaultParameters, sharedReference: true },
  ],
}

/** Returns how long issuing takes: settings, links a second, duration. */
export function issuingRows(): Rows {
  return Object.entries(issuing).map(([name, [settings, parameters]]) => {
    const seconds = issuingSeconds(recipients, settings, parameters)
    const hours = seconds / 3600
    return [
      name,
      numbers.format(recipients / seconds),
      hours < 1 ? `${numbers.format(seconds / 60)} minutes` : `${hours.toFixed(1)} hours`,
    ]
  })
}

/** Returns the bill: item, dollars of mail with a confirmation, dollars of a push notification; the sum comes last. */
export function costRows(): Rows {
  const [ofMail, ofPush] = [costOf(mail(recipients), defaultParameters), costOf(push(recipients), plain)]
  const rows = ofMail.map(({ item, dollars: each }, index) => [
    item,
    dollars.format(each),
    dollars.format(ofPush[index]?.dollars ?? 0),
  ])
  return [...rows, ['sum', dollars.format(sumOf(ofMail)), dollars.format(sumOf(ofPush))]]
}

/** Rounds up to two digits, as one asks for a quota. */
function roundUp(value: number): number {
  const digit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Math.ceil(value / digit) * digit
}

/** Returns twice the peak of the parts for which one asks: part, for mail, for a push notification; bytes of 10 MB files. */
export function askRows(): Rows {
  const large = { fileMegabytes: 10 }
  const ofMail = partsOf(mail(recipients), { ...defaultParameters, ...large })
  const ofPush = partsOf(push(recipients), { ...plain, ...large })
  const names = ['Lambda concurrency', 'Lambda@Edge requests', 'writes to the table', 'bytes from CloudFront']
  return names.map(name => {
    const same = [ofMail, ofPush].map(parts => parts.find(({ part }) => part === name) as Part)
    return [`${name}, ${same[0]?.unit}`, ...same.map(({ demand }) => numbers.format(roundUp(2 * demand)))]
  })
}

/** Returns the sentences of docs/scale.md that have figures of the model. */
export function phrases(): readonly string[] {
  const [ofMail, ofPush] = [partsOf(mail(recipients), defaultParameters), partsOf(push(recipients), plain)]
  const edge = ofMail[0] as Part
  const table = ofPush[0] as Part
  const opened = ofMail.find(({ part }) => part === table.part) as Part
  const minutes = spreadMinutes()
  const { peaks } = carry(push(recipients), plain)
  return [
    `${edge.part} comes first, at ${millions(edge.recipientsAtLimit)} recipients`.replace(' requests', ''),
    `the busiest second has ${numbers.format(edge.demand)} requests for links`,
    `That is ${Math.round((100 * edge.demand) / edge.limit)} % of what Lambda@Edge accepts`,
    `Its busiest second has ${numbers.format(table.demand)} openings`,
    `a new table accepts ${numbers.format(table.limit)} writes`,
    `the table of links comes first, at ${millions(table.recipientsAtLimit)} recipients`,
    `the ${numbers.format(opened.demand)} people of the busiest second of mail`,
    `over ${minutes.mail} minutes, and the push notification over ${minutes.push} minutes`,
    `${numbers.format(peaks.requests)} requests instead of ${numbers.format(peaks.firstRequests)}`,
    `the table gets at most ${numbers.format(peaks.attempts)} attempts a second for ${numbers.format(peaks.writes)} writes`,
  ]
}

/** Returns the minutes over which to deliver so that no part has to do more than 80 % of its default. */
export function spreadMinutes(): Readonly<Record<'mail' | 'push', number | undefined>> {
  return {
    mail: minutesToSpread(mail(recipients), defaultParameters, 0.8),
    push: minutesToSpread(push(recipients), plain, 0.8),
  }
}
