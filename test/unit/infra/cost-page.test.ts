import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plans as allPlans } from '../../../shared/cloudfront/plan.ts'
import { allowances, prices } from '../../../infra/app/cost/prices.ts'
import {
  bytesTable,
  choiceTable,
  profileTable,
  requestTable,
  settingTable,
  type Table,
  withPrices,
} from './cost-tables.ts'

/** Tables of a page, by the heading under which each is. */
type Tables = Readonly<Record<string, Table>>

const costTables: Tables = {
  '## Profiles': profileTable(),
  '## Bytes of files': bytesTable(),
  '## What a setting adds': settingTable(),
  '## What else is requested': requestTable(),
}

/** Formats a table with padded cells; numbers are on the right. */
function format([head = [], ...rows]: Table): string {
  const isNumber = head.map((_, column) => rows.every(row => /^[-+<\s\d.]*$/.test(row[column] ?? '')))
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map(row => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (isNumber[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, at) => (isNumber[at] === true ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** Returns the page with the first table under each heading replaced. */
function withTables(text: string, tables: Tables): string {
  return Object.entries(tables).reduce((before, [heading, table]) => {
    const start = before.indexOf(`${heading}\n`)
    expect(start, heading).toBeGreaterThan(0)
    const from = before.indexOf('\n|', start) + 1
    const end = before.indexOf('\n\n', from)
    return before.slice(0, from) + format(table) + before.slice(end === -1 ? before.length - 1 : end)
  }, text)
}

test('the table of prices has each price of the bill', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/cost.md'), 'utf8')
  const rows = page.slice(page.indexOf('## Prices')).matchAll(/^\| `(\w+)` +\| +([\d.]+) \| (a million )?\S/gm)
  const found = [...rows].map(([, name, dollars, perMillion]) => [name, Number(dollars) / (perMillion ? 1e6 : 1)])
  expect(Object.fromEntries(found)).toEqual(prices)
})

test('what pages say of plans and of stored files is what allowances and prices say', () => {
  const page = (name: string) => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8')
  const plans = [...page('deploy.md').matchAll(/^- `plan: '(\w+)'`: \$(\d+); (\d+) M requests and (\d+) (GB|TB)/gm)]
  const found = plans.map(([, plan, dollars, requests, bytes, unit]) => [
    plan,
    {
      dollars: Number(dollars),
      requests: Number(requests) * 1e6,
      gigabytes: Number(bytes) * (unit === 'TB' ? 1000 : 1),
    },
  ])
  const { planFree, planPro, planBusiness } = prices
  const dollars = { free: planFree, pro: planPro, business: planBusiness }
  const expected = allPlans.map(plan => [plan, { dollars: dollars[plan], ...allowances[plan] }])
  expect(found).toEqual(expected)
  const { requests, gigabytes } = allowances.pro
  const freeTerabytes = 1
  const worthwhile = freeTerabytes + planPro / prices.cloudFrontBytes / 1000
  expect(page('cost.md')).toContain(`up to ${requests / 2e6} million links and ${gigabytes / 1000} TB a month`)
  expect(page('cost.md')).toContain(`\`pro\` pays from ${worthwhile.toFixed(1)} TB on`)
  expect(page('cost.md')).toContain(`10 TB are ${10_000 * prices.objectStorage} dollars a month`)
})

/** `npm run cost` rewrites them. */
test.each([
  ['docs/cost.md', (text: string) => withTables(withPrices(text), costTables)],
  ['docs/deploy.md', (text: string) => withTables(withPrices(text), { '## Choose': choiceTable() })],
  ['README.md', withPrices],
])('what %s says of prices is what prices and settings say', (name, rewrite) => {
  const path = join(import.meta.dirname, '../../..', name)
  const page = readFileSync(path, 'utf8')
  if (process.env['UPDATE_COST'] === '1') writeFileSync(path, rewrite(page))
  else expect(page).toBe(rewrite(page))
  for (const profile of ['`starter`', '`standard`', '`regulated`'])
    expect(page).toMatch(new RegExp(`${profile}.*\\d\\.\\d\\d`))
})
