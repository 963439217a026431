import { createPublicKey, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SecretSigningKey } from '../../../shared/keys.ts'
import { mintNonce, parseNonce, verifyNonce } from '../../../shared/nonce.ts'
import { secondsOf } from '../../../shared/time.ts'
import { onControlPlane, steps } from './on-control-plane.ts'

const day = 24

describe('a first deployment', () => {
  test('creates keys that edges can read, and adds the public half to CloudFront’s key group', async () => {
    const here = await onControlPlane()
    const { PhysicalResourceId, Data } = await here.deploy()
    const [[groupId, group] = []] = here.aws.cloudfront.groups
    expect(PhysicalResourceId).toBe('once')
    expect(Data).toEqual({ KeyGroupId: groupId })
    const { signing, mac } = here.keys()
    expect(group).toMatchObject({ name: 'once', items: [signing.keyPairId] })
    expect(mac.current).toBe(0)
    expect([...mac.bySlot.keys()]).toEqual([0])
    const stored = here.aws.cloudfront.keys.get(signing.keyPairId)
    expect(stored?.name).toMatch(/^once-[0-9a-f]{16}$/)
    const signature = sign('sha256', Buffer.from('policy'), (signing as SecretSigningKey).privateKey)
    expect(verify('sha256', Buffer.from('policy'), stored?.pem ?? '', signature)).toBe(true)
    expect(createPublicKey(stored?.pem ?? '').asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  })

  test('that is repeated keeps the keys and changes nothing', async () => {
    const here = await onControlPlane()
    const first = await here.deploy()
    const [text, group] = [here.current(), here.inGroup()]
    expect(await here.deploy()).toEqual(first)
    expect(await here.deploy({ RequestType: 'Update', PhysicalResourceId: 'once' })).toEqual(first)
    expect(here.current()).toBe(text)
    expect(here.inGroup()).toEqual(group)
    expect(here.aws.cloudfront.keys.size).toBe(1)
  })

  test('that loses the response of each request once gives the same result', async () => {
    const here = await onControlPlane()
    const lost = new Set<string>()
    here.aws.faults.loses = name => !lost.has(name) && Boolean(lost.add(name))
    await here.deploy()
    expect(lost).toContain('PutSecretValue')
    expect(here.aws.cloudfront.keys.size).toBe(1)
    expect(here.inGroup()).toEqual([here.keys().signing.keyPairId])
  })

  test('that runs twice at once creates one set of keys: the first one written stays', async () => {
    const here = await onControlPlane()
    const [one, other] = await Promise.all([here.deploy(), here.deploy()])
    expect(one).toEqual(other)
    expect(here.inGroup()).toContain(here.keys().signing.keyPairId)
    expect(here.aws.secrets.versions.size).toBe(2)
  })

  test.each([
    ['has no signing part', JSON.stringify({ mac: { current: 0, slots: { 0: 'AAAA' } } })],
    [
      'has a truncated private key',
      JSON.stringify({ signing: { keyPairId: 'K1', privateKey: '-----BEGIN' }, mac: { current: 0, slots: {} } }),
    ],
  ])('of a secret that %s is refused: it may hold keys, so it is not overwritten', async (_, text) => {
    const here = await onControlPlane()
    here.aws.secrets.make('00000000-0000-4000-8000-0000000000ff', text, 'AWSCURRENT')
    await expect(here.deploy()).rejects.toThrow(/signing|mac/)
    expect(here.current()).toBe(text)
    expect(here.aws.cloudfront.keys.size).toBe(0)
  })
})

test('a secret that can’t be read is not overwritten', async () => {
  const here = await onControlPlane()
  await here.deploy()
  const { secret } = here.context.ports
  const { read } = secret
  Object.assign(secret, { read: async () => undefined })
  await expect(here.deploy()).rejects.toThrow("AWSCURRENT, can't be read")
  Object.assign(secret, { read })
  expect(here.aws.secrets.versions.size).toBe(2)
})

describe('a later deployment creates what CloudFront lacks', () => {
  test('the public key, under a new id: known to every edge before it signs', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const before = here.keys()
    const [id = ''] = here.inGroup()
    // An operator deleted the key by hand; another key keeps the group.
    const [groupId = ''] = here.aws.cloudfront.groups.keys()
    here.aws.cloudfront.keys.delete(id)
    here.aws.cloudfront.groups.set(groupId, {
      name: 'once',
      items: ['K99'],
      etag: 'E99',
      modifiedAt: '2026-11-24T11:00:00Z',
    })
    here.aws.cloudfront.keys.set('K99', { name: 'theirs', pem: '', etag: 'E98', createdAt: '2026-11-24T11:00:00Z' })
    const startedAt = here.clock.now()
    await here.deploy({ RequestType: 'Update' })
    const after = here.keys()
    expect(after.signing.keyPairId).not.toBe(before.signing.keyPairId)
    expect(privateKeyOf(after)).toEqual(privateKeyOf(before))
    expect(after.mac.current).toBe(before.mac.current)
    expect(here.inGroup()).toEqual(['K99', after.signing.keyPairId])
    expect(here.clock.now() - startedAt).toBeGreaterThanOrEqual(15 * 60_000)
  })

  test('a public key, if CloudFront has another than the secret’s', async () => {
    const here = await onControlPlane()
    await here.deploy()
    const { keyPairId } = here.keys().signing
    const { publicKey } = here.context.ports.keyPair('P-256')
    here.aws.cloudfront.keys.set(keyPairId, { ...here.aws.cloudfront.keys.get(keyPairId)!, name: 'x', pem: publicKey })
    await here.deploy({ RequestType: 'Update' })
    expect(here.keys().signing.keyPairId).not.toBe(keyPairId)
  })

  test('the keys, if the secret is new: without a wait if no distribution trusts the group', async () => {
    const here = await onControlPlane()
    await here.deploy()
    const lost = here.keys().signing.keyPairId
    here.aws.secrets.make('00000000-0000-4000-8000-0000000000ff', 'a new placeholder', 'AWSCURRENT')
    const startedAt = here.clock.now()
    await here.deploy()
    expect(here.clock.now()).toBe(startedAt)
    expect(here.inGroup()).toEqual([lost, here.keys().signing.keyPairId])
  })

  test('the key group', async () => {
    const here = await onControlPlane()
    await here.deploy()
    const text = here.current()
    here.aws.cloudfront.groups.clear()
    const { Data } = await here.deploy({ RequestType: 'Update' })
    expect([...here.aws.cloudfront.groups.keys()]).toEqual([Data?.KeyGroupId])
    expect(here.inGroup()).toEqual([here.keys().signing.keyPairId])
    expect(here.current()).toBe(text)
  })
})

describe('the deletion of a deployment', () => {
  test('deletes the key group and all public keys, and nothing of other deployments', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    const theirs = { pem: '', etag: 'E1', createdAt: '2026-11-24T11:00:00Z' }
    const names = [
      'once-eu-0123456789abcdef',
      'once-0123456789abcdeg',
      'once-0123456789abcde',
      'twice-0123456789abcdef',
    ]
    for (const name of names) here.aws.cloudfront.keys.set(`K-${name}`, { name, ...theirs })
    here.aws.cloudfront.distributions.clear()
    const end = { RequestType: 'Delete', PhysicalResourceId: 'once' } as const
    expect(await here.deploy(end)).toEqual({ PhysicalResourceId: 'once' })
    expect(here.aws.cloudfront.groups.size).toBe(0)
    expect([...here.aws.cloudfront.keys.values()].map(({ name }) => name)).toEqual(names)
    // CloudFormation may repeat the event.
    expect(await here.deploy(end)).toEqual({ PhysicalResourceId: 'once' })
  })

  test('that loses the response of each request once gives the same result', async () => {
    const here = await onControlPlane()
    await here.deploy()
    const lost = new Set<string>()
    here.aws.faults.loses = name => !lost.has(name) && Boolean(lost.add(name))
    await here.deploy({ RequestType: 'Delete', PhysicalResourceId: 'once' })
    expect([...lost].filter(name => name.startsWith('DELETE'))).toHaveLength(2)
    expect(here.aws.cloudfront.groups.size).toBe(0)
    expect(here.aws.cloudfront.keys.size).toBe(0)
  })

  test('says what to do while a distribution still trusts the key group', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await expect(here.deploy({ RequestType: 'Delete', PhysicalResourceId: 'once' })).rejects.toThrow(
      'key group once is still in use by a distribution: delete the distribution first',
    )
    expect(here.aws.cloudfront.keys.size).toBe(1)
  })

  test('says what to do while another owner’s key group has one of its keys', async () => {
    const here = await onControlPlane()
    await here.deploy()
    const { keyPairId } = here.keys().signing
    const theirs = { name: 'theirs', items: [keyPairId], etag: 'E1', modifiedAt: '2026-11-24T11:00:00Z' }
    here.aws.cloudfront.groups.set('g99', theirs)
    await expect(here.deploy({ RequestType: 'Delete', PhysicalResourceId: 'once' })).rejects.toThrow(
      `public key ${keyPairId} (${here.aws.cloudfront.keys.get(keyPairId)?.name}) is still in use: remove it from its key group`,
    )
  })
})

describe('a rotation', () => {
  test('adds the new key, switches to it, and the old one is retired when its last URL has expired', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const old = here.keys().signing.keyPairId
    here.hours(30 * day)
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    expect(here.inGroup()).toHaveLength(2)
    expect(here.keys().signing.keyPairId).toBe(old)
    await here.step('testSecret', token)
    await here.step('finishSecret', token)
    const renewed = here.keys().signing.keyPairId
    expect(here.inGroup()).toEqual([old, renewed])
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    // A day and a quarter of an hour for processes with the old keys, a day and 5 s for the URLs that they sign.
    here.clock.advance((24 * 3600 + 900 + 86_405) * 1000 - 1000)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.clock.advance(1000)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
    expect(here.inGroup()).toEqual([renewed])
    expect(here.aws.cloudfront.keys.size).toBe(1)
  })

  test('may repeat each step, before and after the switch', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    for (const [index, step] of steps.entries()) {
      for (const again of steps.slice(0, index + 1)) await here.step(again, token)
      expect(here.aws.cloudfront.keys.size, step).toBe(2)
    }
    for (const step of steps) await here.step(step, token)
    expect(here.inGroup()).toHaveLength(2)
    expect(here.aws.cloudfront.keys.size).toBe(2)
  })

  test('that loses the response of each request once gives the same result', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const lost = new Set<string>()
    here.aws.faults.loses = name => !lost.has(name) && Boolean(lost.add(name))
    const token = await here.rotate()
    expect(here.aws.secrets.holder('AWSCURRENT')).toBe(token)
    expect(lost).toContain('UpdateSecretVersionStage')
    expect(here.inGroup()).toHaveLength(2)
    expect(here.aws.cloudfront.keys.size).toBe(2)
  })

  test('that stopped before the private key was stored makes another; the first public key is deleted a day later', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    here.aws.faults.loses = name => {
      const version = here.aws.secrets.versions.get(token)
      if (version) version.text = undefined
      return name === 'PutSecretValue'
    }
    await expect(here.step('createSecret', token)).rejects.toThrow()
    here.aws.faults.loses = () => false
    for (const step of steps) await here.step(step, token)
    expect(here.aws.cloudfront.keys.size).toBe(3)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.hours(24)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 1 })
  })

  test('waits for the deployment of every distribution, and says so at its timeout', async () => {
    const here = await onControlPlane()
    await here.deployed()
    here.aws.cloudfront.distributions.set('D2', { groupId: 'g3', status: 'InProgress' })
    const token = here.beginRotation()
    await here.step('createSecret', token)
    here.aws.cloudfront.distributions.set('D2', {
      groupId: [...here.aws.cloudfront.groups.keys()][0]!,
      status: 'InProgress',
    })
    await expect(here.step('setSecret', token, () => 0)).rejects.toThrow('still waiting for deployment of D2')
    await expect(here.step('finishSecret', token, () => 0)).rejects.toThrow('still waiting for deployment of D2')
    here.aws.cloudfront.distributions.set('D2', { groupId: '', status: 'InProgress' })
    await here.step('setSecret', token, () => 0)
    await expect(here.step('finishSecret', token, () => 0)).rejects.toThrow(
      'still waiting for 2026-11-24T13:15:00Z, when key group once has reached every edge',
    )
    here.clock.advance(15 * 60_000)
    await here.step('finishSecret', token, () => 0)
    expect(here.aws.secrets.holder('AWSCURRENT')).toBe(token)
  })

  test('whose switch fails says so, and can be repeated', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    const { secret } = here.context.ports
    const { moveLabel } = secret
    Object.assign(secret, { moveLabel: async () => Promise.reject(new Error('no response')) })
    await expect(here.step('finishSecret', token)).rejects.toThrow('no response')
    Object.assign(secret, { moveLabel })
    await here.step('finishSecret', token)
    expect(here.aws.secrets.holder('AWSCURRENT')).toBe(token)
  })

  test('fails if others have filled the group since it began, and changes nothing', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    const [[groupId, group] = ['']] = here.aws.cloudfront.groups
    const full = [...group!.items, 'KA', 'KB', 'KC', 'KD']
    here.aws.cloudfront.groups.set(groupId, { ...group!, items: full })
    await expect(here.step('setSecret', token)).rejects.toThrow('key group once holds 5 public keys, allowed: 5')
    expect(here.inGroup()).toEqual(full)
  })

  test('never switches to a key that is not in the group', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    here.hours(1)
    await expect(here.step('testSecret', token)).rejects.toThrow('is not in key group once')
    await expect(here.step('finishSecret', token)).rejects.toThrow('still waiting for public key')
    expect(here.aws.secrets.holder('AWSCURRENT')).not.toBe(token)
  })

  test('never switches to a key that CloudFront has with another public half', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    const [[oldId, oldKey], [newId, newKey]] = [...here.aws.cloudfront.keys] as [
      [string, { pem: string }],
      [string, never],
    ]
    here.aws.cloudfront.keys.set(newId, { ...(newKey as object), pem: oldKey.pem } as never)
    await expect(here.step('testSecret', token)).rejects.toThrow(`public key ${newId} doesn't verify`)
    here.aws.cloudfront.keys.delete(newId)
    await expect(here.step('testSecret', token)).rejects.toThrow(`CloudFront has no public key ${newId}`)
    expect(oldId).not.toBe(newId)
  })

  test('of a group with five keys fails, changes nothing, and says when there will be room', async () => {
    const here = await onControlPlane()
    await here.deployed()
    for (let count = 2; count <= 5; count += 1) await here.rotate()
    expect(here.inGroup()).toHaveLength(5)
    const token = here.beginRotation()
    await expect(here.step('createSecret', token)).rejects.toThrow(
      'key group once holds 5 public keys, allowed: 5; an unused one can be removed two days after the daily retirement',
    )
    await here.retire()
    await expect(here.step('createSecret', token)).rejects.toThrow(/removed from 2026-11-26T\d\d:\d\d:\d\dZ on/)
    expect(here.inGroup()).toHaveLength(5)
    expect(here.aws.cloudfront.keys.size).toBe(5)
    // As soon as it can, a rotation makes room.
    here.hours(49)
    for (const step of steps) await here.step(step, token)
    expect(here.inGroup()).toEqual([...here.aws.cloudfront.keys.keys()])
    expect(here.inGroup()).toHaveLength(2)
  })

  test('does not undo a change that came before its switch: the secret stays as that change made it', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    await here.invalidateLinks()
    const text = here.current()
    await expect(here.step('finishSecret', token)).rejects.toThrow('the secret has changed since version')
    expect(here.current()).toBe(text)
  })

  test('of another secret, another version or another step is refused', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    await expect(here.step('createSecret', token.replace('0', '9'))).rejects.toThrow('is not AWSPENDING')
    await expect(here.step('dropSecret', token)).rejects.toThrow('Step: got "dropSecret", allowed: createSecret')
    const { rotate } = await import('../../../keys/rotation.ts')
    for (const name of ['once-keys-2-a1B2c3', 'their-once-keys-a1B2c3', 'once-key-a1B2c3', 'evil-keys-a1B2c3']) {
      const SecretId = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`
      const event = { Step: 'createSecret', SecretId, ClientRequestToken: token }
      await expect(rotate(event, here.context, () => 0)).rejects.toThrow(`SecretId: got ${SecretId}`)
    }
    expect(here.aws.cloudfront.keys.size).toBe(1)
  })

  test('can be set up before it is due: then testSecret tests the current keys', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    await here.step('testSecret', token)
    const stages = here.aws.secrets.versions.get(token)
    stages!.text = 'whatever Secrets Manager puts there'
    await here.step('testSecret', token)
    stages!.text = here.current()
    await here.step('testSecret', token)
  })
})

describe('rotations replace the MAC keys', () => {
  test('one step each: a new key is added, becomes current, and the older one is removed when its last link has expired', async () => {
    const here = await onControlPlane({ maxLinkSeconds: 7 * 24 * 3600 })
    await here.deployed()
    const slots = () => ({ current: here.keys().mac.current, all: [...here.keys().mac.bySlot.keys()] })
    const seen = [slots()]
    for (let month = 1; month <= 4; month += 1) {
      here.hours(15 * day)
      await here.rotate()
      here.hours(15 * day)
      await here.retire()
      seen.push(slots())
    }
    expect(seen).toEqual([
      { current: 0, all: [0] },
      { current: 0, all: [0, 1] },
      { current: 1, all: [0, 1] },
      { current: 1, all: [1, 2] },
      { current: 2, all: [1, 2] },
    ])
  })

  test('not before every Region is known to have had them for long enough', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    const added = here.aws.secrets.holder('AWSCURRENT') ?? ''
    const current = () => here.keys().mac.current
    // The copy in Ireland lags.
    here.aws.secrets.laggards.set('eu-west-1', ['00000000-0000-4000-8000-000000000000'])
    here.hours(30 * day)
    await here.retire()
    await here.rotate()
    expect(current()).toBe(0)
    here.aws.secrets.laggards.clear()
    await here.retire()
    here.hours(24)
    await here.rotate()
    expect(current()).toBe(0)
    // That value says since when the keys have been in force, though it was made later itself.
    here.hours(1)
    await here.rotate()
    expect(current()).toBe(1)
    expect(here.aws.secrets.holder('AWSCURRENT')).not.toBe(added)
  })
})

describe('before a backup is restored', () => {
  test('a new MAC key in a slot of its own invalidates all links; the signing key stays', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    const before = here.keys()
    const flags = { confirm: false, receipt: false, bound: false, media: false, client: false, passphrase: false }
    const claims = { flags, homeRegion: 'us-east-1', expiresAt: secondsOf(here.clock.now()) } as const
    const nonces = [...before.mac.bySlot.keys()].map(current =>
      mintNonce(claims, new Uint8Array(16), { ...before.mac, current }),
    )
    expect(await here.invalidateLinks()).toEqual({ keySlot: 2 })
    const { mac, signing } = here.keys()
    expect(mac.current).toBe(2)
    expect([...mac.bySlot.keys()]).toEqual([2])
    expect(signing.keyPairId).toBe(before.signing.keyPairId)
    expect(nonces.map(nonce => verifyNonce(parseNonce(nonce)!, mac))).toEqual(['forged', 'forged'])
  })

  test('the new key does not use a slot of a rotation under way', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const slots = { 1: Buffer.alloc(32, 1).toString('base64'), 2: Buffer.alloc(32, 2).toString('base64') }
    const token = here.beginRotation()
    const { signing } = JSON.parse(here.current()) as { signing: object }
    here.aws.secrets.versions.get(token)!.text = JSON.stringify({ signing, mac: { current: 1, slots } })
    expect(await here.invalidateLinks()).toEqual({ keySlot: 3 })
  })

  test('no other event invalidates them', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const text = here.current()
    for (const event of [{}, { invalidateLinks: 'true' }]) {
      await expect(here.invalidateLinks(event)).rejects.toThrow('event: allowed: {"invalidateLinks": true}')
    }
    expect(here.current()).toBe(text)
  })
})

describe('with a key that never leaves KMS', () => {
  test.each(['mrk-ec', 'mrk-rsa'])(
    '%s: it is deployed, tested with a signature of KMS, and kept by rotations',
    async keyId => {
      const here = await onControlPlane({ signer: 'kms' }, keyId)
      await here.deployed()
      const { signing } = here.keys()
      expect(signing).toMatchObject({ kind: 'kms', kmsKeyId: keyId })
      expect(here.current()).not.toContain('PRIVATE')
      here.hours(30 * day)
      await here.rotate()
      expect(here.keys().signing).toEqual(signing)
      expect([...here.keys().mac.bySlot.keys()]).toEqual([0, 1])
      expect(here.aws.requests).toContain('Sign')
      expect(here.aws.cloudfront.keys.size).toBe(1)
      await here.deploy({ RequestType: 'Update' })
      expect(here.keys().signing).toEqual(signing)
    },
  )

  test('another key is introduced by a rotation, as any new key', async () => {
    const here = await onControlPlane({ signer: 'kms' }, 'mrk-ec')
    await here.deployed()
    const old = here.keys().signing.keyPairId
    here.hours(30 * day)
    Object.assign(here.context, { kmsKeyId: 'mrk-rsa' })
    await here.deploy({ RequestType: 'Update' })
    expect(here.keys().signing.keyPairId).toBe(old)
    await here.rotate()
    const { signing } = here.keys()
    expect(signing).toMatchObject({ kmsKeyId: 'mrk-rsa', kmsAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' })
    expect(here.inGroup()).toEqual([old, signing.keyPairId])
  })

  test('a key that CloudFront doesn’t support is refused', async () => {
    const here = await onControlPlane({ signer: 'kms' }, 'mrk-384')
    await expect(here.deploy()).rejects.toThrow(
      'KMS key mrk-384: got KeySpec "ECC_NIST_P384", allowed: ECC_NIST_P256 or RSA_2048',
    )
  })
})

function privateKeyOf({ signing }: { signing: object }): unknown {
  return (signing as SecretSigningKey).privateKey.export({ type: 'pkcs8', format: 'pem' })
}
