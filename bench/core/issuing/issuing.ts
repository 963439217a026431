import { itemOfLink } from '../../../shared/link-item.ts'
import { type Measured, Samples } from '../../measurement.ts'
import { mintLinks } from '../../nonces.ts'
import { ratio } from '../../statistics.ts'
import { sectionTables, type Workbench } from '../../workbench.ts'
import { measurePrograms } from './command-line.ts'
import { linksPerRequest, listedReference, type Work } from './event.ts'
import { type Issuer, startIssuers } from './issuers.ts'
import { type Kind, kinds, nameOf, tableOf } from './issuing-table.ts'

/** How much the section does. */
export interface IssuingSize {
  /** Single links in a round. */
  readonly single: number
  /** Links of all batches in a round. */
  readonly batched: number
  readonly listed: number
  /** Links of the one run of `once issue`. */
  readonly byProgram: number
}

const usualSize: IssuingSize = { single: 100, batched: 500, listed: 10_000, byProgram: 10_000 }

/** Rounds that don't count. */
const warmUpRounds = 2

/** Measures what issuers ask for, in three processes that alternate, and programs that issue many links. */
export async function measureIssuing(bench: Workbench, size: IssuingSize = usualSize): Promise<Measured> {
  await fillLists(bench, size)
  const samples = new Samples()
  {
    await using started = await startIssuers(bench)
    for (let round = 0; round < warmUpRounds; round += 1)
      await runRound(started.issuers, { round: `warm${round}`, size })
    for (let round = 0; round < bench.rounds; round += 1) {
      // Forwards and backwards in turn, so that none always has the warmer machine.
      const issuers = round % 2 === 0 ? started.issuers : started.issuers.toReversed()
      await runRound(issuers, { round: `round${round}`, size, samples })
      bench.say(`  in a batch: ${started.issuers.map(({ name }) => `${name} ${lastOf(samples, name)} µs`).join(', ')}`)
    }
  }
  const programs = await measurePrograms(size.byProgram, bench)
  const figures = {
    batchCpuRatio: ratio(samples.of(nameOf('shipped', 'CPU', batch)), samples.of(nameOf('same writes', 'CPU', batch))),
  }
  return { table: tableOf(samples, programs), figures }
}

const batch: Kind = 'in a batch of 100'

const lastOf = (samples: Samples, issuer: Issuer['name']) =>
  samples
    .of(nameOf(issuer, 'CPU', batch))
    .at(-1)
    ?.toFixed(0)

/** Issues the links to list, which both tables have. */
async function fillLists({ store, mac }: Workbench, { listed }: IssuingSize): Promise<void> {
  const items = mintLinks(listed, mac).map(({ link }) => itemOfLink({ ...link, reference: listedReference }))
  for (const table of [sectionTables.issued, sectionTables.issuedPlainly]) await store.fill(table, items)
}

interface Round {
  /** Name of the round: each has callers of its own, because their quota is limited. */
  readonly round: string
  readonly size: IssuingSize
  /** Absent if the round does not count. */
  readonly samples?: Samples
}

async function runRound(issuers: readonly Issuer[], { round, size, samples }: Round): Promise<void> {
  for (const kind of kinds) {
    for (const { name, work } of issuers) {
      const todo = workOf(kind, name, { round, size })
      if (todo === undefined) continue
      const { links, cpuUs, wallMs, p50Ms } = await work(todo)
      samples?.add(nameOf(name, 'CPU', kind), cpuUs / links)
      samples?.add(nameOf(name, 'p50', kind), p50Ms)
      samples?.add(nameOf(name, 'rate', kind), links / (wallMs / 1000))
    }
  }
}

/** Returns the work of one kind; undefined where the plain SDK has nothing to compare. */
function workOf(
  kind: Kind,
  issuer: Issuer['name'],
  { round, size }: { round: string; size: IssuingSize },
): Work | undefined {
  const common = { caller: `${round}x${kinds.indexOf(kind)}`, keyed: false, objects: linksPerRequest }
  switch (kind) {
    case 'issued alone':
      return { ...common, kind: 'one', links: size.single }
    case 'in a batch of 100':
      return { ...common, kind: 'batch', links: size.batched }
    case 'in a batch of 100 for one object':
      return issuer === 'shipped' ? { ...common, kind: 'batch', links: size.batched, objects: 1 } : undefined
    case 'in a batch of 100 with an Idempotency-Key':
      return issuer === 'shipped' ? { ...common, kind: 'batch', links: size.batched, keyed: true } : undefined
    case 'listed':
      return issuer === 'same writes' ? undefined : { ...common, kind: 'list', links: size.listed }
  }
}
