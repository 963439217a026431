import { assert } from '../shared/errors.ts'
import { type EpochSeconds, hasPassed, plusSeconds, secondsOf } from '../shared/time.ts'
import { inForceSince } from './versions.ts'
import { keyGroupOf } from './key-group.ts'
import { rotationSeconds } from './periods.ts'
import type { Context, PublicKey, Versions } from './ports.ts'
import { isOurs } from './public-keys.ts'
import { retirable } from './retirable.ts'
import { readKeys, readValue, type SecretValue } from './secret-value.ts'

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
export async function retire(context: Context): Promise<Retirement> {
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
async function readNames({ ports: { secret, clock } }: Context) {
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
