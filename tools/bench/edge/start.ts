import type { Samples } from '../measurement.ts'
import type { EdgeBench } from './edge-bench.ts'
import { type FirstResponse, type Start, sampleName } from './experiment.ts'

/** Starts an environment once, and adds what its first response takes to `samples`. */
export async function measureStart(start: Start, bench: EdgeBench, samples: Samples): Promise<void> {
  const environment = await bench.start(start)
  try {
    for (const [what, value] of Object.entries(await environment.first(bench.event()))) {
      samples.add(sampleName(start.contender.name, start.init, what as keyof FirstResponse), value)
    }
  } finally {
    await environment.close()
  }
}
