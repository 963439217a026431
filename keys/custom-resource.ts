import { addToKeyGroup, waitUntilServed } from './key-group.ts'
import { firstMac, newMacKey } from './mac-rotation.ts'
import type { KeysContext, KeyGroup, TimeLeft } from './ports.ts'
import { readValue, writeValue } from './secret-value.ts'
import { isOurs, ensurePublicKey, newSigning } from './signing-key.ts'
import { nextVersionId } from './versions.ts'

/** What the CDK's provider framework asks (CDK, "Custom resources: provider framework"). */
export interface ResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete'
  /** What `Create` gave. */
  readonly PhysicalResourceId?: string
}

/** What it is answered. */
export interface Resource {
  /** The deployment's name, which names all there is; another one would be another resource. */
  readonly PhysicalResourceId: string
  readonly Data?: { readonly KeyGroupId: string }
}

/**
 * The keys of a deployment as a resource of CloudFormation: makes the first signing key and MAC key, CloudFront's public
 * key and the key group, once. May be repeated and may die at any point: keys that the secret holds are kept, and only
 * what CloudFront lacks of them is made good. `Delete` takes away what CloudFront holds; the secret isn't ours.
 */
export async function handleResourceEvent(
  event: ResourceEvent,
  context: KeysContext,
  timeLeft: TimeLeft,
): Promise<Resource> {
  const { name } = context.deployment
  if (event.RequestType === 'Delete') return remove(event.PhysicalResourceId ?? name, context)
  // Once more if somebody else wrote the first keys at the same time: those are kept then.
  const group = (await repairKeys(context, timeLeft)) ?? (await repairKeys(context, timeLeft))
  if (group === undefined) throw new Error('the secret was changed by somebody else twice; try again')
  return { PhysicalResourceId: name, Data: { KeyGroupId: group.id } }
}

async function repairKeys(context: KeysContext, timeLeft: TimeLeft): Promise<KeyGroup | undefined> {
  const { secret, random } = context.ports
  const { current } = await secret.versions()
  const read = await secret.read(current)
  // No placeholder either: what can't be read may hold keys.
  if (read === undefined) throw new Error(`version ${current} of the secret, AWSCURRENT, can't be read`)
  const held = readValue(read.text)
  const signing = held === 'placeholder' ? await newSigning(context) : await ensurePublicKey(held.signing, context)
  if (held === 'placeholder' || held.signing !== signing) {
    await whenServedWhereInUse(signing.keyPairId, context, timeLeft)
    const mac = held === 'placeholder' ? firstMac(newMacKey(random)) : held.mac
    // Its id follows from the one before it, so that of two at once only one is made.
    const as = { version: nextVersionId(current), label: 'AWSCURRENT' }
    if ((await secret.put(writeValue({ signing, mac }), as)) === 'taken') return undefined
  }
  return inKeyGroup(signing.keyPairId, context)
}

/** The key group with this key in it; made for a first key. */
async function inKeyGroup(keyId: string, context: KeysContext): Promise<KeyGroup> {
  const { cloudfront } = context.ports
  const { name } = context.deployment
  if ((await cloudfront.keyGroup(name)) === undefined) await cloudfront.createKeyGroup(name, [keyId])
  return addToKeyGroup(keyId, context)
}

/**
 * At a first deployment no distribution trusts the group: then the secret is written first, so that however often this
 * dies no key is in the group that nobody has. Where one does, the secret or a public key was lost and nothing works:
 * the new key is put into the group before it signs, and waiting as long as this invocation can is enough.
 */
async function whenServedWhereInUse(keyId: string, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { cloudfront } = context.ports
  const group = await cloudfront.keyGroup(context.deployment.name)
  if (group === undefined || (await cloudfront.distributionsOf(group.id)).length === 0) return
  await addToKeyGroup(keyId, context)
  await waitUntilServed(keyId, context, timeLeft)
}

async function remove(name: string, { ports: { cloudfront } }: KeysContext): Promise<Resource> {
  const group = await cloudfront.keyGroup(name)
  if (group !== undefined && (await cloudfront.deleteKeyGroup(group)) === 'in-use') {
    throw new Error(`key group ${name} is still in use by a distribution: delete that first, then try again`)
  }
  for (const key of (await cloudfront.publicKeys()).filter(each => isOurs(each, name))) {
    if ((await cloudfront.deletePublicKey(key.id)) === 'in-use') {
      throw new Error(
        `public key ${key.id} (${key.name}) is still in use: take it out of its key group, then try again`,
      )
    }
  }
  return { PhysicalResourceId: name }
}
