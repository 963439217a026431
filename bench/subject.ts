import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { browserEvents } from './event.ts'
import { percentile } from './statistics.ts'

/** A batch of openings: each nonce is opened `repeats` times, with `inFlight` of them under way at any time. */
export interface Batch {
  readonly nonces: readonly string[]
  readonly inFlight: number
  readonly repeats: number
}

/** What a batch took: user and system CPU of the whole process, time on the clock, latencies, answers by status. */
export interface Run {
  readonly openings: number
  readonly cpuUs: number
  readonly wallMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly statuses: Readonly<Record<string, number>>
}

/** What the bench asks its subject over IPC; it answers one at a time, in order. */
export type Command = { readonly run: Batch }

/** What the subject says: once that it is ready, then one answer a command. */
export type Reply = 'ready' | Run | { readonly failed: string }

type Handler = (event: CloudFrontRequestEvent) => Promise<CloudFrontResultResponse>

/** All openings of a batch. The events are made before the clock starts: to parse them is the runtime's work. */
async function run(handler: Handler, { nonces, inFlight, repeats }: Batch): Promise<Run> {
  const events = browserEvents(nonces)
  const openings = events.length * repeats
  const latencies = new Float64Array(openings)
  const statuses: Record<string, number> = {}
  let next = 0
  async function openOneByOne(): Promise<void> {
    for (let mine = next++; mine < openings; mine = next++) {
      const event = events[mine % events.length]
      if (event === undefined) return
      const startedAt = performance.now()
      const { status } = await handler(event)
      latencies[mine] = performance.now() - startedAt
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: inFlight }, openOneByOne))
  const { user, system } = process.cpuUsage(cpu)
  const wallMs = performance.now() - startedAt
  const all = [...latencies]
  const [p50Ms, p99Ms] = [percentile(all, 50), percentile(all, 99)]
  return { openings, cpuUs: user + system, wallMs, p50Ms, p99Ms, statuses }
}

/** Loads the bundle named on the command line and does what it is told, until the bench lets go of it. */
async function main(): Promise<void> {
  const say = (reply: Reply) => process.send?.(reply)
  const [, , bundle = ''] = process.argv
  const { handler } = (await import(bundle)) as { handler: Handler }
  process.once('disconnect', () => process.exit())
  process.on('message', (command: Command) => {
    run(handler, command.run).then(say, (error: unknown) =>
      say({ failed: String(error instanceof Error ? error.stack : error) }),
    )
  })
  say('ready')
}

await main()
