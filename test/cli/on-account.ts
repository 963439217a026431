import { afterEach, vi } from 'vitest'
import { connectToAws } from '../../cli/adapters/aws.ts'
import type { ExitCode } from '../../cli/command.ts'
import { run } from '../../cli/run.ts'
import type { EpochMs } from '../../shared/time.ts'
import type { Account } from './control-plane/account.ts'
import { serveAccount } from './control-plane/server.ts'

/** What one run of the command line came to. */
export interface Outcome {
  readonly code: ExitCode
  /** What was said on stdout. */
  readonly said: string
  /** What was noted on stderr. */
  readonly noted: string
}

/** When all tests take place. */
export const testTime = new Date('2026-11-24T12:00:00Z')

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0)) await close()
})

/**
 * A command line with this account in the place of AWS, real adapters and SDK between them. Time passes where the command
 * waits, and nowhere else.
 */
export async function onAccount(account: Account): Promise<(...args: readonly string[]) => Promise<Outcome>> {
  const { endpoint, close } = await serveAccount(account)
  closing.push(close)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  return async (...args) => {
    let now = testTime.getTime()
    const [said, noted]: [string[], string[]] = [[], []]
    const clock = {
      now: () => now as EpochMs,
      async pause(ms: number) {
        now += ms
      },
    }
    const world = {
      aws: connectToAws(),
      clock,
      say: (line: string) => void said.push(line),
      note: (line: string) => void noted.push(line),
    }
    const code = await run(args, world)
    return { code, said: said.join('\n'), noted: noted.join('\n') }
  }
}
