import { Samples } from '../measurement.ts'
import { installedRuntimeClient } from '../runtime-api.ts'
import { type EdgeBench, openEdgeBench } from './edge-bench.ts'
import { usableQuotaRoot } from './quota.ts'
import { type FirstResponse, inits, sampleName, type Start } from './experiment.ts'

/** The samples of a run, or what is missing for one. */
export type EdgeRun =
  | { readonly kind: 'measured'; readonly samples: Samples }
  | { readonly kind: 'missing'; readonly missing: string }

/**
 * Starts all contenders in turn at the edge's real size: new processes of AWS's runtime client in a quota of 0.072 of a
 * CPU, one at a time, 20 ms from their store.
 */
export async function measureEdge(rounds: number, say: (line: string) => void): Promise<EdgeRun> {
  const root = usableQuotaRoot()
  if (root.kind === 'missing') return root
  const client = installedRuntimeClient()
  if (client.kind === 'missing') return client
  await using closing = new AsyncDisposableStack()
  const bench = closing.adopt(await openEdgeBench(root, client.file), each => each.close())
  const samples = new Samples()
  for (const contender of bench.contenders) await measureStart({ contender, init: 'burst' }, bench, new Samples())
  for (let round = 0; round < rounds; round += 1) {
    for (const init of inits) {
      for (const contender of rotated(bench.contenders, round)) await measureStart({ contender, init }, bench, samples)
    }
    say(`  round ${round + 1} of ${rounds}`)
  }
  return { kind: 'measured', samples }
}

/** Returns all `items` in order, from another one each round, so that none always comes first. */
function rotated<T>(items: readonly T[], round: number): readonly T[] {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

/** Starts an environment once, and adds what its first response takes to `samples`. */
async function measureStart(start: Start, bench: EdgeBench, samples: Samples): Promise<void> {
  const environment = await bench.start(start)
  try {
    for (const [what, value] of Object.entries(await environment.first(bench.event()))) {
      samples.add(sampleName(start.contender.name, start.init, what as keyof FirstResponse), value)
    }
  } finally {
    await environment.close()
  }
}
