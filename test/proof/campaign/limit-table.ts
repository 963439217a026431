import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { campaignPrices } from './cost.ts'
import { defaultLimits, limits } from './limits.ts'

const numbers = new Intl.NumberFormat('en-US')
const perEnvironment = defaultLimits.requestsPerEnvironment

/** What limits allow, in redemptions a second of plain links whose files have 1 MB, where that says something. */
const redemptions: Readonly<Partial<Record<keyof typeof limits, number>>> = {
  lambdaConcurrency: defaultLimits.lambdaConcurrency * perEnvironment,
  newAccountConcurrency: defaultLimits.newAccountConcurrency * perEnvironment,
  requestsPerEnvironment: perEnvironment,
  edgeRequests: defaultLimits.edgeRequests,
  distributionRequests: defaultLimits.distributionRequests / 2,
  distributionGigabits: (defaultLimits.distributionGigabits * 1000) / 8,
  tableFirstWrites: defaultLimits.tableFirstWrites,
  tableWrites: defaultLimits.tableWrites,
  partitionWrites: defaultLimits.partitionWrites,
  kmsSignEcc: defaultLimits.kmsSignEcc,
  kmsSignRsa: defaultLimits.kmsSignRsa,
  objectReads: defaultLimits.objectReads,
}

/** Returns each limit: its value with unit, what shares it, redemptions a second, and how it is raised. */
export function limitRows(): readonly (readonly string[])[] {
  return Object.entries(limits).map(([name, limit]) => {
    const each = redemptions[name as keyof typeof limits]
    return [
      `${numbers.format(limit.value)} ${limit.unit}`,
      limit.per,
      each === undefined ? '' : numbers.format(each),
      'raise' in limit ? limit.raise : 'not',
    ]
  })
}

/** Returns each page that a limit or price comes from, with the month of a limit's text, and whether AWS wrote it. */
export function sources(): readonly string[] {
  const marks = { documented: '', 'third party': ' (said by others)', assumed: ' (assumed)' } as const
  const ofLimits = Object.values(limits).map(({ source, asOf, confidence }) => `${source}, ${asOf}${marks[confidence]}`)
  const page = readFileSync(join(import.meta.dirname, '../../../docs/cost.md'), 'utf8')
  const ofPrices = campaignPrices.map(name => {
    const [source = '', confidence = ''] =
      new RegExp(`^.*\`${name}\`.*$`, 'm').exec(page)?.[0].split('|').slice(-3) ?? []
    return `${source.trim()}${marks[confidence.trim() as keyof typeof marks]}`
  })
  return [...new Set([...ofLimits, ...ofPrices])]
}
