import type { DeployLock, TakenLock } from '../../ports/aws-deploy.ts'
import type { DeploymentPorts } from '../../ports/ports.ts'
import type { DeployScope } from './steps.ts'
import { StoppedError } from './stopped.ts'

type Lock = Pick<Extract<TakenLock, { kind: 'taken' }>, 'lost' | 'release'>

/**
 * Takes the lock of a deployment. Rejects with a `StoppedError` that says who deploys, if someone does. A lock that has ended is taken
 * over, and one of this machine whose process is gone.
 */
export async function takeLock({
  settings: { name },
  steps,
  ports,
}: Pick<DeployScope, 'settings' | 'steps' | 'ports'>): Promise<Lock> {
  const { machine, processes, clock, aws } = ports
  const deployer = { host: machine.host, pid: processes.pid, since: clock.now() }
  const found = await aws.deployLocks.take(name, deployer)
  const isFree = found.kind === 'held' && isOver(found.lock, ports)
  const lock = isFree ? await aws.deployLocks.take(name, deployer, found.version) : found
  if (lock.kind === 'taken') return lock
  if (lock.kind === 'held') throw deploying(name, lock.lock)
  const todo = 'make sure that nobody else deploys now; DeployLock in infra/policies/operator.json has the permissions'
  const remark = `AWS keeps no lock of this deployment: ${lock.why}`
  steps.print(`remark: ${remark} -> ${todo}`, { remark, todo })
  return { lost: new AbortController().signal, release: async () => undefined }
}

function isOver(
  { host, pid, since, until }: DeployLock,
  { machine, processes, clock }: Pick<DeploymentPorts, 'machine' | 'processes' | 'clock'>,
): boolean {
  return until <= clock.now() || (host === machine.host && !processes.isRunning(pid, since))
}

function deploying(name: string, { by, host, pid, since, until }: DeployLock): StoppedError {
  const time = (at: number) => `${new Date(at).toISOString().slice(11, 19)} UTC`
  return new StoppedError(
    `${by} deploys ${name} since ${time(since)}, on ${host} (process ${pid})`,
    `run this again when that has ended; if its process was killed, from ${time(until)}`,
  )
}
