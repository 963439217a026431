import { assert } from '../../shared/errors.ts'
import { inForceMark, inForceSince, isInForceMark } from '../../shared/secrets/in-force.ts'
import { metricsNamespace } from '../../shared/metrics.ts'
import { type EpochSeconds, hasPassed, plusSeconds, secondsOf } from '../../shared/time.ts'
import { keyGroupOf } from './key-group.ts'
import { graceSeconds, orphanSeconds, rotationSeconds } from './periods.ts'
import type { KeysContext, PublicKey, Versions } from './ports.ts'
import { readKeys, readValue, type SecretValue } from './secret-value.ts'
import { isOurs } from './signing-key.ts'

/**
 * Runs daily: removes public keys that nothing needs, logs the age of the keys in one line of CloudWatch's
 * embedded metric format, and marks AWSCURRENT as in force once every Region has it. May run at any time, also twice or
 * while a rotation is under way.
 */
export async function retireDaily(context: KeysContext): Promise<Pick<Retirement, 'removed' | 'deleted'>> {
  const retirement = await retirePublicKeys(context)
  const { versions, isRotating, removed, deleted } = retirement
  context.ports.log(keyAgeLine(retirement, context))
  // Last, so that the line is logged even if a Region doesn't respond. Nothing should write while a rotation is under
  // way (AWS, "Troubleshoot rotation"); `isRotating` ends after a day, so a stuck rotation doesn't stop this for ever.
  if (!isRotating) await markInForce(versions, context)
  return { removed, deleted }
}

/** What one retirement found and did. */
export interface Retirement {
  readonly versions: Versions
  /** Whether a rotation is, or was recently, under way. */
  readonly isRotating: boolean
  /** Keys of AWSCURRENT, and when that version was created. */
  readonly current: { readonly value: SecretValue; readonly createdAt: EpochSeconds }
  /** This deployment's public keys before the retirement. */
  readonly publicKeys: readonly PublicKey[]
  /** Number of public keys removed from the key group. */
  readonly removed: number
  /** Number of public keys deleted. */
  readonly deleted: number
}

/**
 * Removes this deployment's public keys that nothing needs (see `retirable`) from the key group, and deletes them.
 * Other keys in the group stay. If the group changes meanwhile, changes nothing: the next retirement will. Rejects if
 * AWSCURRENT's own key isn't in the group.
 */
export async function retirePublicKeys(context: KeysContext): Promise<Retirement> {
  const { ports, deployment } = context
  const { cloudfront, clock } = ports
  // Read the group before the secret: a key that is in the group by now is named in the secret by then, or never will
  // be.
  const group = await keyGroupOf(context)
  const publicKeys = (await cloudfront.publicKeys()).filter(key => isOurs(key, deployment.name))
  const { named, ...found } = await readNamedKeys(context)
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
  const outcomes = await Promise.all(deletable.map(id => cloudfront.deletePublicKey(id)))
  const deleted = outcomes.filter(outcome => outcome === 'deleted').length
  return { ...found, publicKeys, removed: fromGroup.length, deleted }
}

/** Reads which public keys AWSCURRENT and AWSPENDING name. */
async function readNamedKeys({ ports: { secret, clock } }: KeysContext) {
  const versions = await secret.versions()
  const read = await secret.read(versions.current)
  const value = readKeys(read?.text, 'AWSCURRENT')
  assert(read, 'a version with keys has a text')
  // A version is AWSPENDING before it has a text; then it names no key yet.
  const pending = versions.pending === undefined ? undefined : await secret.read(versions.pending)
  const next = readValue(pending?.text ?? '')
  const values = [value, ...(next === 'placeholder' ? [] : [next])]
  const named = new Set(values.map(({ signing }) => signing.keyPairId))
  const isRotating = pending !== undefined && !hasPassed(plusSeconds(pending.createdAt, rotationSeconds), clock.now())
  return { versions, isRotating, current: { value, createdAt: read.createdAt }, named }
}

/** What decides which public keys are retired. */
interface Holdings {
  readonly now: EpochSeconds
  /** This deployment's public keys at CloudFront. */
  readonly publicKeys: readonly PublicKey[]
  /** Ids of the keys in the key group. */
  readonly inGroup: readonly string[]
  /** Ids that AWSCURRENT and AWSPENDING name. */
  readonly named: ReadonlySet<string>
  /** Since when AWSCURRENT has been in force in every Region; undefined while that isn't known. */
  readonly inForceSince: EpochSeconds | undefined
}

/** Ids of public keys to remove from the key group, and then to delete. */
interface Retirable {
  readonly fromGroup: readonly string[]
  readonly deletable: readonly string[]
}

/**
 * Returns the public keys that nothing needs. A key that no value names leaves the group once every URL signed with an
 * earlier value has expired. A key in no group remains from a rotation or a retirement that failed. Keys younger than
 * `orphanSeconds` stay: a rotation under way may be about to name them.
 */
function retirable({ now, publicKeys, inGroup, named, inForceSince }: Holdings): Retirable {
  const unnamed = publicKeys
    .filter(({ id, createdAt }) => !named.has(id) && now >= createdAt + orphanSeconds)
    .map(({ id }) => id)
  const hasGracePassed = inForceSince !== undefined && now >= inForceSince + graceSeconds
  const fromGroup = hasGracePassed ? unnamed.filter(id => inGroup.includes(id)) : []
  return { fromGroup, deletable: unnamed.filter(id => !inGroup.includes(id) || fromGroup.includes(id)) }
}

const dayMs = 24 * 3600_000

/**
 * Returns the log line by which an alarm notices that rotations have stopped, in CloudWatch's embedded metric format:
 * the age of the secret's current version, in days. The age of the signing key is in the line but no metric: each rotation
 * makes a new one.
 */
function keyAgeLine({ current, publicKeys, removed, deleted }: Retirement, { ports, deployment }: KeysContext): object {
  const now = ports.clock.now()
  const key = publicKeys.find(({ id }) => id === current.value.signing.keyPairId)
  const days = (since: number) => Math.round(((now - since * 1000) / dayMs) * 100) / 100
  const Metrics = [{ Name: 'SecretAgeDays', Unit: 'None' }]
  const CloudWatchMetrics = [{ Namespace: metricsNamespace, Dimensions: [['Deployment']], Metrics }]
  return {
    _aws: { Timestamp: now, CloudWatchMetrics },
    Deployment: deployment.name,
    SecretAgeDays: days(current.createdAt),
    ...(key && { signingKeyAgeDays: days(key.createdAt) }),
    outcome: 'retired',
    removed,
    deleted,
    publicKeys: publicKeys.length,
  }
}

/**
 * Marks AWSCURRENT as in force with the current time, once every Region's copy has it. All waits for a value to be
 * known start at that time. Rejects if a Region doesn't respond.
 */
async function markInForce(versions: Versions, { ports, deployment }: KeysContext): Promise<void> {
  if (inForceSince(versions) !== undefined) return
  const regions = deployment.secretRegions ?? deployment.homeRegions
  const copies = await Promise.all(regions.map(region => ports.secret.copyIn(region)))
  if (copies.some(copy => !copyIsCurrent(copy, versions))) return
  const { current, previous, labels } = versions
  // First remove older marks, which would keep old versions with their keys.
  const oldMarks = [...labels].flatMap(([from, all]) => all.filter(isInForceMark).map(label => ({ from, label })))
  for (const { from, label } of oldMarks) await ports.secret.moveLabel(label, { from })
  await ports.secret.moveLabel(inForceMark(secondsOf(ports.clock.now()), previous), { to: current })
}

/**
 * Returns whether a Region's copy is up to date with the primary. After an operator makes an older version current
 * again, a copy that lags may still have that version from before, as AWSCURRENT after another AWSPREVIOUS.
 */
function copyIsCurrent(copy: Pick<Versions, 'current' | 'previous'>, { current, previous }: Versions): boolean {
  return copy.current === current && (copy.previous === undefined || copy.previous === previous)
}
