import { randomBytes } from 'node:crypto'
import { apis } from '../../../cli/adapters/apis.ts'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import { disk } from '../../../cli/adapters/disk.ts'
import { web } from '../../../cli/adapters/http.ts'
import { uploads } from '../../../cli/adapters/uploads.ts'
import type { ExitCode } from '../../../cli/command.ts'
import type { Ports } from '../../../cli/ports/ports.ts'
import { run } from '../../../cli/run.ts'
import type { EpochMs } from '../../../shared/time.ts'

/** What one run of the command line came to. */
export interface Outcome {
  readonly code: ExitCode
  /** What was said on stdout. */
  readonly said: string
  /** What was noted on stderr. */
  readonly noted: string
  /** What the meter showed, one after the other. */
  readonly metered: readonly string[]
}

/** One command line with the real adapters. Time passes where the command waits, and nowhere else. */
export async function onceHere(
  args: readonly string[],
  { now: start = Date.now(), ...other }: Partial<Ports> & { readonly now?: number } = {},
): Promise<Outcome> {
  let now = start
  const [said, noted, metered]: [string[], string[], string[]] = [[], [], []]
  const clock = {
    now: () => now as EpochMs,
    async pause(ms: number) {
      now += ms
    },
  }
  const ports = {
    aws: connectToAws(),
    apis,
    uploads: uploads(),
    disk,
    web,
    clock,
    interrupts: { abortOnInterrupt: () => new AbortController().signal },
    random: randomBytes,
    print: (line: string) => void said.push(line),
    info: (line: string) => void noted.push(line),
    progress: (line: string) => void metered.push(line),
    ...other,
  }
  const code = await run(args, ports)
  return { code, said: said.join('\n'), noted: noted.join('\n'), metered }
}
