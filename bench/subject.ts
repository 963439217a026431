import type { CloudFrontHeaders } from 'aws-lambda'
import { browserEvents } from './event.ts'
import { percentile } from './statistics.ts'

/**
 * A batch of requests: `repeats` for each event, with `inFlight` of them at any time. Nonces are those of links that
 * browsers open. If it has events, the result has their responses.
 */
export type Batch = { readonly inFlight: number; readonly repeats: number } & (
  | { readonly nonces: readonly string[] }
  | { readonly events: readonly object[] }
)

/** What the bench reads of a response: CloudFront's with `status`, or API Gateway's with `statusCode`. */
export interface FunctionResponse {
  readonly status?: string
  readonly statusCode?: number
  readonly headers?: CloudFrontHeaders
  readonly body?: string
}

/** The result of a batch. */
export interface Run {
  readonly requests: number
  /** User and system CPU of the whole process. */
  readonly cpuUs: number
  /** Time on the clock. */
  readonly wallMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Number of responses by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** The responses to a batch of events, in their order; otherwise empty. */
  readonly responses: readonly FunctionResponse[]
}

/** A command of the bench to its subject, over IPC. The subject runs one at a time, in order. */
export type Command = { readonly run: Batch }

/** A message of the subject: first `ready`, then one reply for each command. */
export type Reply =
  | 'ready'
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'failed'; readonly error: string }

type Handler = (event: object) => Promise<FunctionResponse>

/** Sends all requests of a batch. Makes the events before the clock starts, because parsing them is the runtime's work. */
async function run(handler: Handler, batch: Batch): Promise<Run> {
  const { inFlight, repeats } = batch
  const events: readonly object[] = 'nonces' in batch ? browserEvents(batch.nonces) : batch.events
  const responses: FunctionResponse[] = []
  const requests = events.length * repeats
  const latencies = new Float64Array(requests)
  const statuses: Record<string, number> = {}
  let next = 0
  async function requestOneByOne(): Promise<void> {
    for (let mine = next++; mine < requests; mine = next++) {
      const event = events[mine % events.length]
      if (event === undefined) return
      const startedAt = performance.now()
      const response = await handler(event)
      latencies[mine] = performance.now() - startedAt
      const status = response.status ?? String(response.statusCode)
      statuses[status] = (statuses[status] ?? 0) + 1
      if ('events' in batch) responses[mine] = response
    }
  }
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: inFlight }, requestOneByOne))
  const { user, system } = process.cpuUsage(cpu)
  const wallMs = performance.now() - startedAt
  const all = [...latencies]
  const [p50Ms, p99Ms] = [percentile(all, 50), percentile(all, 99)]
  return { requests, cpuUs: user + system, wallMs, p50Ms, p99Ms, statuses, responses }
}

/** Loads the bundle and the function named on the command line, and runs commands until the bench disconnects. */
async function main(): Promise<void> {
  const reply = (message: Reply) => process.send?.(message)
  const [, , bundle = '', name = ''] = process.argv
  const { [name]: handler } = (await import(bundle)) as Record<string, Handler>
  if (handler === undefined) throw new Error(`the bundle has no function ${name}`)
  process.once('disconnect', () => process.exit())
  process.on('message', (command: Command) => {
    run(handler, command.run).then(
      result => reply({ kind: 'run', run: result }),
      (error: unknown) => reply({ kind: 'failed', error: String(error instanceof Error ? error.stack : error) }),
    )
  })
  reply('ready')
}

await main()
