import { parentPort, workerData } from 'node:worker_threads'
import { type CampaignRun, productWithout, runScenario } from './run.ts'

// oxlint-disable unicorn/require-post-message-target-origin -- a thread's port has no origin

/** One thread of a command, started by command.ts: plays scenarios and posts their reports. */
const { scenarios, run, without } = workerData as { scenarios: readonly number[]; run: CampaignRun; without?: string }
const product = await productWithout(without)

for (const index of scenarios) parentPort?.postMessage([index, await runScenario(index, product, run)])
