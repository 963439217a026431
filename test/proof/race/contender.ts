import { Agent } from 'node:http'
import { ask } from '../../support/http.ts'

/** Where a contender tries to get hold of a link: at an edge, or with its nonce at an exchange. */
export interface Try {
  readonly url: string
  readonly nonce?: string
}

/**
 * One client process of the race. For each list of tries it is sent, it makes all of them at the same time and answers
 * with the statuses, in their order. A try without an answer ends it, and so the race. Run by race.ts with an IPC channel.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const headers = { 'content-type': 'application/json' }

async function makeAll(tries: readonly Try[]): Promise<void> {
  const answers = await Promise.all(
    tries.map(({ url, nonce }) => {
      if (nonce === undefined) return ask(url, { agent })
      return ask(url, { agent, method: 'POST', headers, body: JSON.stringify({ nonce }) })
    }),
  )
  process.send?.(answers.map(({ status }) => status))
}

process.on('message', (tries: readonly Try[]) => void makeAll(tries))

process.send?.('ready')
