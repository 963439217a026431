import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { add, emptyTally, type Range, type Tally } from './simulate.ts'

/** Schedules that one thread plays between two reports. */
const stride = 2000

/** Plays the schedules of the product as it ships on all cores; `onProgress` hears of each share that is done. */
export async function simulateInParallel(
  { seed, from, to }: Range,
  onProgress: (soFar: Tally) => void = () => undefined,
): Promise<Tally> {
  const ranges: Range[] = []
  for (let start = from; start < to; start += stride)
    ranges.push({ seed, from: start, to: Math.min(to, start + stride) })
  const threads = Math.min(availableParallelism(), ranges.length)
  const total = emptyTally()
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const share = ranges.filter((_, index) => index % threads === thread)
      const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: share })
      worker.on('message', (tally: Tally) => {
        add(total, tally)
        onProgress(total)
      })
      await once(worker, 'exit')
    }),
  )
  if (total.schedules !== to - from) throw new Error(`${total.schedules} of ${to - from} schedules were played`)
  return total
}
