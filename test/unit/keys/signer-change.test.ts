import { describe, expect, test } from 'vitest'
import { readKeys } from '../../../jobs/keys/secret-value.ts'
import { secondsOf } from '../../../shared/time.ts'
import { simulatedKeys, steps } from '../../support/keys/simulated-keys.ts'

const day = 24

type Here = ReturnType<typeof simulatedKeys>

/** Sets what must sign from now on, as a deployment does. */
const want = (here: Here, wanted: { kmsKeyId?: string | undefined; keySpec?: 'P-256' | 'RSA-2048' }) =>
  void Object.assign(here.context, wanted)

const valueOf = (here: Here) => readKeys(here.current(), 'AWSCURRENT')

/** Deploys with a key in the secret, and switches to KMS. */
async function switchedToKms() {
  const here = simulatedKeys()
  await here.deployed()
  const old = valueOf(here).signing
  here.hours(day)
  await here.retire()
  const startedAt = secondsOf(here.clock.now())
  want(here, { kmsKeyId: 'mrk-P-256-1' })
  await here.rotate()
  return { here, old, startedAt }
}

describe('a change of the signer from the secret to KMS', () => {
  test('keeps the former key for links without a receipt, until the last one has expired', async () => {
    const { here, old, startedAt } = await switchedToKms()
    const { signing, withoutReceipt } = valueOf(here)
    expect(signing).toMatchObject({ kmsKeyId: 'mrk-P-256-1' })
    expect(withoutReceipt).toEqual({ ...old, until: startedAt + here.context.deployment.maxLinkSeconds + 15 * 60 })
    expect(here.keys().withoutReceipt?.keyPairId).toBe(old.keyPairId)
    expect(await here.inGroup()).toEqual([old.keyPairId, signing.keyPairId])
  })

  test('drops it in the next rotation after that, and its public key once all that it signed has expired', async () => {
    const { here, old } = await switchedToKms()
    here.hours(7 * day + 1)
    await here.rotate()
    expect(valueOf(here).withoutReceipt).toBeUndefined()
    expect(here.current()).not.toContain('PRIVATE')
    await here.retire()
    here.hours(2 * day)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.hours(1)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
    expect(await here.inGroup()).not.toContain(old.keyPairId)
  })

  test('is tested with a signature of both keys', async () => {
    const here = simulatedKeys()
    await here.deployed()
    want(here, { kmsKeyId: 'mrk-P-256-1' })
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    await here.step('testSecret', token)
    const group = (await here.cloudfront.keyGroup('once'))!
    await here.cloudfront.updateKeyGroup(group, group.keyIds.slice(1))
    await expect(here.step('testSecret', token)).rejects.toThrow('is not in key group once')
  })

  test('does not switch to a version that lacks the key of links that were issued meanwhile', async () => {
    const { here } = await switchedToKms()
    here.hours(8 * day)
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    // An operator makes the version with the key in the secret current again.
    const { current: from, previous: to = '' } = await here.secret.versions()
    await here.secret.moveLabel('AWSCURRENT', { from, to })
    await expect(here.step('finishSecret', token)).rejects.toThrow('the secret has changed since version')
  })
})

describe('a change of the signer from KMS to the secret', () => {
  test.each([
    ['P-256', 'ec'],
    ['RSA-2048', 'rsa'],
  ] as const)('makes a new key, %s', async (keySpec, type) => {
    const { here } = await switchedToKms()
    const inKms = valueOf(here).signing.keyPairId
    here.hours(2 * day)
    want(here, { kmsKeyId: undefined, keySpec })
    await here.rotate()
    const { signing, withoutReceipt } = here.keys()
    expect(signing.kind === 'secret' && signing.privateKey.asymmetricKeyType).toBe(type)
    expect(withoutReceipt).toBeUndefined()
    expect(await here.inGroup()).toEqual(expect.arrayContaining([inKms, signing.keyPairId]))
  })

  test('and back uses the same public key of KMS, and lets no retirement that began before take it away', async () => {
    const { here } = await switchedToKms()
    const inKms = valueOf(here).signing.keyPairId
    want(here, { kmsKeyId: undefined })
    await here.rotate()
    await here.retire()
    here.hours(3 * day)
    want(here, { kmsKeyId: 'mrk-P-256-1' })
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    const soon = () => 60_000
    await expect(here.step('finishSecret', token, soon)).rejects.toThrow('still waiting for')
    here.clock.advance(15 * 60_000)
    await here.step('finishSecret', token, soon)
    expect(valueOf(here).signing.keyPairId).toBe(inKms)
    expect(await here.inGroup()).toContain(inKms)
  })
})

describe('a rotation that began before another signer was set', () => {
  test.each([
    ['a key in KMS', 'mrk-P-256-1', { kmsKeyId: undefined }],
    ['a key in KMS with another number', 'mrk-P-256-1', { kmsKeyId: 'mrk-RSA-2048-1' }],
    ['a key in the secret', undefined, { kmsKeyId: 'mrk-P-256-1' }],
    ['a key in the secret of another kind', undefined, { keySpec: 'RSA-2048' }],
  ] as const)('does not switch to %s', async (_, before, after) => {
    const here = simulatedKeys()
    await here.deployed()
    want(here, { kmsKeyId: before })
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    want(here, after)
    const text = here.current()
    await expect(here.step('finishSecret', token)).rejects.toThrow(
      `another signer is set than when version ${token} was made: remove AWSPENDING from it and start a new rotation`,
    )
    expect(here.current()).toBe(text)
  })
})

test('a deployment creates a lost public key of a former key again', async () => {
  const { here, old } = await switchedToKms()
  const group = (await here.cloudfront.keyGroup('once'))!
  const rest = group.keyIds.filter(id => id !== old.keyPairId)
  await here.cloudfront.updateKeyGroup(group, rest)
  await here.cloudfront.deletePublicKey(old.keyPairId)
  const { signing } = valueOf(here)
  await here.deploy({ RequestType: 'Update' })
  const { withoutReceipt } = valueOf(here)
  expect(withoutReceipt?.keyPairId).not.toBe(old.keyPairId)
  expect(await here.inGroup()).toEqual([signing.keyPairId, withoutReceipt?.keyPairId])
  expect(valueOf(here).signing).toEqual(signing)
})
