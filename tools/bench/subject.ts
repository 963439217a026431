import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { browserEvent } from './event.ts'
import { percentile } from './statistics.ts'

/**
 * Requests of browsers that open the links with `nonces`, with `inFlight` of them at any time. The bench sends one batch after the
 * other over IPC.
 */
export interface Batch {
  readonly inFlight: number
  readonly nonces: readonly string[]
}

/** The result of a batch. */
export interface Run {
  readonly requests: number
  /** Number of responses with 302. */
  readonly redirects: number
  /** User and system CPU of the whole process. */
  readonly cpuUs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** A message of the subject: first `ready`, then one reply for each command. */
export type Reply =
  | 'ready'
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'failed'; readonly error: string }

type Handler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/** Sends all requests of a batch. Makes the events before the clock starts, because parsing them is the runtime's work. */
async function run(handler: Handler, { inFlight, nonces }: Batch): Promise<Run> {
  const events = nonces.map(browserEvent)
  const latencies: number[] = []
  let redirects = 0
  let next = 0
  async function requestOneByOne(): Promise<void> {
    for (let event = events[next++]; event !== undefined; event = events[next++]) {
      const startedAt = performance.now()
      const { status } = await handler(event)
      latencies.push(performance.now() - startedAt)
      if (status === '302') redirects += 1
    }
  }
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: inFlight }, requestOneByOne))
  const { user, system } = process.cpuUsage(cpu)
  const p50Ms = percentile(latencies, 50)
  const p99Ms = percentile(latencies, 99)
  return { requests: nonces.length, redirects, cpuUs: user + system, p50Ms, p99Ms }
}

/** Loads the bundle named on the command line, and runs commands until the bench disconnects. */
async function main(): Promise<void> {
  const reply = (message: Reply) => process.send?.(message)
  const { handler } = (await import(process.argv[2] ?? '')) as { readonly handler: Handler }
  process.once('disconnect', () => process.exit())
  process.on('message', (batch: Batch) => {
    run(handler, batch).then(
      result => reply({ kind: 'run', run: result }),
      (error: unknown) => reply({ kind: 'failed', error: String(error instanceof Error ? error.stack : error) }),
    )
  })
  reply('ready')
}

await main()
