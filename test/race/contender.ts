import { Agent } from 'node:http'
import { ask } from '../support/http.ts'

/**
 * One client process of the race. For each list of URLs it is sent, it opens all of them at the same time and answers
 * with the statuses, in their order. Run by race.test.ts with an IPC channel.
 */
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

async function openAll(urls: readonly string[]): Promise<void> {
  const answers = await Promise.all(urls.map(url => ask(url, { agent })))
  process.send?.(answers.map(({ status }) => status))
}

process.on('message', (urls: readonly string[]) => void openAll(urls))

process.send?.('ready')
