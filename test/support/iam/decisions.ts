import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { evaluate, type Question } from './evaluate.ts'

/** A question that came up, and why it was refused; undefined if it was allowed. */
export interface RecordedCall extends Question {
  readonly refused: string | undefined
}

/** A server on loopback that decides and records the calls of roles. */
export interface DecisionServer {
  /** Its URL, for the variable IAM_DECISIONS of MiniStack. */
  readonly url: string
  /** All questions so far. MiniStack asks each once. */
  readonly calls: readonly RecordedCall[]
  stop(): Promise<void>
}

/** Starts the server. Each request has a `Question` as JSON; the response is `{"refused": null}` or the reason. */
export async function startDecisions(): Promise<DecisionServer> {
  const calls: RecordedCall[] = []
  const server = createServer((request, response) => {
    void respond(request, response)
  })
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await decide(request)
    calls.push(call)
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ refused: call.refused ?? null }))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What is sent: a question, and how MiniStack refused it, if it did. */
interface SentCall extends Question {
  readonly elsewhere?: string | null
}

async function decide(request: IncomingMessage): Promise<RecordedCall> {
  const { resourcePolicy, elsewhere, ...question } = JSON.parse(await text(request)) as SentCall
  const call = { ...question, resourcePolicy: resourcePolicy ?? undefined }
  const decision = await evaluate(call).catch((error: unknown) => String(error))
  const other = elsewhere == null ? undefined : `${elsewhere} by MiniStack`
  return { ...call, refused: decision === 'Allowed' ? other : decision }
}
