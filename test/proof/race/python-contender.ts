import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Child, endingWithBench, whenEnded } from '../../../tools/bench/child.ts'
import { tablesAt } from '../../../emulator/dynamodb/tables.ts'
import { regionCode, type Region } from '../../../shared/regions.ts'
import { awsEnvironment, python } from '../../support/machine/python.ts'
import type { Attempt } from './contender.ts'

/** How a Python contender redeems links: as documented, or in a way that is broken on purpose. */
export type Way = 'whole' | 'reads first' | 'writes without a condition'

/** Default timeout of its start and of its answers, in milliseconds. */
const maxMs = 120_000

/**
 * Starts a contender in Python, which redeems links by itself in the tables of a DynamoDB Local, where the emulator's edges have
 * theirs. Its statuses are those of an exchange: 200 or 403. Like those of contender.ts, it ends if an attempt gets no response.
 */
export async function startPythonContender(
  endpoint: string,
  regions: readonly Region[],
  way: Way,
): Promise<Child<readonly Attempt[], readonly number[]>> {
  const settings = {
    endpoint,
    table: 'links',
    way,
    regions: Object.fromEntries(regions.map(each => [regionCode(each), each])),
  }
  const env = awsEnvironment(tablesAt(endpoint).config('us-east-1').credentials)
  const file = join(import.meta.dirname, 'contender.py')
  const child = spawn(python, ['-B', file, JSON.stringify(settings)], { env, stdio: 'pipe' })
  const close = endingWithBench(child)
  const ended = whenEnded(child, file)
  const lines = createInterface(child.stdout)
  const nextLine = async (limitMs: number) => {
    const signal = AbortSignal.timeout(limitMs)
    const [line] = (await Promise.race([once(lines, 'line', { signal }), ended])) as [string]
    return line
  }
  await nextLine(maxMs)
  return {
    pid: child.pid ?? 0,
    async ask(attempts, limitMs = maxMs) {
      const answer = nextLine(limitMs)
      child.stdin.write(`${JSON.stringify(attempts)}\n`)
      return JSON.parse(await answer) as readonly number[]
    },
    close,
  }
}
