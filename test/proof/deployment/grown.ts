import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { allOfAws } from '../../../cli/adapters/aws/all.ts'
import { processes } from '../../../cli/adapters/process.ts'
import type { DeploymentPorts } from '../../../cli/ports/ports.ts'
import type { Clock, EpochMs } from '../../../shared/time.ts'
import { onceHere, type Outcome } from '../../support/cli/once-here.ts'
import { startFront } from '../../support/ministack/front.ts'
import { takeInventory } from '../../support/ministack/inventory.ts'
import { account } from '../../support/ministack/ministack.ts'
import { startOperator } from '../../support/ministack/operator.ts'
import { refusing, type Run } from '../../support/ministack/refusing.ts'

/** The Regions of the deployments. */
export const regions = ['us-east-1', 'us-east-2'] as const

/** An operator whose commands can be ended, on an account that can refuse types of resources. */
export type Growing = Awaited<ReturnType<typeof startGrowing>>

/** Starts MiniStack behind a proxy. */
export async function startGrowing() {
  const operator = await startOperator({
    startFront: ({ endpoint, clock }) => startFront({ endpoint, account, now: clock.now }),
  })
  const proxy = await refusing(operator.ministack.endpoint)
  process.env['AWS_ENDPOINT_URL'] = proxy.endpoint
  const aws = allOfAws()
  // A run that was ended is a process that was killed.
  const dead = { ...processes, isRunning: () => false }
  const ports: Partial<DeploymentPorts> = { ...operator.ports, aws, clock: jumpingClock(), processes: dead }
  return {
    ...operator,
    aws,
    proxy,
    once: (...args: readonly string[]) => onceHere(args, ports),
    async close() {
      await proxy.close()
      await operator.close()
    },
  }
}

/** Hours pass while a command waits for AWS, and the time that MiniStack needs. */
export function jumpingClock(): Clock {
  let ahead = 0
  return {
    now: () => (Date.now() + ahead) as EpochMs,
    async pause(ms) {
      ahead += ms
      await pause(Math.min(ms, 50))
    },
  }
}

/** Most runs of one command until it is done. */
const maxRuns = 60

/** Runs a command until it ends well. Returns the runs that did not; `stopped` is awaited after each. */
export async function untilDone(
  { once, proxy }: Growing,
  args: readonly string[],
  { stopped, ...how }: Run & { readonly stopped?: (run: Outcome) => Promise<void> } = {},
): Promise<readonly Outcome[]> {
  const runs: Outcome[] = []
  for (;;) {
    proxy.start(how)
    const run = await once(...args)
    if (run.code === 0) return runs
    runs.push(run)
    const isStuck = runs.length === maxRuns || run.said.includes('with problems')
    expect(isStuck, `${args.join(' ')} is not done: ${run.said}\n${run.noted}`).toBe(false)
    await stopped?.(run)
  }
}

/** Returns what MiniStack refused in these runs, such as `create AWS::S3::Bucket`. */
export function refusedIn(runs: readonly Outcome[]): readonly string[] {
  const found = runs.flatMap(({ noted }) => [...noted.matchAll(/\brefused: (\w+ [\w:]+)/g)])
  return [...new Set(found.map(([, what = '']) => what))].toSorted()
}

/**
 * Returns what the account has beside these things, with a deployment's name, and names that AWS chooses, replaced. Two deployments with
 * the same settings have the same, apart from the role of API Gateway's logs: the account has it once.
 */
export async function thingsOf(name: string, others: readonly string[]): Promise<readonly string[]> {
  const found = Object.keys(await takeInventory(regions))
  return found
    .filter(thing => !others.includes(thing) && !thing.includes('-ApiGatewayCloudWatchRole'))
    .map(thing =>
      thing
        .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'NAME')
        .replace(/^(distribution|origin access control) .*/, '$1')
        .replace(/(?<=NAME-us-east-\d-\w{4})[\w-]+/, '')
        .replaceAll(/\b[0-9a-f-]{8,}\b/g, 'ID'),
    )
    .toSorted()
}

/** The commands of docs/deploy.md in their order, without comments. */
export const documentedCommands: readonly string[] = [
  ...readFileSync(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms),
].flatMap(([, block = '']) =>
  block
    .split('\n')
    .map(line => line.replace(/\s+#.*$/, '').trim())
    .filter(line => line !== ''),
)

/** Returns the arguments of our command in a documented one. Without a terminal, a deployment needs `--yes`. */
export function argumentsOf(command: string, folder: string): readonly string[] {
  const [, script = '', rest = ''] = /^npm run (?:-s )?(deploy|destroy|once)(?: -- (.+))?$/.exec(command) ?? []
  const scripts: NodeJS.Dict<readonly string[]> = { deploy: ['deploy', '--yes'], destroy: ['teardown'], once: [] }
  const first = scripts[script]
  if (first === undefined) throw new Error(`the page has a command that this test can't run: ${command}`)
  const report = join(folder, 'report.pdf')
  writeFileSync(report, 'a report\n')
  const args = rest.split(' ').filter(arg => arg !== '' && !first.includes(arg))
  return [...first, ...args.map(arg => (arg === 'report.pdf' ? report : arg))]
}
