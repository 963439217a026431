import {
  kmsKeysOf,
  type NamedSigner,
  signerNameOf,
  type SignerSettings,
  type SignerStage,
  type SignerState,
} from '../../../cli/deployment/deploy/signer-stages.ts'
import { readValue } from '../../../jobs/keys/secret-value.ts'
import { inForceSince } from '../../../shared/in-force.ts'
import { parseKeys } from '../../../shared/keys.ts'
import { secondsOf } from '../../../shared/time.ts'
import { restore, retire, rotate } from './operations.ts'
import { liveLink } from './redemptions.ts'
import { kmsKeyName } from '../../support/keys/simulated-kms.ts'
import { day, hour, minute, record, type World } from './world.ts'

/** Returns settings that an operator may want next. */
function anySignerSettings({ dice, deployment: { maxLinkSeconds } }: World): SignerSettings {
  const signer = dice.pick(['secret', 'kms'] as const)
  const keySpec = dice.pick(['P-256', 'P-256', 'P-256', 'RSA-2048'] as const)
  return { signer, keySpec, kmsKey: dice.between(1, 2), kmsKeysKept: [], maxLinkSeconds }
}

/**
 * Runs `once deploy` until the wanted settings are reached, as an operator does: at any time, again after a failure, and sometimes
 * for other settings before the first are reached. Scheduled rotations come in between.
 */
export async function changeSigner(world: World): Promise<void> {
  const { time, dice, signer, redemptions } = world
  let wanted = anySignerSettings(world)
  record(world, `wanted: ${signerNameOf(wanted)}`)
  for (let count = 0; count < 40 && !world.hasEnded; count += 1) {
    for (let link = 0; link < 10; link += 1) time.after(dice.between(0, hour), () => void liveLink(world, redemptions))
    const next = await onceDeploy(wanted, world)
    if (next === 'none') break
    if (dice.chance(0.05)) wanted = anySignerSettings(world)
    if (dice.chance(0.1)) await rotate(world)
    await time.pause(next === 'failed' ? dice.between(minute, day) : dice.between(minute, dice.pick([day, 8 * day])))
  }
  signer.changes += 1
}

/** Runs the command once. Returns when the next run is useful; `failed` if a part of it did. */
async function onceDeploy(wanted: SignerSettings, world: World): Promise<SignerStage['next'] | 'failed'> {
  const { subject, time, dice } = world
  const endsLinks = dice.chance(0.03)
  let isPrepared = false
  for (let count = 0; count < 8; count += 1) {
    const state = await readState(world)
    const stage = subject.nextSignerStage(wanted, state, { now: secondsOf(time.now()), endsLinks, isPrepared })
    record(world, `stage: ${stage.text}; ${stage.after}`)
    if (!(await deployStage({ ...wanted, ...stage.overrides }, stage, world))) return 'failed'
    isPrepared = stage.prepares
    if (stage.cancelsRotation) world.secret.clearPending()
    if (stage.after === 'rotate') {
      const before = world.secret.current()
      await rotate(world)
      if (world.secret.current() === before) return 'failed'
    }
    if (stage.after === 'invalidate-links') await restore(world)
    if (stage.after !== 'nothing') await retire(world)
    if (stage.next !== 'now') return stage.next
  }
  return 'failed'
}

/** Deploys all stacks: those with keys first or, if keys are removed, last; the functions in between, the apis in any order. */
async function deployStage(settings: SignerSettings, { removesKeys }: SignerStage, world: World): Promise<boolean> {
  const { time, dice, signer, processes } = world
  const keys = kmsKeysOf(settings)
  const step = async () => {
    await time.pause(dice.between(minute / 2, 5 * minute))
    return !dice.chance(0.02)
  }
  for (const key of keys) signer.kms.create(key)
  if (!(await step())) return false
  signer.settings = settings
  for (const process of processes.toSorted(() => dice.between(0, 2) - 1)) {
    if (!(await step())) return false
    process.keepsReceipts = keys.length > 0
  }
  if (!removesKeys) return true
  if (!(await step())) return false
  for (const name of signer.kms.names) if (!keys.some(key => key === name)) signer.kms.remove(name)
  return true
}

/** Reads what the command reads. */
async function readState({ secret, signer }: World): Promise<SignerState> {
  const versions = await secret.api.versions()
  const named = async (version: string): Promise<NamedSigner> => {
    const text = (await secret.api.read(version))?.text ?? ''
    const value = readValue(text)
    if (value === 'placeholder') return { name: undefined }
    const { signing } = parseKeys(text)
    const formerUntil = value.withoutReceipt?.until
    if (signing.kind === 'kms') {
      const name = kmsKeyName(signing.kmsKeyId)
      return { name: kmsKeysOf(signer.settings).find(key => key === name), formerUntil }
    }
    return { name: signing.privateKey.asymmetricKeyType === 'rsa' ? 'RSA-2048' : 'P-256', formerUntil }
  }
  return {
    deployed: signer.settings,
    current: await named(versions.current),
    inForceSince: inForceSince(versions),
    pending: versions.pending === undefined ? undefined : await named(versions.pending),
  }
}
