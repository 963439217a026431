import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Contender } from '../contenders.ts'
import { endingWithBench, whenEnded } from '../child.ts'
import { browserEvents } from '../event.ts'
import { type Measured, Samples } from '../measurement.ts'
import { rowOf } from './redemptions.ts'
import { type RuntimeApi, startRuntimeApi } from '../runtime-api.ts'
import { findRuntimeClient } from '../runtime-client.ts'
import { median } from '../statistics.ts'
import { alternating, type Workbench } from '../workbench.ts'

/** Number of cold starts in a round, whose median is the round's value. */
const starts = 4

/** Invocations of a round's last process, to warm it and to measure it: some hundred take enough 10 ms ticks of CPU. */
const [settling, warmInvocations] = [50, 300] as const

const firstResponse = 'process start to first response'
const firstCpu = 'CPU up to the first response'
const warmCpu = 'CPU of a warm invocation'

/** Measures cold starts under AWS's own runtime client: each is a new process that first redeems a link. */
export async function measureColdStarts(bench: Workbench): Promise<Measured> {
  const client = await findRuntimeClient(bench.say)
  const samples = new Samples()
  if (client.kind === 'missing') bench.say(`  MISSING: no cold start is measured, because ${client.missing}`)
  else await startAll(bench, client.file, samples)
  const units = { [firstResponse]: 'ms', [firstCpu]: 'ms', [warmCpu]: 'µs' } as const
  const rows = ([firstResponse, firstCpu, warmCpu] as const).map(name => rowOf(samples, name, units[name]))
  const notes = client.kind === 'missing' ? [`MISSING: ${client.missing}`] : [wholeCore, counting]
  return { table: { title: 'Cold start', columns: ['shipped', 'baseline'], rows, notes }, figures: {} }
}

const wholeCore =
  'On a whole core, with the store at an address of this machine: what Node.js and the bundle take, not what a viewer waits. ' +
  "[Below](#at-the-edges-real-size-and-distance), functions have the edge's share of a CPU and its distance from the store."

const counting = `aws-lambda-ric 4.0.2. Each round is the median of ${starts} starts. The kernel counts CPU in ticks of 10 ms.`

async function startAll(bench: Workbench, client: string, samples: Samples): Promise<void> {
  await using closing = new AsyncDisposableStack()
  const api = closing.adopt(await startRuntimeApi(), each => each.close())
  const tools = { bench, client, api }
  for (const contender of [bench.shipped, bench.baseline]) await startCold(contender, tools, 0)
  for (let round = 0; round < bench.rounds; round += 1) {
    const all = new Samples()
    for (let start = 0; start < starts; start += 1) {
      for (const contender of alternating([bench.shipped, bench.baseline], 1)) {
        const invocations = start === starts - 1 ? warmInvocations : 0
        const values = await startCold(contender, tools, invocations)
        for (const [what, value] of Object.entries(values)) all.add(`${contender.name} ${what}`, value)
      }
    }
    for (const { name } of [bench.shipped, bench.baseline]) {
      for (const what of [firstResponse, firstCpu, warmCpu])
        samples.add(`${name} ${what}`, median(all.of(`${name} ${what}`)))
      bench.say(`  ${name}: first response after ${samples.of(`${name} ${firstResponse}`).at(-1)?.toFixed(0)} ms`)
    }
  }
}

interface Tools {
  readonly bench: Workbench
  /** The file of the runtime client. */
  readonly client: string
  readonly api: RuntimeApi
}

async function startCold(contender: Contender, { bench, client, api }: Tools, invocations: number) {
  const nonces = await bench.issue(contender, 1 + (invocations > 0 ? settling + invocations : 0))
  const [first, ...others] = browserEvents(nonces)
  const env = { ...bench.env, AWS_LAMBDA_RUNTIME_API: api.address, LAMBDA_TASK_ROOT: contender.folder }
  const startedAt = performance.now()
  const runtime = spawn(process.execPath, [client, 'index.handler'], {
    env: { ...env, _HANDLER: 'index.handler' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const end = endingWithBench(runtime)
  const ended = whenEnded(runtime, 'the runtime')
  try {
    const redeem = async (event: object | undefined) =>
      checkRedirect(await Promise.race([api.invoke(event ?? {}), ended]))
    await redeem(first)
    const [ms, cpuMs] = [performance.now() - startedAt, cpuMsOf(runtime.pid)]
    for (const event of others.slice(0, settling)) await redeem(event)
    const warm = cpuMsOf(runtime.pid)
    for (const event of others.slice(settling)) await redeem(event)
    const values = { [firstResponse]: ms, [firstCpu]: cpuMs }
    return invocations === 0 ? values : { ...values, [warmCpu]: ((cpuMsOf(runtime.pid) - warm) * 1000) / invocations }
  } finally {
    await end()
  }
}

function checkRedirect(response: unknown): void {
  const { status } = response as { status?: string }
  if (status !== '302') throw new Error(`a cold start must respond with 302, but sent ${JSON.stringify(status)}`)
}

/** Returns a process's user and system time so far, in ms: fields 14 and 15 of its stat, in ticks (man 5 proc). */
function cpuMsOf(pid: number | undefined): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = fields.split(' ').slice(11, 13).map(Number)
  return ((user ?? NaN) + (system ?? NaN)) * 10
}
