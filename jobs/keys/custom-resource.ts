import { createHash } from 'node:crypto'
import { addToKeyGroup, waitUntilServed } from './key-group.ts'
import { firstMac, newMacKey } from './mac-rotation.ts'
import type { KeyGroup, KeysContext, TimeLeft } from './ports.ts'
import { readValue, type SecretValue, writeValue } from './secret-value.ts'
import { ensurePublicKey, isOurs, newSigning } from './signing-key.ts'

/** Event of the CDK's provider framework (CDK, "Custom resources: provider framework"). */
export interface ResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete'
  /** The id that `Create` returned. */
  readonly PhysicalResourceId?: string
}

/** Result for the provider framework. */
export interface Resource {
  /** The deployment's name, which names all that it created. Another name would be another resource. */
  readonly PhysicalResourceId: string
  readonly Data?: { readonly KeyGroupId: string }
}

/**
 * Manages the keys of a deployment as a CloudFormation resource: creates the first signing key and MAC key,
 * CloudFront's public key and the key group, once. May be repeated, and may stop at any point: it keeps keys in the
 * secret and creates only what CloudFront lacks. `Delete` deletes the key group and the public keys, but not the
 * secret.
 */
export async function handleResourceEvent(
  event: ResourceEvent,
  context: KeysContext,
  timeLeft: TimeLeft,
): Promise<Resource> {
  const { name } = context.deployment
  if (event.RequestType === 'Delete') return remove(event.PhysicalResourceId ?? name, context)
  // A second time if another process wrote the secret at the same time: then its keys stay.
  const group = (await repairKeys(context, timeLeft)) ?? (await repairKeys(context, timeLeft))
  if (group === undefined) throw new Error('other processes changed the secret twice; try again')
  return { PhysicalResourceId: name, Data: { KeyGroupId: group.id } }
}

/** Creates what is missing. Returns the key group; undefined if another process wrote the secret at the same time. */
async function repairKeys(context: KeysContext, timeLeft: TimeLeft): Promise<KeyGroup | undefined> {
  const { secret, random } = context.ports
  const { current } = await secret.versions()
  const read = await secret.read(current)
  // Not a placeholder: a version that can't be read may hold keys.
  if (read === undefined) throw new Error(`version ${current} of the secret, AWSCURRENT, can't be read`)
  const value = readValue(read.text)
  const repaired =
    value === 'placeholder'
      ? { signing: await newSigning(context), mac: firstMac(newMacKey(random)) }
      : await withPublicKey(value, context)
  const { keyPairId } = repaired.signing
  if (value !== repaired) {
    await waitUntilServedIfInUse(keyPairId, context, timeLeft)
    // The id follows from the current version's id, so that two processes at once create only one version.
    const as = { version: nextVersionId(current), label: 'AWSCURRENT' }
    if ((await secret.put(writeValue(repaired), as)) === 'taken') return undefined
  }
  return ensureInKeyGroup(keyPairId, context)
}

/** Makes sure that CloudFront has the public half. Returns the same value, or one with a new id if it was lost. */
async function withPublicKey(value: SecretValue, context: KeysContext): Promise<SecretValue> {
  const signing = await ensurePublicKey(value.signing, context)
  return signing === value.signing ? value : { ...value, signing }
}

/** Adds a key to the key group, and creates the group for the first key. */
async function ensureInKeyGroup(keyId: string, context: KeysContext): Promise<KeyGroup> {
  const { cloudfront } = context.ports
  const { name } = context.deployment
  if ((await cloudfront.keyGroup(name)) === undefined) await cloudfront.createKeyGroup(name, [keyId])
  return addToKeyGroup(keyId, context)
}

/**
 * Adds a new key to the group before it signs, if a distribution trusts the group. Then the secret or a public key was
 * lost and nothing works, so it is enough to wait as long as this invocation can. At a first deployment no distribution
 * trusts the group: the secret is written first, so that however often this stops, the group has no key without its
 * private half.
 */
async function waitUntilServedIfInUse(keyId: string, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { cloudfront } = context.ports
  const group = await cloudfront.keyGroup(context.deployment.name)
  if (group === undefined || (await cloudfront.distributionsOf(group.id)).length === 0) return
  await addToKeyGroup(keyId, context)
  await waitUntilServed({ keyId }, context, timeLeft)
}

async function remove(name: string, { ports: { cloudfront } }: KeysContext): Promise<Resource> {
  const group = await cloudfront.keyGroup(name)
  if (group !== undefined && (await cloudfront.deleteKeyGroup(group)) === 'in-use') {
    throw new Error(
      `key group ${name} is still in use by a distribution: delete the distribution first, then try again`,
    )
  }
  const ours = (await cloudfront.publicKeys()).filter(key => isOurs(key, name))
  for (const key of ours) {
    if ((await cloudfront.deletePublicKey(key.id)) === 'in-use') {
      throw new Error(
        `public key ${key.id} (${key.name}) is still in use: remove it from its key group, then try again`,
      )
    }
  }
  return { PhysicalResourceId: name }
}

/**
 * Returns the id of the version that replaces `version` outside of a rotation: always the same. If two processes put it
 * at once, Secrets Manager accepts the first, and rejects the second as another text for the same version.
 */
function nextVersionId(version: string): string {
  return createHash('sha256').update(`after ${version}`).digest('hex').slice(0, 32)
}
