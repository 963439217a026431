import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { add, emptyTally, type Range, type Tally } from './simulate.ts'

/** Schedules that one thread plays between two reports. */
const batchSize = 2000

/**
 * Plays the schedules of the product as it ships on all cores; calls `onProgress` with the tally so far after each
 * batch. Rejects as soon as one thread fails or ends early, and ends the others. A thread runs `file`.
 */
export async function simulateInParallel(
  { seed, from, to }: Range,
  onProgress: (soFar: Tally) => void = () => undefined,
  file = new URL('worker.ts', import.meta.url),
): Promise<Tally> {
  const ranges: Range[] = []
  for (let start = from; start < to; start += batchSize)
    ranges.push({ seed, from: start, to: Math.min(to, start + batchSize) })
  const threads = Math.min(availableParallelism(), ranges.length)
  const total = emptyTally()
  await using running = new AsyncDisposableStack()
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const share = ranges.filter((_, index) => index % threads === thread)
      const worker = running.adopt(new Worker(file, { workerData: share }), async each => void (await each.terminate()))
      worker.on('message', (tally: Tally) => {
        add(total, tally)
        onProgress(total)
      })
      const [code] = await once(worker, 'exit')
      if (code !== 0) throw new Error(`a thread ended with ${code} before its schedules were played`)
    }),
  )
  if (total.schedules !== to - from) throw new Error(`${total.schedules} of ${to - from} schedules were played`)
  return total
}
