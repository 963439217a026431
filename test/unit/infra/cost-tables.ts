import { bytes, days, run } from '../../../infra/app/cost/assumptions.ts'
import {
  costOf,
  receivedCost,
  receivedEventsCost,
  scanCost,
  schedulesCost,
  uploadsCost,
  type Workload,
} from '../../../infra/app/cost/cost.ts'
import { prices } from '../../../infra/app/cost/prices.ts'
import { inDollars, sumOf } from '../../../infra/app/cost/report.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { stacksOf } from '../../../infra/placement/placement.ts'
import { profiles, regulated, standard, starter } from '../../../infra/app/profiles.ts'
import type { SettingsInput } from '../../../infra/settings/settings.ts'

const endpoint = { id: 'orders', url: 'https://hooks.example.com/', secretName: 'webhooks/orders' }

const auth = { issuer: 'https://login.example.com', audience: 'https://links.example.com' }

/** A table of docs/cost.md: the cells of its head and of its rows. */
export type Table = readonly (readonly string[])[]

const alone: Workload = { linksPerRequest: 1 }
const inBatches: Workload = { linksPerRequest: 100 }
const million = 1e6

/** Returns the sums of settings; `million` is for links that are issued alone. */
function sumsOf(input: object) {
  const settings = parseSettings(input)
  const { million: inBatch } = sumOf(costOf(settings, inBatches))
  return { ...sumOf(costOf(settings, alone)), inBatch }
}

/** Returns stacks and sums of settings as text. */
function figuresOf(input: SettingsInput) {
  const settings = parseSettings(input)
  const { idle, inUse, million: each, inBatch } = sumsOf(input)
  const stacks = stacksOf(settings, physicalNames(settings.name, '111122223333')).length
  return {
    stacks: String(stacks),
    idle: inDollars(idle),
    inUse: inDollars(inUse),
    million: inDollars(each),
    inBatch: inDollars(inBatch),
  }
}

/** Returns stacks and sums of each profile in each mode that it allows. */
export function profileTable(): Table {
  const strong = { mode: 'strong' } as const
  const rows: [string, SettingsInput][] = [
    ['`starter`', starter],
    ['`standard`', standard],
    ['`standard`, strong', { ...standard, ...strong }],
    ['`regulated`', regulated],
    ['`regulated`, strong', { ...regulated, ...strong }],
  ]
  return [
    ['profile', 'stacks', 'idle', 'in use', 'a million', 'in batches of 100'],
    ...rows.map(([name, input]) => {
      const { stacks, idle, inUse, million: each, inBatch } = figuresOf(input)
      return [name, stacks, idle, inUse, each, inBatch]
    }),
  ]
}

/** What each profile is for, in docs/deploy.md. */
const purposes: Readonly<Record<keyof typeof profiles, string>> = {
  starter: 'a pilot: one Region, us-east-1',
  standard: 'the default: two home Regions, us-east-1 and us-east-2',
  regulated:
    'audits: customer managed keys, a private API, firewall, access logs, deliveries, events, every alarm, dashboard',
}

/** Returns the profiles as docs/deploy.md has them. */
export function choiceTable(): Table {
  const names = Object.keys(purposes) as (keyof typeof profiles)[]
  return [
    ['profile', 'for', 'stacks', 'idle', 'in use', 'a million links'],
    ...names.map(name => {
      const { stacks, idle, inUse, million: each } = figuresOf(profiles[name])
      return [`\`${name}\``, purposes[name], stacks, idle, inUse, each]
    }),
  ]
}

/** Returns what a million links of `starter` cost in a month, each to a file of these MB, in the bucket or sent from the page. */
function withBytes(megabytes: number, sent: boolean) {
  const input = sent ? { ...starter, auth, sendPage: { clientId: 'page' } } : starter
  const uploads = sent ? uploadsCost(parseSettings(input)) : 0
  const links = sumsOf(input).million + uploads
  const bytesOut = megabytes * 1000 * prices.cloudFrontBytes
  const withPlan = prices.planPro + sumsOf({ ...input, plan: 'pro' }).million + uploads
  return { links, bytesOut, byUse: links + bytesOut, withPlan }
}

/** Returns what bytes of files add, by use and with a plan, whose allowance has room for each row. */
export function bytesTable(): Table {
  const rows: [string, ReturnType<typeof withBytes>][] = [
    ['links to files of 1 MB', withBytes(1, false)],
    ['links to files of 10 MB', withBytes(10, false)],
    ['files of 1 MB, sent from the page', withBytes(1, true)],
  ]
  return [
    ['a million', 'without bytes', 'bytes by use', 'in all by use', "in all with `plan: 'pro'`"],
    ...rows.map(([what, { links, bytesOut, byUse, withPlan }]) => [
      what,
      ...[links, bytesOut, byUse, withPlan].map(inDollars),
    ]),
  ]
}

/** Returns a text with the prices of profiles in parentheses after their names, and those of files before what they are for. */
export function withPrices(text: string): string {
  const { byUse, withPlan } = withBytes(10, false)
  const files = {
    'by use': byUse,
    "with `plan: 'pro'`": withPlan,
    'sent from the page': withBytes(1, true).links,
  }
  const withFiles = Object.entries(files).reduce((before, [what, dollars]) => {
    const price = new RegExp(`\\$[\\d.]+(\\s${what.replaceAll(' ', '\\s')})`, 'g')
    return before.replaceAll(price, (_, after: string) => `$${inDollars(dollars)}${after}`)
  }, text)
  return withFiles.replaceAll(/`(starter|standard|regulated)` \([^)]*\)/g, (_, name: keyof typeof profiles) => {
    const { stacks, idle, million: each } = figuresOf(profiles[name])
    return `\`${name}\` (${stacks} ${stacks === '1' ? 'stack' : 'stacks'}, $${idle} a month, $${each} a million links)`
  })
}

/** Returns what a setting adds to `standard`. */
export function settingTable(): Table {
  const rows: [string, SettingsInput][] = [
    ['one home Region less', starter],
    ['a third home Region', { homeRegions: ['us-east-1', 'us-east-2', 'us-west-2'] }],
    ["`mode: 'strong'`", { ...standard, mode: 'strong' }],
    ["`firewall: 'own'`", { ...standard, firewall: 'own' }],
    ["`plan: 'pro'`", { ...standard, plan: 'pro' }],
    ["`encryption: 'customer'`", { ...standard, encryption: 'customer' }],
    ["`network: 'private'`", { ...standard, network: 'private' }],
    ['`events: true`', { ...standard, events: true }],
    ['`endpoints` with one endpoint', { ...standard, endpoints: [endpoint] }],
    ['`audit: true`', { ...standard, audit: true }],
    ['`accessLogs: true`', { ...standard, accessLogs: true }],
    ['`deliveryProof: true`', { ...standard, deliveryProof: true }],
    ["`alarms: 'all'`", { ...standard, alarms: 'all' }],
    ['`auth` and `sendPage`, if it sends all', { ...standard, auth, sendPage: { clientId: 'page' } }],
    ['`dashboard: true`', { ...standard, dashboard: true }],
    ['`edgeMemory: 512`', { ...standard, edgeMemory: 512 }],
  ]
  const base = sumsOf(standard)
  const change = (dollars: number) =>
    Math.abs(dollars) < 0.005 ? '' : `${dollars < 0 ? '-' : '+'}${Math.abs(dollars).toFixed(2)}`
  return [
    ['setting', 'idle', 'in use', 'a million'],
    ...rows.map(([name, input]) => {
      const { idle, inUse, million: each } = sumsOf(input)
      return [name, ...[idle - base.idle, inUse - base.inUse, each - base.million].map(change)]
    }),
  ]
}

/** Returns what a million of other requests, and options of links, add in `standard`. */
export function requestTable(): Table {
  const homes = standard.homeRegions.length
  const viewed = million * prices.cloudFrontRequests + (bytes.redirect / 1000) * prices.cloudFrontBytes
  const atEdge = (seconds: number) => million * (prices.edgeRequests + (seconds / 8) * prices.edgeSeconds)
  const write = million * prices.writes
  const kept = ((million * bytes.item) / 1e9) * (days.receipt / days.month) * homes
  const looked = viewed + atEdge(run.edge) + million * prices.reads
  const receipt = write * (homes - 1) + kept * (prices.storage + prices.backups)
  // It has a page, a receipt and an upload, and no file: neither a look at one, nor a download through the gate.
  const given = million * (prices.cloudFrontRequests + prices.cloudFrontFunctions + 2 * prices.objectRequests)
  const taking = looked + receipt + receivedCost(parseSettings(standard)) - given
  const rows: [string, number][] = [
    ['a request with a forged or expired link', viewed + atEdge(run.refusal)],
    ['a request for a used link', viewed + atEdge(run.edge) + write],
    ['the same, if the link has a receipt: it is counted', viewed + atEdge(run.edge) + write * (1 + homes)],
    ['a link with `confirm`, one page more', looked],
    ['a link with `receipt`, kept for 31 days', receipt],
    ['a link with `reference`, or of an issuer with `own`, in each index', 2 * homes * write],
    ['a link with an `Idempotency-Key`', 2 * write],
    ['a link with `sender` and `message`, for each KB that its item is longer than 1 KB', 2 * homes * write],
    ['a try at a passphrase: a write more than a redemption', write * homes],
    ['a try with a wrong passphrase', viewed + atEdge(run.edge) + write * (homes + 1)],
    ['an upload of at most 8 MiB, beside its link', uploadsCost(parseSettings(standard))],
    ['a link that takes a file of at most 8 MiB instead of giving one', taking],
    ['the event that it has arrived', receivedEventsCost(parseSettings(standard))],
    ['a change of another file, with `events` and `uploadLinks`', million * prices.events],
    ['a reminder of a link that was not opened', schedulesCost(parseSettings(standard)).reminders],
    ['a file that goes with its link', schedulesCost(parseSettings(standard)).fileEnds],
    ['a file of 1 MB that is scanned before its link', scanCost()],
    ['an issued link that is never opened', write * homes + write * (homes - 1)],
  ]
  return [['what', 'dollars'], ...rows.map(([what, dollars]) => [what, inDollars(dollars)])]
}
