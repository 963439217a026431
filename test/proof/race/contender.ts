import { Agent } from 'node:http'
import { type Answer, ask } from '../../support/machine/http.ts'

/** How a contender requests a link: at an edge, or with its nonce at an exchange. */
export interface Attempt {
  readonly url: string
  readonly nonce?: string
  /** Makes it a POST of a program that is known by this Idempotency-Key, which needs no confirmation. */
  readonly key?: string
}

/** The status of a response, or that it says that the link may be used without a viewer who got it. */
export type Result = number | 'outcome-unknown'

/**
 * One client process of the race. For each list of attempts in a message, it makes all of them at the same time and
 * sends back the results in the same order. An attempt without a response ends the process, and so the race. Started
 * by race.ts with an IPC channel.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const headers = { 'content-type': 'application/json' }

async function makeAll(attempts: readonly Attempt[]): Promise<void> {
  const responses = await Promise.all(
    attempts.map(({ url, nonce, key }) => {
      if (key !== undefined) return ask(url, { agent, method: 'POST', headers: { 'idempotency-key': key } })
      if (nonce === undefined) return ask(url, { agent })
      return ask(url, { agent, method: 'POST', headers, body: JSON.stringify({ nonce }) })
    }),
  )
  process.send?.(responses.map(resultOf))
}

function resultOf({ status, body }: Answer): Result {
  return status === 503 && body.includes('"outcome-unknown"') ? 'outcome-unknown' : status
}

process.on('message', (attempts: readonly Attempt[]) => void makeAll(attempts))

process.send?.('ready')
