import type { Bill } from './bill.ts'
import { onceAtEdgeBill } from './model.ts'
import { type CostOptions, parseOptions, usage } from './options.ts'
import { prices } from './prices.ts'
import { comparison, itemised, leftOut, priceDates, unconfirmedPrices } from './report.ts'
import { seedBill } from './seed-system.ts'

/** Exit code for a command line that can't be read, as shells have it. */
const usageError = 2

function main(): void {
  const options = optionsOrError()
  if (options === undefined) return
  if (options === 'help') return void process.stdout.write(usage)
  const bills = billsFor(options)
  process.stdout.write(options.json ? `${JSON.stringify(asJson(options, bills), null, 2)}\n` : asText(options, bills))
}

function optionsOrError(): CostOptions | 'help' | undefined {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = usageError
    return undefined
  }
}

/** Mode `strong` also with a witness, which this product doesn't offer: to see what that would save. */
function billsFor({ workload, setup }: CostOptions): readonly Bill[] {
  return [
    onceAtEdgeBill(workload, { ...setup, mode: 'home' }),
    onceAtEdgeBill(workload, { ...setup, mode: 'strong', replicas: 2 }),
    onceAtEdgeBill(workload, { ...setup, mode: 'strong', replicas: 3 }),
    seedBill(workload, setup),
  ]
}

function asJson({ workload, setup }: CostOptions, bills: readonly Bill[]): object {
  return {
    workload,
    setup,
    bills,
    prices,
    priceDates: priceDates(bills),
    unconfirmed: unconfirmedPrices(bills),
    leftOut,
  }
}

function asText({ workload, setup, lines }: CostOptions, bills: readonly Bill[]): string {
  const { redemptions, megabytes, forged, spent, unopened } = workload
  const title = [
    `${redemptions.toLocaleString('en-US')} redemptions a month of ${megabytes} MB each; for each ${forged} forged, ${spent} spent, ${unopened} never opened`,
    `edge ${setup.edgeMb} MB x ${setup.edgeMs} ms, issuer ${setup.issuerMb} MB x ${setup.issuerMs} ms (assumed, not measured); a link ${setup.receipt ? 'leaves a receipt' : 'is deleted when used'}`,
    'strong, 2 + witness: priced for comparison, this product takes three replicas',
  ].join('\n')
  const details = lines ? bills.map(bill => `\n${itemised(bill)}\n`).join('') : ''
  return `${comparison(bills, title)}\n${details}`
}

main()
