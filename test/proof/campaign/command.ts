import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { textOf } from './report.ts'
import type { CampaignRun, Report } from './run.ts'
import { scenariosOf } from './scenarios.ts'

/** Plays all scenarios on all cores, and prints the reports. Resolves with false if a promise or a bound was broken. */
export async function runCampaign(
  run: CampaignRun,
  { json, without }: { readonly json: boolean; readonly without: string | undefined },
): Promise<boolean> {
  const reports = await playInParallel(run, without)
  if (json) console.log(JSON.stringify({ ...run, reports }))
  else console.log(textOf(run, reports))
  return reports.every(({ broken }) => broken.length === 0)
}

/** Plays each scenario in a thread; rejects as soon as one thread fails, and ends the others. */
async function playInParallel(run: CampaignRun, without: string | undefined): Promise<readonly Report[]> {
  const all = scenariosOf(run.recipients).map((_, index) => index)
  const threads = Math.min(availableParallelism(), all.length)
  const reports = new Map<number, Report>()
  await using running = new AsyncDisposableStack()
  await Promise.all(
    Array.from({ length: threads }, async (_, thread) => {
      const scenarios = all.filter(index => index % threads === thread)
      const workerData = { scenarios, run, without }
      const worker = running.adopt(
        new Worker(new URL('worker.ts', import.meta.url), { workerData }),
        async each => void (await each.terminate()),
      )
      worker.on('message', ([index, report]: [number, Report]) => reports.set(index, report))
      const [code] = await once(worker, 'exit')
      if (code !== 0) throw new Error(`a thread ended with ${code} before its campaigns were played`)
    }),
  )
  return all.map(index => reports.get(index) as Report)
}
