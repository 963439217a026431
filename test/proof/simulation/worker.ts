import { parentPort, workerData } from 'node:worker_threads'
import { type Range, simulate } from './simulate.ts'
import { subjectWithout } from './subject.ts'

// oxlint-disable unicorn/require-post-message-target-origin -- a thread's port has no origin

/** One thread of a long simulation, started by pool.ts: plays its ranges and posts a tally for each. */
const subject = await subjectWithout(undefined)

for (const range of workerData as readonly Range[]) parentPort?.postMessage(await simulate(subject, range))
