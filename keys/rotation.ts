import { plusSeconds, rfc3339, secondsOf } from '../shared/time.ts'
import { inForceSince } from './versions.ts'
import { addToKeyGroup, assertRoom, keyGroupOf, waitUntilServed } from './key-group.ts'
import { isCompatible, newMacKey, nextMac } from './mac-rotation.ts'
import { graceSeconds, maxKeysInGroup } from './periods.ts'
import type { KeysContext, TimeLeft, Versions } from './ports.ts'
import { retirePublicKeys } from './retirement.ts'
import { readKeys, readValue, type SecretValue, writeValue } from './secret-value.ts'
import { needsNewKey, newSigning, testSigning } from './signing-key.ts'

/** What Secrets Manager asks of a rotation function (AWS, "Rotation by Lambda function"). */
export interface RotationEvent {
  readonly Step: string
  /** The secret's ARN. */
  readonly SecretId: string
  /** The version to be made: AWSPENDING until it is AWSCURRENT. */
  readonly ClientRequestToken: string
}

/**
 * Takes one step of a rotation. Each may be repeated, and goes on where it was after an end at any point: a resolved
 * step is done, a rejected one changed nothing that the next try minds. Secrets Manager repeats the whole rotation when
 * a step fails. Nobody's URL or link stops working by it (docs/decisions/0012-rotation.md).
 */
export async function rotate(event: RotationEvent, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { Step, SecretId, ClientRequestToken: token } = event
  assertOurs(SecretId, context)
  const versions = await context.ports.secret.versions()
  if (versions.current === token) return
  if (versions.pending !== token) throw new Error(`rotation: version ${token} is not AWSPENDING, so nothing is done`)
  switch (Step) {
    case 'createSecret':
      return createSecret(versions, token, context)
    case 'setSecret':
      return setSecret(token, context, timeLeft)
    case 'testSecret':
      return testSecret(versions, token, context)
    case 'finishSecret':
      return finishSecret(versions, context, timeLeft)
    default:
      throw new Error(`Step: got ${JSON.stringify(Step)}, allowed: createSecret, setSecret, testSecret, finishSecret`)
  }
}

/** Makes what comes next, and its public key known to CloudFront; a private key that dies before it is kept is no loss. */
async function createSecret(versions: Versions, token: string, context: KeysContext): Promise<void> {
  const { ports, deployment } = context
  if ((await ports.secret.read(token)) !== undefined) return
  const current = await readVersion(versions.current, 'AWSCURRENT', context)
  const renew = needsNewKey(current.signing, context)
  if (renew) await makeRoom(versions, context)
  const signing = renew ? await newSigning(context) : current.signing
  const since = current.mac.since ?? inForceSince(versions)
  const pace = { now: secondsOf(ports.clock.now()), since, maxLinkSeconds: deployment.maxLinkSeconds }
  const mac = nextMac(current.mac, pace, () => newMacKey(ports.random))
  // `taken`: the same step ran twice at once, and the other's keys stay. Ours is found by the retirement.
  await ports.secret.put(writeValue({ signing, mac }), { version: token, label: 'AWSPENDING' })
}

/** Sees that the group can take one more key; what may be retired by now goes first. */
async function makeRoom(versions: Versions, context: KeysContext): Promise<void> {
  if ((await keyGroupOf(context)).keyIds.length < maxKeysInGroup) return
  await retirePublicKeys(context)
  const since = inForceSince(versions)
  const when =
    since === undefined
      ? 'a day after the daily retirement has seen the secret the same in every Region'
      : `from ${rfc3339(plusSeconds(since, graceSeconds))} on, a day after it was made`
  assertRoom(await keyGroupOf(context), `; one that is in use no more can be taken away ${when}`)
}

/** Puts the new public key into the key group and waits until CloudFront's edges know it. */
async function setSecret(token: string, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { signing } = await readVersion(token, 'AWSPENDING', context)
  await addToKeyGroup(signing.keyPairId, context)
  const unserved = await waitUntilServed(signing.keyPairId, context, timeLeft)
  // For the settle time finishSecret goes on waiting: it has as much time again.
  if (unserved !== undefined && unserved.missing !== 'time') throw waitingFor(unserved.text)
}

/**
 * Signs with the pending key and verifies as CloudFront will. When a schedule is set up Secrets Manager runs this step
 * alone, with a version of its own that may hold no keys: then the keys in force are tested.
 */
async function testSecret(versions: Versions, token: string, context: KeysContext): Promise<void> {
  const pending = readValue((await context.ports.secret.read(token))?.text ?? '')
  const tested = pending === 'placeholder' ? versions.current : token
  const { signing } = await readVersion(tested, 'tested', context)
  await testSigning(signing, context)
  const group = await keyGroupOf(context)
  if (group.keyIds.includes(signing.keyPairId)) return
  throw new Error(`public key ${signing.keyPairId} is not in key group ${group.name}`)
}

/** Switches: from here on edges and apis come to sign and mint by the new value. */
async function finishSecret(versions: Versions, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { secret } = context.ports
  const { current, pending = '' } = versions
  const next = await readVersion(pending, 'AWSPENDING', context)
  const { mac } = await readVersion(current, 'AWSCURRENT', context)
  if (!isCompatible(next.mac, mac)) {
    throw new Error(`the secret has changed since version ${pending} was made: take AWSPENDING off it and rotate anew`)
  }
  const unserved = await waitUntilServed(next.signing.keyPairId, context, timeLeft)
  if (unserved !== undefined) throw waitingFor(unserved.text)
  try {
    // Fails when AWSCURRENT is another by now: what was checked above holds for this one only.
    await secret.moveLabel('AWSCURRENT', { from: current, to: pending })
  } catch (error) {
    if ((await secret.versions()).current !== pending) throw error
  }
}

async function readVersion(version: string, which: string, { ports }: KeysContext): Promise<SecretValue> {
  return readKeys((await ports.secret.read(version))?.text, which)
}

function waitingFor(what: string): Error {
  return new Error(`rotation: still waiting for ${what}; the next try goes on from here`)
}

/** Whoever may invoke this function must not make it work on another secret. */
function assertOurs(secretId: string, { deployment: { secretName } }: KeysContext): void {
  const name = secretId.split(':secret:')[1] ?? secretId
  if (name === secretName || (name.startsWith(`${secretName}-`) && name.length === secretName.length + 7)) return
  throw new Error(`SecretId: got ${secretId}, allowed: the secret ${secretName}`)
}
