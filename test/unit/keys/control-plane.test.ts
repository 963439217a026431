import { createPublicKey, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { rotate } from '../../../jobs/keys/rotation.ts'
import type { Keys } from '../../../shared/secrets/keys.ts'
import { simulatedKeys, steps } from '../../support/keys/simulated-keys.ts'

const day = 24
const deletion = { RequestType: 'Delete', PhysicalResourceId: 'once' } as const
const publicKeys = async ({ cloudfront }: ReturnType<typeof simulatedKeys>) => {
  const all = await cloudfront.publicKeys()
  return all.map(({ id }) => id)
}

describe('a first deployment', () => {
  test('creates keys that edges can read, and adds the public half to CloudFront’s key group', async () => {
    const here = simulatedKeys()
    const { PhysicalResourceId, Data } = await here.deploy()
    const group = await here.cloudfront.keyGroup('once')
    expect(PhysicalResourceId).toBe('once')
    expect(Data).toEqual({ KeyGroupId: group?.id })
    const { signing, mac } = here.keys()
    expect(group?.keyIds).toEqual([signing.keyPairId])
    expect(mac.current).toBe(0)
    expect([...mac.bySlot.keys()]).toEqual([0])
    expect(await here.cloudfront.publicKeys()).toMatchObject([{ name: expect.stringMatching(/^once-[0-9a-f]{16}$/) }])
    const pem = (await here.cloudfront.publicKey(signing.keyPairId)) ?? ''
    const signature = sign('sha256', Buffer.from('policy'), signing.privateKey)
    expect(verify('sha256', Buffer.from('policy'), pem, signature)).toBe(true)
    expect(createPublicKey(pem).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  })

  test('that is repeated keeps the keys and changes nothing', async () => {
    const here = simulatedKeys()
    const first = await here.deploy()
    const [text, group] = [here.current(), await here.inGroup()]
    expect(await here.deploy()).toEqual(first)
    expect(await here.deploy({ RequestType: 'Update', PhysicalResourceId: 'once' })).toEqual(first)
    expect([here.current(), await here.inGroup(), await publicKeys(here)]).toEqual([text, group, group])
  })

  test('that runs twice at once creates one set of keys: the first one written stays', async () => {
    const here = simulatedKeys()
    const [one, other] = await Promise.all([here.deploy(), here.deploy()])
    expect(one).toEqual(other)
    expect(await here.inGroup()).toContain(here.keys().signing.keyPairId)
    expect((await here.secret.versions()).labels.size).toBe(2)
  })

  test('of a secret that has no signing part is refused: it may hold keys, so it is not overwritten', async () => {
    const here = simulatedKeys()
    const text = JSON.stringify({ mac: { current: 0, slots: { 0: 'AAAA' } } })
    await here.secret.put(text, { version: 'v', label: 'AWSCURRENT' })
    await expect(here.deploy()).rejects.toThrow(/signing|mac/)
    expect([here.current(), await publicKeys(here)]).toEqual([text, []])
  })
})

test('a secret that can’t be read is not overwritten', async () => {
  const here = simulatedKeys()
  await here.deploy()
  const text = here.current()
  Object.assign(here.secret, { read: async () => undefined })
  await expect(here.deploy()).rejects.toThrow("AWSCURRENT, can't be read")
  expect(here.current()).toBe(text)
})

describe('a later deployment creates what CloudFront lacks', () => {
  test('the public key, under a new id: known to every edge before it signs', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const before = here.keys()
    // An operator deleted the key by hand; another key keeps the group.
    const theirs = await here.cloudfront.createPublicKey('theirs', 'theirs')
    await here.cloudfront.updateKeyGroup((await here.cloudfront.keyGroup('once'))!, [theirs])
    await here.cloudfront.deletePublicKey(before.signing.keyPairId)
    const startedAt = here.clock.now()
    await here.deploy({ RequestType: 'Update' })
    const after = here.keys()
    expect(after.signing.keyPairId).not.toBe(before.signing.keyPairId)
    expect(privateKeyOf(after)).toEqual(privateKeyOf(before))
    expect(after.mac.current).toBe(before.mac.current)
    expect(await here.inGroup()).toEqual([theirs, after.signing.keyPairId])
    expect(here.clock.now() - startedAt).toBeGreaterThanOrEqual(15 * 60_000)
  })

  test('a public key, if CloudFront has another than the secret’s', async () => {
    const here = simulatedKeys()
    await here.deploy()
    const text = here.current()
    const { publicKey } = here.context.ports.keyPair('P-256')
    const createPublicKey = async () => 'K9'
    Object.assign(here.cloudfront, { publicKey: async () => publicKey, createPublicKey })
    await expect(here.deploy({ RequestType: 'Update' })).rejects.toThrow('NoSuchPublicKey')
    expect(here.current()).toBe(text.replace('"K1"', '"K9"'))
  })

  test('the keys, if the secret is new: without a wait if no distribution trusts the group', async () => {
    const here = simulatedKeys()
    await here.deploy()
    const lost = here.keys().signing.keyPairId
    await here.secret.put('a new placeholder', { version: 'v', label: 'AWSCURRENT' })
    const startedAt = here.clock.now()
    await here.deploy()
    expect(here.clock.now()).toBe(startedAt)
    expect(await here.inGroup()).toEqual([lost, here.keys().signing.keyPairId])
  })

  test('the key group', async () => {
    const here = simulatedKeys()
    await here.deploy()
    const text = here.current()
    await here.cloudfront.deleteKeyGroup((await here.cloudfront.keyGroup('once'))!)
    await here.deploy({ RequestType: 'Update' })
    expect(await here.inGroup()).toEqual([here.keys().signing.keyPairId])
    expect(here.current()).toBe(text)
  })
})

describe('the deletion of a deployment', () => {
  test('deletes the key group and all public keys, and nothing of other deployments', async () => {
    const here = simulatedKeys()
    await here.deploy()
    await here.rotate()
    const names = [
      'once-eu-0123456789abcdef',
      'once-0123456789abcdeg',
      'once-0123456789abcde',
      'twice-0123456789abcdef',
    ]
    for (const name of names) await here.cloudfront.createPublicKey(name, name)
    expect(await here.deploy(deletion)).toEqual({ PhysicalResourceId: 'once' })
    expect(await here.cloudfront.keyGroup('once')).toBeUndefined()
    expect((await here.cloudfront.publicKeys()).map(({ name }) => name)).toEqual(names)
    // CloudFormation may repeat the event.
    expect(await here.deploy(deletion)).toEqual({ PhysicalResourceId: 'once' })
  })

  test('says what to do while a distribution still trusts the key group', async () => {
    const here = simulatedKeys()
    await here.deployed()
    await expect(here.deploy(deletion)).rejects.toThrow(
      'key group once is still in use by a distribution: delete the distribution first',
    )
    expect(await publicKeys(here)).toHaveLength(1)
  })

  test('says what to do while another owner’s key group has one of its keys', async () => {
    const here = simulatedKeys()
    await here.deploy()
    const [{ id, name } = { id: '', name: '' }] = await here.cloudfront.publicKeys()
    Object.assign(here.cloudfront, { deletePublicKey: async () => 'in-use' })
    await expect(here.deploy(deletion)).rejects.toThrow(
      `public key ${id} (${name}) is still in use: remove it from its key group`,
    )
  })
})

describe('a rotation', () => {
  test('adds the new key, switches to it, and the old one is retired when its last URL has expired', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const old = here.keys().signing.keyPairId
    here.hours(30 * day)
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    expect(await here.inGroup()).toHaveLength(2)
    expect(here.keys().signing.keyPairId).toBe(old)
    await here.step('testSecret', token)
    await here.step('finishSecret', token)
    const renewed = here.keys().signing.keyPairId
    expect(await here.inGroup()).toEqual([old, renewed])
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    // A day and a quarter of an hour for processes with the old keys, a day and 5 s for the URLs that they sign.
    here.clock.advance((24 * 3600 + 900 + 86_405) * 1000 - 1000)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.clock.advance(1000)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
    expect([await here.inGroup(), await publicKeys(here)]).toEqual([[renewed], [renewed]])
  })

  test('waits for the deployment of every distribution, and says so at its timeout', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    let deployed = false
    Object.assign(here.cloudfront, {
      distributionsOf: async () => [
        { id: 'D1', deployed: true },
        { id: 'D2', deployed },
      ],
    })
    for (const step of ['setSecret', 'finishSecret']) {
      await expect(here.step(step, token, () => 0)).rejects.toThrow('still waiting for deployment of D2')
    }
    deployed = true
    await here.step('setSecret', token, () => 0)
    await expect(here.step('finishSecret', token, () => 0)).rejects.toThrow(
      'still waiting for 2026-11-24T13:15:00Z, when key group once has reached every edge',
    )
    here.clock.advance(15 * 60_000)
    await here.step('finishSecret', token, () => 0)
    expect((await here.secret.versions()).current).toBe(token)
  })

  test('whose switch fails says so, and can be repeated', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    const { moveLabel } = here.secret
    Object.assign(here.secret, { moveLabel: async () => Promise.reject(new Error('no response')) })
    await expect(here.step('finishSecret', token)).rejects.toThrow('no response')
    Object.assign(here.secret, { moveLabel })
    await here.step('finishSecret', token)
    expect((await here.secret.versions()).current).toBe(token)
  })

  test('fails if others have filled the group since it began, and changes nothing', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    const ids = ['a', 'b', 'c', 'd'].map(name => here.cloudfront.createPublicKey(name, name))
    const full = [...(await here.inGroup()), ...(await Promise.all(ids))]
    await here.cloudfront.updateKeyGroup((await here.cloudfront.keyGroup('once'))!, full)
    await expect(here.step('setSecret', token)).rejects.toThrow('key group once holds 5 public keys, allowed: 5')
    expect(await here.inGroup()).toEqual(full)
  })

  test('never switches to a key that is not in the group', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    here.hours(1)
    await expect(here.step('testSecret', token)).rejects.toThrow('is not in key group once')
    await expect(here.step('finishSecret', token)).rejects.toThrow('still waiting for public key')
    expect((await here.secret.versions()).current).not.toBe(token)
  })

  test('never switches to a key that CloudFront has with another public half', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    const pem = await here.cloudfront.publicKey(here.keys().signing.keyPairId)
    Object.assign(here.cloudfront, { publicKey: async () => pem })
    await expect(here.step('testSecret', token)).rejects.toThrow("public key K2 doesn't verify")
    Object.assign(here.cloudfront, { publicKey: async () => undefined })
    await expect(here.step('testSecret', token)).rejects.toThrow('CloudFront has no public key K2')
  })

  test('of a group with five keys fails, changes nothing, and says when there will be room', async () => {
    const here = simulatedKeys()
    await here.deployed()
    for (let count = 2; count <= 5; count += 1) await here.rotate()
    expect(await here.inGroup()).toHaveLength(5)
    const token = here.beginRotation()
    await expect(here.step('createSecret', token)).rejects.toThrow(
      'key group once holds 5 public keys, allowed: 5; an unused one can be removed two days after the daily retirement',
    )
    await here.retire()
    await expect(here.step('createSecret', token)).rejects.toThrow(/removed from 2026-11-26T\d\d:\d\d:\d\dZ on/)
    expect(await publicKeys(here)).toHaveLength(5)
    // As soon as it can, a rotation makes room.
    here.hours(49)
    for (const step of steps) await here.step(step, token)
    expect(await here.inGroup()).toEqual(await publicKeys(here))
    expect(await here.inGroup()).toHaveLength(2)
  })

  test('of another secret, another version or another step is refused', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await expect(here.step('createSecret', token.replace('0', '9'))).rejects.toThrow('is not AWSPENDING')
    await expect(here.step('dropSecret', token)).rejects.toThrow('Step: got "dropSecret", allowed: createSecret')
    for (const name of ['once-keys-2-a1B2c3', 'their-once-keys-a1B2c3', 'once-key-a1B2c3', 'evil-keys-a1B2c3']) {
      const SecretId = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`
      const event = { Step: 'createSecret', SecretId, ClientRequestToken: token }
      await expect(rotate(event, here.context, () => 0)).rejects.toThrow(`SecretId: got ${SecretId}`)
    }
    expect(await publicKeys(here)).toHaveLength(1)
  })

  test('makes a key of the kind that is set when it begins: a changed setting takes effect with the next one', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    Object.assign(here.context, { keySpec: 'RSA-2048' })
    await here.deploy({ RequestType: 'Update' })
    for (const step of steps) await here.step(step, token)
    expect(here.keys().signing.privateKey.asymmetricKeyType).toBe('ec')
    await here.rotate()
    expect(here.keys().signing.privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048)
    expect(await here.inGroup()).toHaveLength(3)
  })

  test('replaces a signing key that is in KMS, as earlier versions had it, and keeps every link; nothing else takes such a secret', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const { signing: own, mac } = JSON.parse(here.current()) as { signing: { keyPairId: string }; mac: object }
    const signing = { keyPairId: own.keyPairId, kmsKeyId: 'mrk-1', kmsAlgorithm: 'ECDSA_SHA_256' }
    await here.secret.put(JSON.stringify({ signing, mac }), { version: 'v', label: 'AWSCURRENT' })
    const text = here.current()
    const refusal = 'signing: got a key in KMS, allowed: a private key in the secret, which a rotation makes'
    await expect(here.deploy({ RequestType: 'Update' })).rejects.toThrow(refusal)
    await expect(here.retire()).rejects.toThrow(refusal)
    expect([here.current(), await publicKeys(here)]).toEqual([text, await here.inGroup()])
    await here.rotate()
    const after = JSON.parse(here.current()) as { mac: { slots: object } }
    expect(after.mac).toMatchObject(mac)
    expect(await here.inGroup()).toEqual([own.keyPairId, here.keys().signing.keyPairId])
  })

  test('can be set up before it is due: then testSecret tests the current keys', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('testSecret', token)
    await here.secret.put('whatever Secrets Manager puts there', { version: token, label: 'AWSPENDING' })
    await here.step('testSecret', token)
  })
})

describe('before a backup is restored', () => {
  test('all MAC keys are replaced by one in a slot of its own, which no rotation under way uses', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const slots = { 1: Buffer.alloc(32, 1).toString('base64'), 2: Buffer.alloc(32, 2).toString('base64') }
    const { signing } = JSON.parse(here.current()) as { signing: object }
    const pending = { version: here.beginRotation(), label: 'AWSPENDING' }
    await here.secret.put(JSON.stringify({ signing, mac: { current: 1, slots } }), pending)
    expect(await here.invalidateLinks()).toEqual({ keySlot: 3 })
    expect([...here.keys().mac.bySlot.keys()]).toEqual([3])
    expect(JSON.parse(here.current())).toMatchObject({ signing })
  })

  test('no other event invalidates them', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const text = here.current()
    for (const event of [{}, { invalidateLinks: 'true' }]) {
      await expect(here.invalidateLinks(event)).rejects.toThrow('event: allowed: {"invalidateLinks": true}')
    }
    expect(here.current()).toBe(text)
  })
})

function privateKeyOf({ signing }: Keys): unknown {
  return signing.privateKey.export({ type: 'pkcs8', format: 'pem' })
}
