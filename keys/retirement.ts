import { assert } from '../shared/errors.ts'
import { metricsNamespace } from '../shared/metrics.ts'
import { type EpochSeconds, hasPassed, plusSeconds, secondsOf } from '../shared/time.ts'
import { keyGroupOf } from './key-group.ts'
import { graceSeconds, orphanSeconds, rotationSeconds } from './periods.ts'
import type { KeysContext, PublicKey, Versions } from './ports.ts'
import { readKeys, readValue, type SecretValue } from './secret-value.ts'
import { isOurs } from './signing-key.ts'
import { inForceSince, markInForce } from './versions.ts'

/**
 * The daily round: notes that AWSCURRENT is in force everywhere if it has come to that, takes public keys away that
 * nobody can need any more, and logs how old the signing key is, in one line of CloudWatch's embedded metric format.
 * May run at any time, also twice or while a rotation is under way.
 */
export async function retireDaily(context: KeysContext): Promise<Pick<Retirement, 'removed' | 'deleted'>> {
  const retirement = await retirePublicKeys(context)
  const { versions, isRotating, removed, deleted } = retirement
  context.ports.log(keyAgeLine(retirement, context))
  // Last, so that the line is there even when a Region doesn't answer; and nothing should write while a rotation is under
  // way (AWS, "Troubleshoot rotation"), though one that has got stuck must not hold the retirement up for ever.
  if (!isRotating) await markInForce(versions, context)
  return { removed, deleted }
}

/** What one round of retirement found and did. */
export interface Retirement {
  readonly versions: Versions
  /** Whether a rotation is, or was of late, under way. */
  readonly isRotating: boolean
  /** AWSCURRENT's keys, and when that version was made. */
  readonly current: { readonly value: SecretValue; readonly createdAt: EpochSeconds }
  /** This deployment's public keys before it. */
  readonly publicKeys: readonly PublicKey[]
  /** How many public keys left the key group, and how many were deleted. */
  readonly removed: number
  readonly deleted: number
}

/**
 * Takes out of the key group, and deletes, the public keys of ours that nobody can need any more (see `retirable`). Keys
 * of others in the group stay. Does nothing to a group that changes meanwhile: the next round will. Rejects when
 * AWSCURRENT's own key isn't in the group.
 */
export async function retirePublicKeys(context: KeysContext): Promise<Retirement> {
  const { ports, deployment } = context
  const { cloudfront, clock } = ports
  // The group before the secret: whatever is in it by then has its name in the secret already, if ever it will.
  const group = await keyGroupOf(context)
  const publicKeys = (await cloudfront.publicKeys()).filter(key => isOurs(key, deployment.name))
  const { named, ...found } = await readNames(context)
  const { keyPairId } = found.current.value.signing
  if (!group.keyIds.includes(keyPairId)) {
    throw new Error(`AWSCURRENT's public key ${keyPairId} is not in key group ${group.name}`)
  }
  const holdings = { now: secondsOf(clock.now()), publicKeys, inGroup: group.keyIds, named }
  const { fromGroup, deletable } = retirable({ ...holdings, inForceSince: inForceSince(found.versions) })
  if (fromGroup.length > 0) {
    const rest = group.keyIds.filter(id => !fromGroup.includes(id))
    const outcome = await cloudfront.updateKeyGroup(group, rest)
    if (outcome === 'changed-meanwhile') return { ...found, publicKeys, removed: 0, deleted: 0 }
  }
  const ends = await Promise.all(deletable.map(id => cloudfront.deletePublicKey(id)))
  const deleted = ends.filter(end => end === 'deleted').length
  return { ...found, publicKeys, removed: fromGroup.length, deleted }
}

/** The public keys that are in use, or about to be. */
async function readNames({ ports: { secret, clock } }: KeysContext) {
  const versions = await secret.versions()
  const read = await secret.read(versions.current)
  const value = readKeys(read?.text, 'AWSCURRENT')
  assert(read, 'what holds keys was read')
  // A version may be AWSPENDING before anything was put into it; then it names nothing yet.
  const pending = versions.pending === undefined ? undefined : await secret.read(versions.pending)
  const next = readValue(pending?.text ?? '')
  const named = new Set([value, ...(next === 'placeholder' ? [] : [next])].map(({ signing }) => signing.keyPairId))
  const isRotating = pending !== undefined && !hasPassed(plusSeconds(pending.createdAt, rotationSeconds), clock.now())
  return { versions, isRotating, current: { value, createdAt: read.createdAt }, named }
}

/** What is known when public keys are retired. */
export interface Holdings {
  readonly now: EpochSeconds
  /** This deployment's public keys at CloudFront. */
  readonly publicKeys: readonly PublicKey[]
  /** The ids of those in the key group. */
  readonly inGroup: readonly string[]
  /** The ids that AWSCURRENT and AWSPENDING name. */
  readonly named: ReadonlySet<string>
  /** Since when AWSCURRENT has been in force everywhere; undefined while nobody knows. */
  readonly inForceSince: EpochSeconds | undefined
}

/** Ids of public keys to be taken out of the key group, and to be deleted after that. */
export interface Retirable {
  readonly fromGroup: readonly string[]
  readonly deletable: readonly string[]
}

/**
 * Which public keys nobody can need any more. Out of the group go those that no value names, once every URL that was
 * signed by a former value has expired; those in no group are what a rotation left that died, or an earlier retirement.
 * The youngest stay in any case: a rotation may be under way that will name them.
 */
export function retirable({ now, publicKeys, inGroup, named, inForceSince }: Holdings): Retirable {
  const unnamed = publicKeys
    .filter(({ id, createdAt }) => !named.has(id) && now >= createdAt + orphanSeconds)
    .map(({ id }) => id)
  const isOver = inForceSince !== undefined && now >= inForceSince + graceSeconds
  const fromGroup = isOver ? unnamed.filter(id => inGroup.includes(id)) : []
  return { fromGroup, deletable: unnamed.filter(id => !inGroup.includes(id) || fromGroup.includes(id)) }
}

const dayMs = 24 * 3600_000

/**
 * The line by which an alarm sees a rotation that has stopped, in CloudWatch's embedded metric format: how old the
 * signing key is, and the secret's present version, both in days. In mode `kms` the key stays and only the latter falls.
 */
export function keyAgeLine(
  { current, publicKeys, removed, deleted }: Retirement,
  { ports, deployment }: KeysContext,
): object {
  const now = ports.clock.now()
  const key = publicKeys.find(({ id }) => id === current.value.signing.keyPairId)
  const days = (since: number) => Math.round(((now - since * 1000) / dayMs) * 100) / 100
  const metrics = { ...(key && { SigningKeyAgeDays: days(key.createdAt) }), SecretAgeDays: days(current.createdAt) }
  const Metrics = Object.keys(metrics).map(Name => ({ Name, Unit: 'None' }))
  const CloudWatchMetrics = [{ Namespace: metricsNamespace, Dimensions: [['Deployment']], Metrics }]
  return {
    _aws: { Timestamp: now, CloudWatchMetrics },
    Deployment: deployment.name,
    ...metrics,
    outcome: 'retired',
    removed,
    deleted,
    publicKeys: publicKeys.length,
  }
}
