import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { percentile } from '../../statistics.ts'
import { issueEvents, pageEvent, type Work } from './event.ts'

/** What some work took. */
export interface WorkResult {
  readonly links: number
  /** User and system CPU of the whole process. */
  readonly cpuUs: number
  readonly wallMs: number
  /** Median time of a request. */
  readonly p50Ms: number
}

/** A message of the subject: first `ready`, then one reply for each `Work`. */
export type WorkReply = 'ready' | { readonly result: WorkResult } | { readonly error: string }

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>

interface Body {
  readonly id?: string
  readonly results?: readonly { readonly status: number }[]
  readonly links?: readonly unknown[]
  readonly next?: string
}

/** Sends all requests of `work` to the handler, one after the other, as Lambda does. Throws unless each link is there. */
async function run(handler: Handler, work: Work): Promise<WorkResult> {
  const events = work.kind === 'list' ? [] : issueEvents(work)
  const latencies: number[] = []
  const responses: Body[] = []
  async function send(event: APIGatewayProxyEvent): Promise<Body> {
    const startedAt = performance.now()
    const { statusCode, body } = await handler(event)
    latencies.push(performance.now() - startedAt)
    if (statusCode > 201) throw new Error(`status ${statusCode}: ${body}`)
    const response = JSON.parse(body) as Body
    responses.push(response)
    return response
  }
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  if (work.kind === 'list') {
    let next: string | undefined
    do next = (await send(pageEvent(next, work.caller))).next
    while (next !== undefined)
  } else for (const event of events) await send(event)
  const { user, system } = process.cpuUsage(cpu)
  const wallMs = performance.now() - startedAt
  const links = responses.reduce((sum, response) => sum + countLinks(response), 0)
  if (links !== work.links) throw new Error(`${links} links instead of ${work.links}`)
  return { links, cpuUs: user + system, wallMs, p50Ms: percentile(latencies, 50) }
}

function countLinks({ id, results, links }: Body): number {
  if (id !== undefined) return 1
  return results?.filter(({ status }) => status === 201).length ?? links?.length ?? 0
}

/** Loads the bundle named on the command line and works until the bench disconnects. */
async function main(): Promise<void> {
  const reply = (message: WorkReply) => process.send?.(message)
  const [, , bundle = ''] = process.argv
  const { handler } = (await import(bundle)) as { handler: Handler }
  process.once('disconnect', () => process.exit())
  process.on('message', (work: Work) => {
    run(handler, work).then(
      result => reply({ result }),
      (error: unknown) => reply({ error: String(error instanceof Error ? error.stack : error) }),
    )
  })
  reply('ready')
}

await main()
