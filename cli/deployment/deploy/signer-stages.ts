import type { SignerKeyId } from '../../../infra/placement/placement.ts'
import type { Settings } from '../../../infra/settings/settings.ts'
import { forgottenSeconds } from '../../../shared/keys.ts'
import { type EpochSeconds, plusSeconds, rfc3339 } from '../../../shared/time.ts'

/** What signs: `P-256` or `RSA-2048` in the secret, or a key in KMS with its number, such as `P-256-1`. */
export type SignerName = Settings['keySpec'] | SignerKeyId

/** The settings that decide what signs, and when. */
export type SignerSettings = Pick<Settings, 'signer' | 'keySpec' | 'kmsKey' | 'kmsKeysKept' | 'maxLinkSeconds'>

/** What a version of the secret names. */
export interface NamedSigner {
  /** Undefined for a key in KMS that is none of the deployment's, and for a version that has no keys yet. */
  readonly name: SignerName | undefined
  /** If the version has a former key for links without a receipt: when the last of these has expired. */
  readonly formerUntil?: EpochSeconds | undefined
}

/** What is known of the signer of a deployment. */
export interface SignerState {
  /** The settings that are deployed. */
  readonly deployed: SignerSettings
  /** AWSCURRENT. */
  readonly current: NamedSigner
  /** Since when every Region's copy has had AWSCURRENT; undefined while that isn't known. */
  readonly inForceSince: EpochSeconds | undefined
  /** AWSPENDING, if a rotation is under way or was given up. */
  readonly pending?: NamedSigner | undefined
}

/** The next step towards the wanted signer: settings to deploy, and what to do then. */
export interface SignerStage {
  /** Whether it creates the wanted key in KMS, and no more. It is deployed again, unless all of it was just now. */
  readonly prepares: boolean
  /** Settings to deploy in place of the wanted ones. */
  readonly overrides: Partial<SignerSettings>
  /** Whether these settings remove keys in KMS. Then the stacks that use keys come before those that have them. */
  readonly removesKeys: boolean
  /** Whether AWSPENDING belongs to a rotation that can't end any more: after the deployment, that label is to be removed. */
  readonly cancelsRotation: boolean
  /**
   * What to do after the deployment. `rotate`: start a rotation, or wait for the end of the one that is under way and not to be
   * cancelled; and then run the retirement, which marks the version as in force in every Region.
   */
  readonly after: 'rotate' | 'invalidate-links' | 'nothing'
  /** When the next stage may run: at once, at a time, once the keys are known in every Region; or this is the last. */
  readonly next: 'now' | 'when-in-force' | 'none' | EpochSeconds
  /** What this stage does and waits for, for people. */
  readonly text: string
}

/** Options of a deployment that changes the signer. */
export interface StageOptions {
  readonly now: EpochSeconds
  /** Whether all links may end now, so that the former key can go. */
  readonly endsLinks: boolean
  /** Whether a stage that `prepares` was just deployed, all of it. */
  readonly isPrepared: boolean
}

/**
 * Returns the next stage from what is deployed to what is wanted. At every stage each value of the secret that a process may
 * still have can sign, whatever fails and whenever it is run again, also after another change of mind:
 *
 * - A key in KMS is created, and the api issues no links without a receipt any more, before a rotation may name the key.
 * - A rotation to KMS keeps the former key in the secret until the last link without a receipt has expired.
 * - A key in KMS is removed, and links need no receipt again, once no process may have a value that names such a key.
 *
 * Public keys leave CloudFront's key group later, when the last capability has expired (the daily retirement). Before the first
 * deployment, `state` is undefined.
 */
export function nextSignerStage(
  wanted: SignerSettings,
  state: SignerState | undefined,
  options: StageOptions,
): SignerStage {
  if (state === undefined)
    return { ...idle, overrides: { kmsKeysKept: [] }, next: 'none', text: 'create the first keys' }
  const target = signerNameOf(wanted)
  const existing = kmsKeysOf(state.deployed)
  const isReady =
    signerNameOf(state.deployed) === target || (options.isPrepared && existing.some(key => key === target))
  if (isInKms(target) && !isReady) return createKey(target, wanted, state)
  const needed = existing.filter(key => mayStillSign(key, state, options.now))
  const kmsKeysKept = needed.filter(key => key !== target)
  const removesKeys = existing.some(key => key !== target && !needed.includes(key))
  const stage = { ...idle, overrides: { kmsKeysKept }, removesKeys }
  const { current, pending } = state
  const isOvertaken = pending !== undefined && pending.name !== target
  if (current.name !== target) {
    const overrides = { ...stage.overrides, ...longestLinks(target, wanted, state) }
    const text = `sign with ${describe(target)} instead of ${describe(current.name)}`
    return { ...stage, overrides, cancelsRotation: isOvertaken, after: 'rotate', next: 'now', text }
  }
  if (isOvertaken && pending.name !== undefined) {
    // Without another version, a step that is under way could still switch to the pending one.
    const text = `rotate, so that the rotation to ${describe(pending.name)} can't end any more`
    return { ...stage, cancelsRotation: true, after: 'rotate', next: 'now', text }
  }
  return { ...stage, ...afterSwitch(kmsKeysKept, state, { ...options, target }) }
}

/** Returns what signs with these settings. */
export function signerNameOf({ signer, keySpec, kmsKey }: Pick<Settings, 'signer' | 'keySpec' | 'kmsKey'>): SignerName {
  return signer === 'kms' ? `${keySpec}-${kmsKey}` : keySpec
}

const idle = { prepares: false, removesKeys: false, cancelsRotation: false, after: 'nothing' } as const

function isInKms(name: SignerName | undefined): name is SignerKeyId {
  return name !== undefined && /^(P-256|RSA-2048)-\d+$/.test(name)
}

/** Returns the keys in KMS that a deployment with these settings has. */
export function kmsKeysOf(settings: SignerSettings): readonly SignerKeyId[] {
  const name = signerNameOf(settings)
  return [...new Set([...(isInKms(name) ? [name] : []), ...(settings.kmsKeysKept as readonly SignerKeyId[])])]
}

/** The signer stays as it is deployed: so no rotation can name the new key before every stack is ready for it. */
function createKey(key: SignerKeyId, wanted: SignerSettings, state: SignerState): SignerStage {
  const { signer, keySpec, kmsKey } = state.deployed
  const kmsKeysKept = [...new Set([...kmsKeysOf(state.deployed), key])].filter(
    each => each !== signerNameOf(state.deployed),
  )
  const overrides = { signer, keySpec, kmsKey, kmsKeysKept, ...longestLinks(key, wanted, state) }
  return {
    ...idle,
    prepares: true,
    overrides,
    next: 'now',
    text: `create ${describe(key)}, before it signs; new links keep a receipt`,
  }
}

/**
 * Until a rotation from the secret to KMS, `maxLinkSeconds` is not lowered: so long the former key stays for links that were
 * issued before.
 */
function longestLinks(
  target: SignerName,
  wanted: SignerSettings,
  { deployed, current }: SignerState,
): Partial<SignerSettings> {
  const isFromSecret = isInKms(target) && !isInKms(current.name)
  return isFromSecret && deployed.maxLinkSeconds > wanted.maxLinkSeconds
    ? { maxLinkSeconds: deployed.maxLinkSeconds }
    : {}
}

/**
 * Returns whether a process may still have a value that names a key in KMS, or may get one: by a rotation, which what is deployed
 * decides, or from an operator, who may make the version before AWSCURRENT current again for a day.
 */
function mayStillSign(key: SignerKeyId, { deployed, ...secret }: SignerState, now: EpochSeconds): boolean {
  const { current, pending, inForceSince } = secret
  if ([signerNameOf(deployed), current.name].includes(key) || pending !== undefined) return true
  return inForceSince === undefined || now < inForceSince + forgottenSeconds
}

/** The secret names the wanted signer: returns what is left to do, and when. */
function afterSwitch(
  kmsKeysKept: readonly SignerKeyId[],
  { deployed, current: { formerUntil }, inForceSince, pending }: SignerState,
  { now, endsLinks, target }: StageOptions & { readonly target: SignerName },
): Pick<SignerStage, 'after' | 'next' | 'text'> {
  if (formerUntil !== undefined && (endsLinks || now >= formerUntil)) {
    const text = 'remove the former key from the secret'
    return { after: now < formerUntil ? 'invalidate-links' : 'rotate', next: 'now', text }
  }
  const until =
    formerUntil === undefined
      ? ''
      : `; the first rotation after ${rfc3339(formerUntil)} removes the former key, for links without a receipt`
  const waits = { after: 'nothing' } as const
  if (kmsKeysKept.length === 0) return { ...waits, next: formerUntil ?? 'none', text: `the signer is as set${until}` }
  const keep = `keep ${kmsKeysKept.map(describe).join(', ')}`
  if (signerNameOf(deployed) !== target)
    return { ...waits, next: 'now', text: `${keep} until this is deployed${until}` }
  if (pending !== undefined)
    return { after: 'rotate', next: 'now', text: `${keep} until the rotation under way has ended${until}` }
  if (inForceSince === undefined) {
    const when = 'a day after the daily retirement has found the same secret in every Region'
    return { ...waits, next: 'when-in-force', text: `${keep}; deploy again ${when}${until}` }
  }
  const removable = plusSeconds(inForceSince, forgottenSeconds)
  const next = removable > now ? removable : 'now'
  return { ...waits, next, text: `${keep}; deploy again from ${rfc3339(removable)} on${until}` }
}

function describe(name: SignerName | undefined): string {
  if (name === undefined) return 'a key that is unknown'
  return isInKms(name) ? `key ${name} in KMS` : `a ${name} key in the secret`
}
