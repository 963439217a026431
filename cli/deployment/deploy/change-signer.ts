import { physicalNames } from '../../../infra/placement/physical-names.ts'
import { signerKeyOutput } from '../../../infra/placement/placement.ts'
import { edgeStackRegion } from '../../../infra/settings/settings.ts'
import { rfc3339, secondsOf } from '../../../shared/time.ts'
import type { SecretSigner } from '../../ports/aws-signer.ts'
import type { DeployedState } from './deployed.ts'
import {
  kmsKeysOf,
  type NamedSigner,
  nextSignerStage,
  type SignerSettings,
  type SignerStage,
  type SignerState,
} from './signer-stages.ts'
import type { DeployScope } from './steps.ts'
import { StoppedError } from './stopped.ts'

type SignerScope = Pick<DeployScope, 'settings' | 'endsLinks' | 'steps' | 'signal' | 'ports'>

/** Interval between checks of a rotation, in milliseconds. */
const pollMs = 15_000

/** Longest wait for a rotation, in milliseconds. It takes a quarter of an hour; Secrets Manager repeats one that failed. */
const rotationMs = 3600_000

/** Most stages that follow each other without a wait: create a key, rotate, remove the former key, rotate once more. */
const maxStages = 8

/**
 * Returns what is to be deployed next so that the signer becomes the wanted one, and what to do then. Reads only. `isPrepared`
 * says that the last deployment was a stage that `prepares`, all of it.
 */
export async function readSignerStage(
  scope: SignerScope,
  deployed: DeployedState,
  isPrepared = false,
): Promise<SignerStage> {
  const { settings, endsLinks, ports } = scope
  const state = await readState(scope, deployed)
  return nextSignerStage(settings, state, {
    now: secondsOf(ports.clock.now()),
    endsLinks,
    isPrepared,
  })
}

/**
 * Deploys stage after stage until one has to wait, or the signer is the wanted one. `deploy` deploys with these settings in place
 * of the wanted ones, and returns what is deployed then. May be interrupted anywhere, and goes on from there.
 */
export async function deploySignerStages(
  scope: SignerScope,
  first: DeployedState,
  deploy: (overrides: Partial<SignerSettings>, stage: SignerStage) => Promise<DeployedState>,
): Promise<void> {
  let deployed = first
  let isPrepared = false
  for (let count = 0; count < maxStages; count += 1) {
    const stage = await readSignerStage(scope, deployed, isPrepared)
    const { text, overrides, next } = stage
    if (next !== 'none') scope.steps.print(`signer: ${text}`, { signer: text, next })
    deployed = await deploy(overrides, stage)
    isPrepared = stage.prepares
    await finishStage(stage, scope, deployed)
    if (next !== 'now') return
  }
  throw new StoppedError('the signer changes all the time', 'see who else rotates or deploys, then run this again')
}

async function readState({ settings, ports }: SignerScope, deployed: DeployedState): Promise<SignerState | undefined> {
  if (deployed.settings === undefined) return undefined
  const { secret } = physicalNames(settings.name, deployed.account)
  const outputs = Object.assign({}, ...deployed.stacks.map(stack => stack.outputs)) as Record<string, string>
  const keys = kmsKeysOf(deployed.settings)
  const named = ({ kmsKeyId, keySpec, formerUntil }: SecretSigner): NamedSigner => ({
    name: kmsKeyId === undefined ? keySpec : keys.find(key => outputs[signerKeyOutput(key)] === kmsKeyId),
    formerUntil,
  })
  const { current, pending, inForceSince } = await ports.aws.signers.read(secret, edgeStackRegion)
  return { deployed: deployed.settings, current: named(current), pending: pending && named(pending), inForceSince }
}

async function finishStage(stage: SignerStage, scope: SignerScope, { account }: DeployedState): Promise<void> {
  const { aws } = scope.ports
  const names = physicalNames(scope.settings.name, account)
  if (stage.cancelsRotation) {
    const { pending } = await aws.signers.read(names.secret, edgeStackRegion)
    if (pending) await aws.signers.cancelRotation(names.secret, pending.version, edgeStackRegion)
  }
  if (stage.after === 'nothing') return
  const end = scope.steps.begin(stage.after === 'rotate' ? 'rotation of the keys' : 'invalidation of all links')
  if (stage.after === 'rotate') await rotate(names.secret, scope)
  else await aws.signers.invoke(names.keysFunction('invalidate-links'), { invalidateLinks: true }, edgeStackRegion)
  // Marks the new version as in force, from when on all waits count, if every Region has it already.
  await aws.signers.invoke(names.keysFunction('retire'), {}, edgeStackRegion)
  end('done')
}

/** Starts a rotation, unless one is under way, and waits for its end. */
async function rotate(secret: string, { ports, signal }: SignerScope): Promise<void> {
  const { aws, clock } = ports
  const before = await aws.signers.read(secret, edgeStackRegion)
  if (before.pending === undefined) await aws.signers.rotate(secret, edgeStackRegion)
  const endsAt = clock.now() + rotationMs
  for (;;) {
    await clock.pause(pollMs)
    signal.throwIfAborted()
    const { current, pending } = await aws.signers.read(secret, edgeStackRegion)
    if (pending === undefined && current.version !== before.current.version) return
    if (clock.now() < endsAt) continue
    const since = rfc3339(secondsOf(clock.now()))
    throw new StoppedError(
      `the rotation of ${secret} has not ended by ${since}`,
      'see the log of the function that rotates, then run this again',
    )
  }
}
