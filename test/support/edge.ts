import { randomBytes } from 'node:crypto'
import type { CloudFrontRequestEvent, CloudFrontResultResponse } from 'aws-lambda'
import { createHandler } from '../../edge/handler.ts'
import type { LogLine, Ports } from '../../edge/ports.ts'
import type { Deployment } from '../../shared/deployment.ts'
import { manualClock } from './clock.ts'
import { testDeployment } from './deployment.ts'
import { testKeyring } from './keys.ts'
import { memoryStore, type Store } from './memory-store.ts'

/** An edge on a store in memory at noon, with what it asked of the store and what it logged. */
export interface TestEdge {
  readonly store: Store
  readonly clock: ReturnType<typeof manualClock>
  readonly lines: readonly LogLine[]
  /** How often the store was asked, for anything. */
  calls(): number
  open(event: CloudFrontRequestEvent): Promise<CloudFrontResultResponse>
}

/** A line as it is when it was printed and read. */
function printed(line: LogLine): LogLine {
  return JSON.parse(JSON.stringify(line)) as LogLine
}

/**
 * Makes an edge; `ports` replaces what it is handed (then `clock` and `store` stand idle), `deployment` how it answers.
 */
export function testEdge(ports: Partial<Ports> = {}, deployment: Partial<Deployment> = {}): TestEdge {
  const store = memoryStore()
  const clock = manualClock()
  const lines: LogLine[] = []
  const { table = store.table } = ports
  let calls = 0
  const counted = {
    tryConsume: (...args: Parameters<typeof table.tryConsume>) => ((calls += 1), table.tryConsume(...args)),
    exists: (...args: Parameters<typeof table.exists>) => ((calls += 1), table.exists(...args)),
    inspect: (...args: Parameters<typeof table.inspect>) => ((calls += 1), table.inspect(...args)),
  }
  const open = createHandler(
    {
      clock,
      random: randomBytes,
      keyring: testKeyring,
      log: line => lines.push(printed(line)),
      ...ports,
      table: counted,
    },
    testDeployment(deployment),
    'eu-west-1',
  )
  return { store, clock, lines, calls: () => calls, open }
}
