import { randomBytes } from 'node:crypto'
import { apis } from '../../../cli/adapters/apis.ts'
import { connectToAws } from '../../../cli/adapters/aws/aws.ts'
import { disk } from '../../../cli/adapters/disk.ts'
import { loopback, machine } from '../../../cli/adapters/machine.ts'
import { http } from '../../../cli/adapters/http.ts'
import { processes } from '../../../cli/adapters/process.ts'
import type { ExitCode } from '../../../cli/command.ts'
import type { Cdk } from '../../../cli/ports/cdk.ts'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import { run } from '../../../cli/run.ts'
import type { EpochMs } from '../../../shared/time.ts'

/** Result of one command line. */
export interface Outcome {
  readonly code: ExitCode
  /** Text on standard output. */
  readonly said: string
  /** Text on standard error. */
  readonly noted: string
  /** Progress lines, in order. */
  readonly metered: readonly string[]
}

/** The CDK runs in child processes and takes seconds: a test that needs it brings it. */
const noCdk: Cdk = {
  synth: () => Promise.reject(new Error('this test has no CDK')),
  deploy: () => Promise.reject(new Error('this test has no CDK')),
}

/** Runs one command line with the real adapters, except for those given. Time passes only while the command waits. */
export async function onceHere(
  args: readonly string[],
  { now: start = Date.now(), aws, ...otherPorts }: Partial<DeploymentPorts> & { readonly now?: number } = {},
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
    aws: aws === undefined ? connectToAws() : { ...aws, all: async () => aws },
    cdk: noCdk,
    templates: () => Promise.reject(new Error('this test has no CDK')),
    apis,
    disk,
    http,
    dns: { addresses: async () => ({ ipv4: true, ipv6: false }) },
    loopback,
    clock,
    interrupts: { abortOnInterrupt: () => new AbortController().signal },
    processes,
    machine,
    programs: { run: async () => undefined },
    random: randomBytes,
    print: (line: string) => void said.push(line),
    info: (line: string) => void noted.push(line),
    progress: (line: string) => void metered.push(line),
    ask: undefined,
    ...otherPorts,
  }
  const code = await run(args, ports)
  return { code, said: said.join('\n'), noted: noted.join('\n'), metered }
}
