import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { linkIdOf } from '../../shared/link.ts'
import { itemOfLink, type LinkItem } from '../../shared/link-item.ts'
import { bundleShipped, type Contender } from '../contenders.ts'
import { type Measured, type Row, Samples } from '../measurement.ts'
import { mintLinks } from '../nonces.ts'
import { programEvent } from './paths/events.ts'
import { ratio } from '../statistics.ts'
import { alternating, sectionTables, type Subject, type Workbench } from '../workbench.ts'

/** Live links in the small table. */
const few = 1000

/** The three tables, by what they contain. The last has few live links, too. */
interface Growth {
  readonly small: Contender
  readonly live: Contender
  readonly used: Contender
}

/**
 * Measures the shipped edge's latency with few and with many live links in the table, and with many used links that keep
 * their receipt. One store has all tables. A batch is `batchSize` redemptions, before which as many links are issued.
 */
export async function measureGrowth(bench: Workbench, many: number, batchSize = 1000): Promise<Measured> {
  const bundle = (table: string) => bundleShipped(join(bench.folder, table), table)
  const growth: Growth = {
    small: bench.shipped,
    live: await bundle(sectionTables.manyLive),
    used: await bundle(sectionTables.manyUsed),
  }
  const samples = new Samples()
  const fillSeconds = await fillAndCompare(growth, { bench, many, batchSize, samples })
  const ofTable = ({ table }: Contender, what: string) => samples.of(`${table} ${what}`)
  const row = (what: string, others: string, large: Contender): Row => {
    const name = `${what} of a redemption among ${others}, 1 in flight`
    return { name, unit: 'ms', left: ofTable(growth.small, what), right: ofTable(large, what) }
  }
  const [live, used] = ['live links', 'used links with receipts'] as const
  const rows = ['p50', 'p99'].flatMap(what => [row(what, live, growth.live), row(what, used, growth.used)])
  const columns = [`${few.toLocaleString('en')} live links`, `${many.toLocaleString('en')} links`] as const
  const notes = [
    `Writing the links took ${fillSeconds.toFixed(0)} s. Amazon DynamoDB Local keeps them in memory. Used links are copies of one that the edge has redeemed.`,
  ]
  const growthOf = (large: Contender) => ratio(ofTable(large, 'p50'), ofTable(growth.small, 'p50'))
  return {
    table: { title: 'Growth', columns, rows, notes },
    figures: { growthRatio: growthOf(growth.live), growthUsedRatio: growthOf(growth.used) },
  }
}

interface Comparison {
  readonly bench: Workbench
  readonly many: number
  readonly batchSize: number
  readonly samples: Samples
}

/** Fills the tables, then redeems links in all of them in turn. Returns how long writing took, in seconds. */
async function fillAndCompare(growth: Growth, comparison: Comparison): Promise<number> {
  const { bench, many } = comparison
  const { small, live, used } = growth
  const [liveItem, usedItem] = [liveLink(bench), await usedLink(used, bench)]
  const startedAt = performance.now()
  for (const { table } of [small, used]) await bench.store.fill(table, copies(liveItem, few))
  await bench.store.fill(live.table, copies(liveItem, many))
  await bench.store.fill(used.table, copies(usedItem, many))
  const fillSeconds = (performance.now() - startedAt) / 1000
  bench.say(`  twice ${many.toLocaleString('en')} links written in ${fillSeconds.toFixed(0)} s`)
  await using ending = new AsyncDisposableStack()
  const start = async (contender: Contender) => ending.adopt(await bench.startSubject(contender), each => each.close())
  const subjects = [await start(small), await start(live), await start(used)] as const
  for (const subject of subjects) await redeem(subject, { ...comparison, samples: new Samples() })
  for (const subject of alternating(subjects, bench.rounds)) await redeem(subject, comparison)
  return fillSeconds
}

async function redeem(subject: Subject, { bench, batchSize, samples }: Comparison): Promise<void> {
  const { contender } = subject
  const nonces = await bench.issue(contender, batchSize)
  const { p50Ms, p99Ms } = await subject.run({ nonces, inFlight: 1, repeats: 1 }, '302')
  samples.add(`${contender.table} p50`, p50Ms)
  samples.add(`${contender.table} p99`, p99Ms)
  bench.say(`  ${contender.table}: p50 ${p50Ms.toFixed(2)} ms`)
}

function liveLink({ mac }: Workbench): LinkItem {
  const [minted] = mintLinks(1, mac)
  if (minted === undefined) throw new Error('the bench could not make a link')
  return itemOfLink(minted.link)
}

/** Redeems a link that keeps a receipt and returns its item as the edge leaves it. */
async function usedLink(contender: Contender, bench: Workbench): Promise<LinkItem> {
  await using ending = new AsyncDisposableStack()
  const subject = ending.adopt(await bench.startSubject(contender), each => each.close())
  const [nonce] = await bench.issue(contender, 1, 'receipt')
  if (nonce === undefined) throw new Error('the bench could not issue a link')
  await subject.run({ events: [programEvent(nonce, 'download')], inFlight: 1, repeats: 1 }, '302')
  return bench.store.read(contender.table, linkIdOf(nonce))
}

/** Yields items under other ids, one at a time, because there may be millions. Their links are never redeemed. */
function* copies(item: LinkItem, count: number): Generator<LinkItem> {
  for (let made = 0; made < count; made += 1)
    yield { ...item, id: { S: randomBytes(17).toString('base64url').slice(1) } }
}
