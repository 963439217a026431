import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { productIn } from './product.ts'
import { type Range, simulate } from './simulate.ts'

// oxlint-disable unicorn/require-post-message-target-origin -- a thread's port has no origin

/** One thread of a long simulation, started by pool.ts: plays its ranges and posts a tally for each. */
const subject = { product: await productIn(join(import.meta.dirname, '../../..')), bumpsSlot: true }

for (const range of workerData as readonly Range[]) parentPort?.postMessage(await simulate(subject, range))
