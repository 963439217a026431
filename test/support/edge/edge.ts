import { randomBytes } from 'node:crypto'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { createHandler } from '../../../edge/redeem/handler.ts'
import type { EdgePorts, LogLine } from '../../../edge/ports.ts'
import type { Deployment } from '../../../shared/settings/deployment.ts'
import { manualClock } from '../machine/clock.ts'
import { testDeployment } from './deployment.ts'
import { testKeyring } from '../keys/keys.ts'
import { countedCalls, memoryStore, type Store } from '../table/memory-store.ts'

/** An edge on a store in memory, with a clock that starts at noon, its log lines and its calls to the store. */
export interface TestEdge {
  readonly store: Store
  readonly clock: ReturnType<typeof manualClock>
  readonly lines: readonly LogLine[]
  /** Returns the number of calls to the store. */
  calls(): number
  open(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse>
}

/** Returns a log line as it is after printing and parsing. */
function printed(line: LogLine): LogLine {
  return JSON.parse(JSON.stringify(line)) as LogLine
}

/**
 * Makes an edge; `ports` and `deployment` replace single defaults. With a clock or a table of its own, it does not use
 * the `clock` or the `store` of the result.
 */
export function testEdge(ports: Partial<EdgePorts> = {}, deployment: Partial<Deployment> = {}): TestEdge {
  const store = memoryStore()
  const clock = manualClock()
  const lines: LogLine[] = []
  const { table, calls } = countedCalls(ports.table ?? store.table)
  const open = createHandler(
    {
      clock,
      random: randomBytes,
      keyring: testKeyring,
      log: line => lines.push(printed(line)),
      ...ports,
      table,
    },
    testDeployment(deployment),
    'eu-west-1',
  )
  return { store, clock, lines, calls, open }
}
