import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { itemOfLink, type LinkItem } from '../shared/link-item.ts'
import { bundleShipped, type Contender } from './contenders.ts'
import { type Measured, type Row, Samples } from './measurement.ts'
import { mintLinks } from './nonces.ts'
import { ratio } from './statistics.ts'
import { alternating, startPair, type Subject, type Workbench } from './workbench.ts'

/** Live links in the smaller table; redemptions in a batch, before which as many links are issued. */
const [few, batchSize] = [1000, 1000] as const

/** Measures the shipped edge's latency with few and with many live links in the table. One store has both tables. */
export async function measureGrowth(bench: Workbench, many: number): Promise<Measured> {
  const [small, large] = [bench.shipped, await bundleShipped(join(bench.folder, 'among-many'), bench.crowdedTable)]
  const startedAt = performance.now()
  await bench.store.fill(small.table, liveItems(few, bench))
  await bench.store.fill(large.table, liveItems(many, bench))
  const fillSeconds = (performance.now() - startedAt) / 1000
  bench.say(`  ${many.toLocaleString('en')} links written in ${fillSeconds.toFixed(0)} s`)
  const samples = new Samples()
  await compare([small, large], bench, samples)
  const columns = [few, many].map(count => `${count.toLocaleString('en')} links`) as [string, string]
  const rows = ['p50', 'p99'].map((what): Row => {
    const [left, right] = [samples.of(`${small.table} ${what}`), samples.of(`${large.table} ${what}`)]
    return { name: `${what} of a redemption, 1 in flight`, unit: 'ms', left, right }
  })
  const filled = `Writing the links took ${fillSeconds.toFixed(0)} s. Amazon DynamoDB Local keeps them in memory.`
  return {
    table: { title: 'Growth', columns, rows, notes: [filled] },
    figures: { growthRatio: ratio(samples.of(`${large.table} p50`), samples.of(`${small.table} p50`)) },
  }
}

/** Yields links that are never redeemed, one at a time, because there may be millions. */
function* liveItems(count: number, { mac }: Workbench): Generator<LinkItem> {
  const [minted] = mintLinks(1, mac)
  if (minted === undefined) return
  const item = itemOfLink(minted.link)
  for (let made = 0; made < count; made += 1)
    yield { ...item, id: { S: randomBytes(17).toString('base64url').slice(1) } }
}

async function compare(pair: readonly [Contender, Contender], bench: Workbench, samples: Samples): Promise<void> {
  await using subjects = await startPair(bench, pair)
  const redeem = async (subject: Subject, kept: Samples) => {
    const nonces = await bench.issue(subject.contender, batchSize)
    const { p50Ms, p99Ms } = await subject.run({ nonces, inFlight: 1, repeats: 1 }, '302')
    kept.add(`${subject.contender.table} p50`, p50Ms)
    kept.add(`${subject.contender.table} p99`, p99Ms)
    bench.say(`  ${subject.contender.table}: p50 ${p50Ms.toFixed(2)} ms`)
  }
  for (const subject of subjects.pair) await redeem(subject, new Samples())
  for (const subject of alternating(subjects.pair, bench.rounds)) await redeem(subject, samples)
}
