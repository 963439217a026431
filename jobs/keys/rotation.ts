import { inForceSince } from '../../shared/secrets/in-force.ts'
import { plusSeconds, rfc3339, secondsOf } from '../../shared/time.ts'
import { addToKeyGroup, assertRoom, keyGroupOf, waitUntilServed } from './key-group.ts'
import { isCompatible, newMacKey, nextMac } from './mac-rotation.ts'
import { graceSeconds, maxKeysInGroup } from './periods.ts'
import type { KeysContext, TimeLeft, Versions } from './ports.ts'
import { retirePublicKeys } from './retirement.ts'
import { readKeys, readMac, readValue, type SecretValue, writeValue } from './secret-value.ts'
import { newSigning, testSigning } from './signing-key.ts'

/** Event that Secrets Manager sends to a rotation function (AWS, "Rotation by Lambda function"). */
export interface RotationEvent {
  readonly Step: string
  /** The secret's ARN. */
  readonly SecretId: string
  /** Id of the new version: AWSPENDING until it is AWSCURRENT. */
  readonly ClientRequestToken: string
}

/**
 * Takes one step of a rotation. Each step may be repeated, and continues wherever it stopped: if it resolves, the step
 * is done; if it rejects, the next attempt can continue. Secrets Manager repeats the whole rotation after a failed
 * step. No URL or link stops working because of a rotation (docs/decisions/0012-rotation.md). Of AWSCURRENT, it needs
 * the MAC keys only: it also replaces a signing key in KMS.
 */
export async function rotate(event: RotationEvent, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { Step, SecretId, ClientRequestToken: token } = event
  assertOurs(SecretId, context)
  const versions = await context.ports.secret.versions()
  if (versions.current === token) return
  if (versions.pending !== token) throw new Error(`rotation: version ${token} is not AWSPENDING, so nothing was done`)
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

/** Puts the next keys into AWSPENDING, and the public one into CloudFront. If it stops in between, the private one isn't needed. */
async function createSecret(versions: Versions, token: string, context: KeysContext): Promise<void> {
  const { ports, deployment } = context
  if ((await ports.secret.read(token)) !== undefined) return
  const currentMac = readMac((await ports.secret.read(versions.current))?.text, 'AWSCURRENT')
  await makeRoom(versions, context)
  const signing = await newSigning(context)
  const since = currentMac.since ?? inForceSince(versions)
  const timing = { now: secondsOf(ports.clock.now()), since, maxLinkSeconds: deployment.maxLinkSeconds }
  const mac = nextMac(currentMac, timing, () => newMacKey(ports.random))
  // `taken`: the same step ran twice at once, and the other's keys stay. The retirement will delete our public key.
  await ports.secret.put(writeValue({ signing, mac }), { version: token, label: 'AWSPENDING' })
}

/** Retires public keys if the group is full. Throws if it still is. */
async function makeRoom(versions: Versions, context: KeysContext): Promise<void> {
  if ((await keyGroupOf(context)).keyIds.length < maxKeysInGroup) return
  await retirePublicKeys(context)
  const since = inForceSince(versions)
  const when =
    since === undefined
      ? 'two days after the daily retirement has found the same secret in every Region'
      : `from ${rfc3339(plusSeconds(since, graceSeconds))} on, two days after it was made`
  assertRoom(await keyGroupOf(context), `; an unused one can be removed ${when}`)
}

/** Adds the new public key to the key group and waits until CloudFront's edges know it. */
async function setSecret(token: string, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { signing } = await readVersion(token, 'AWSPENDING', context)
  await addToKeyGroup(signing.keyPairId, context)
  const pendingChange = await waitUntilServed({ keyId: signing.keyPairId }, context, timeLeft)
  // finishSecret waits for the rest of the settle time: it has as much time again.
  if (pendingChange !== undefined && pendingChange.missing !== 'time') throw waitingFor(pendingChange.text)
}

/**
 * Signs with the pending key and verifies as CloudFront will. When an operator sets up a schedule, Secrets Manager runs
 * only this step, with a new version that may have no keys: then it tests the current keys.
 */
async function testSecret(versions: Versions, token: string, context: KeysContext): Promise<void> {
  const pending = readValue((await context.ports.secret.read(token))?.text ?? '')
  const tested = pending === 'placeholder' ? versions.current : token
  const { signing } = await readVersion(tested, 'tested', context)
  await testSigning(signing, context)
  const { name, keyIds } = await keyGroupOf(context)
  const { keyPairId } = signing
  if (!keyIds.includes(keyPairId)) throw new Error(`public key ${keyPairId} is not in key group ${name}`)
}

/** Makes the pending version current: from then on edges and apis read it, and sign and mint with it. */
async function finishSecret(versions: Versions, context: KeysContext, timeLeft: TimeLeft): Promise<void> {
  const { secret } = context.ports
  const { current, pending = '' } = versions
  const prepared = await secret.read(pending)
  const next = readKeys(prepared?.text, 'AWSPENDING')
  const mac = readMac((await secret.read(current))?.text, 'AWSCURRENT')
  if (!isCompatible(next.mac, mac)) {
    const found = `the secret has changed since version ${pending} was made`
    throw new Error(`${found}: remove AWSPENDING from it and start a new rotation`)
  }
  const served = { keyId: next.signing.keyPairId, namedAt: prepared?.createdAt }
  const pendingChange = await waitUntilServed(served, context, timeLeft)
  if (pendingChange !== undefined) throw waitingFor(pendingChange.text)
  try {
    // Fails if AWSCURRENT is another version by now: the checks above are valid for this one only.
    await secret.moveLabel('AWSCURRENT', { from: current, to: pending })
  } catch (error) {
    if ((await secret.versions()).current !== pending) throw error
  }
}

async function readVersion(version: string, which: string, { ports }: KeysContext): Promise<SecretValue> {
  return readKeys((await ports.secret.read(version))?.text, which)
}

function waitingFor(what: string): Error {
  return new Error(`rotation: still waiting for ${what}; the next attempt continues from here`)
}

/** Throws for another secret: permission to invoke this function must not give access to others. */
function assertOurs(secretId: string, { deployment: { secretName } }: KeysContext): void {
  const name = secretId.split(':secret:')[1] ?? secretId
  if (name === secretName || (name.startsWith(`${secretName}-`) && name.length === secretName.length + 7)) return
  throw new Error(`SecretId: got ${secretId}, allowed: the secret ${secretName}`)
}
