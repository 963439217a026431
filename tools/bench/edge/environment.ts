import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { MacKeys } from '../../../shared/nonce.ts'
import { endingWithBench, whenEnded } from '../child.ts'
import { browserEvent } from '../event.ts'
import { mintNonces } from '../nonces.ts'
import { startRuntimeApi } from '../runtime-api.ts'
import { createQuotaGroup, edgeQuotaUs, periodUs, type UsableQuotaRoot } from './quota.ts'
import type { FirstResponse, Start } from './tables.ts'

/** What all starts share. */
export interface EnvironmentTools {
  /** The file of AWS's runtime client. */
  readonly client: string
  readonly root: UsableQuotaRoot
  /** Variables of the function, with the endpoints of its services. */
  readonly env: Readonly<Record<string, string>>
  /** Keys of the links that they open. */
  readonly mac: MacKeys
}

/** Longest init in milliseconds: several times that of the slowest contender. */
const initLimitMs = 30_000

/** Enters all groups before it becomes the program, so that they count and limit it from its first instruction. */
const enterGroups = 'set -e; while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift; exec "$@"'

const handler = 'index.handler'

let groups = 0

/**
 * Starts an execution environment, one new process in its own control group, and ends it after its first response. It gets its event as
 * soon as the runtime asks for it, because its viewer waits for the start. With `burst`, it has one whole core until then.
 */
export async function firstResponse(
  { contender, init }: Start,
  { client, root, env, mac }: EnvironmentTools,
): Promise<FirstResponse> {
  await using closing = new AsyncDisposableStack()
  const api = closing.adopt(await startRuntimeApi(), each => each.close())
  const event = browserEvent(mintNonces(1, mac)[0] ?? '')
  const group = createQuotaGroup(root, `edge-bench-${process.pid}-${(groups += 1)}`)
  process.once('exit', group.remove)
  closing.defer(() => void process.off('exit', group.remove))
  group.setQuota(init === 'burst' ? periodUs : edgeQuotaUs)
  const startedAt = performance.now()
  const command = [process.execPath, client, handler]
  const runtime = spawn('/bin/sh', ['-c', enterGroups, 'sh', ...group.procs, '--', ...command], {
    cwd: contender.folder,
    env: { ...env, AWS_LAMBDA_RUNTIME_API: api.address, _HANDLER: handler, LAMBDA_TASK_ROOT: contender.folder },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  closing.defer(endingWithBench(runtime))
  closing.defer(group.remove)
  const ended = whenEnded(runtime, `the runtime of ${contender.name}`)
  const initialized = await Promise.race([api.initialized, ended, pause(initLimitMs, 'too late', { ref: false })])
  if (initialized === 'too late') throw new Error(`${contender.name}: init takes more than ${initLimitMs} ms`)
  const initMs = performance.now() - startedAt
  const initCpuMs = group.cpuMs()
  group.setQuota(edgeQuotaUs)
  const invokedAt = performance.now()
  const response = await Promise.race([api.invoke(event), ended])
  const afterInitMs = performance.now() - invokedAt
  const totalMs = performance.now() - startedAt
  const cpuMs = group.cpuMs()
  const { status } = response as { readonly status?: string }
  if (status !== '302') throw new Error(`the first response of ${contender.name} must be a 302`)
  return { initMs, afterInitMs, totalMs, initCpuMs, cpuMs, peakMb: peakMbOf(runtime.pid) }
}

/** Returns VmHWM of a running process (man 5 proc). */
function peakMbOf(pid: number | undefined): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1e6
}
