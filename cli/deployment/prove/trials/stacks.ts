import { edgeStackRegion } from '../../../../infra/settings/settings.ts'
import type { EpochMs } from '../../../../shared/time.ts'
import { unlessAborted } from '../../../../client/abortable.ts'
import type { DeployedStack } from '../../../ports/aws-stacks.ts'
import type { DeploymentPorts } from '../../../ports/ports.ts'
import { deleteStack } from '../../teardown/delete-stack.ts'
import { trialTemplate } from './templates.ts'
import { type TrialKind, trialKinds, type TrialResult, trialStack } from './trials.ts'

/** Milliseconds between two reads of a stack that is being created. */
const pollMs = 10_000

/** What a run needs to make throw-away stacks. */
interface TrialRun {
  readonly deployment: string
  readonly ports: DeploymentPorts
  readonly signal: AbortSignal
  readonly waitUntil: EpochMs
}

/**
 * Creates a throw-away stack and waits until AWS has created all of it, or has refused something. Rejects if the signal is aborted;
 * the stack may then exist. A failure keeps what was created until `deleteTrials`, so that its reason can be read.
 */
export async function createTrial(kind: TrialKind, run: TrialRun): Promise<TrialResult> {
  const { deployment, ports, signal, waitUntil } = run
  const { aws, clock, info } = ports
  const name = trialStack(deployment, kind)
  info(`creating ${name}`)
  await aws.proofs.createStack(name, JSON.stringify(trialTemplate(kind, deployment)), edgeStackRegion)
  for (;;) {
    const stack = await aws.stacks.describe(name, edgeStackRegion)
    if (stack?.status === 'CREATE_COMPLETE') return { kind: 'created', outputs: stack.outputs }
    if (stack !== undefined && /FAILED|ROLLBACK/.test(stack.status)) return refusedFor(stack, ports)
    if (clock.now() >= waitUntil) return { kind: 'missing', why: 'the throw-away resources were not ready in time' }
    await unlessAborted(clock.pause(pollMs), signal)
  }
}

/** Reasons that say something of the account or its credentials, and nothing of the question. */
const ofAccount = /not authorized|access denied|accessdenied|quota|limit exceeded|too many|must be verified/i

async function refusedFor(stack: DeployedStack, { aws }: DeploymentPorts): Promise<TrialResult> {
  const resources = await aws.stacks.resources(stack)
  const failed = resources.filter(
    ({ status, reason }) => status === 'CREATE_FAILED' && !/cancelled|canceled/i.test(reason),
  )
  const reasons = failed.map(({ type, reason }) => `${type}: ${reason}`)
  const all = reasons.length === 0 ? [stack.reason || stack.status] : reasons
  if (all.some(reason => ofAccount.test(reason)))
    return { kind: 'missing', why: `the account can't: ${all.join('; ')}` }
  return { kind: 'refused', reasons: all }
}

/** Returns the throw-away stacks of a deployment that exist. */
export async function existingTrials(
  deployment: string,
  { aws }: Pick<DeploymentPorts, 'aws'>,
): Promise<readonly DeployedStack[]> {
  const found = await Promise.all(
    trialKinds.map(kind => aws.stacks.describe(trialStack(deployment, kind), edgeStackRegion)),
  )
  return found.filter(stack => stack !== undefined)
}

/**
 * Deletes all throw-away stacks of a deployment; resolves to the names of those that are left. Some can't be deleted yet: a function
 * that CloudFront has copies of, for hours; a distribution with a plan, until the plan has ended. Says so by `info`.
 */
export async function deleteTrials(
  deployment: string,
  ports: DeploymentPorts,
  deadline: EpochMs,
): Promise<readonly string[]> {
  const stacks = await existingTrials(deployment, ports)
  await Promise.all(stacks.map(stack => deleteStack(stack, ports, deadline)))
  const left = await existingTrials(deployment, ports)
  return left.map(({ name }) => name)
}
