import { describe, expect, test } from 'vitest'
import { onControlPlane, steps } from './on-control-plane.ts'
import type { KeptKey } from './stand-in-cloudfront.ts'

const labelsOf = (here: Awaited<ReturnType<typeof onControlPlane>>) =>
  [...here.aws.secrets.versions.values()].flatMap(({ stages }) => [...stages]).filter(stage => /in-force/.test(stage))

/** A public key that was made long ago. */
const old = (name: string): KeptKey => ({ name, pem: '', etag: 'E0', createdAt: '2026-01-01T00:00:00.000Z' })

describe('the daily retirement', () => {
  test('logs how old the signing key and the secret are, in one line by which CloudWatch has metrics', async () => {
    const here = await onControlPlane()
    await here.deployed()
    here.hours(36)
    await here.retire()
    expect(here.lines).toEqual([
      {
        _aws: {
          Timestamp: here.clock.now(),
          CloudWatchMetrics: [
            {
              Namespace: 'OnceAtEdge',
              Dimensions: [['Deployment']],
              Metrics: [
                { Name: 'SigningKeyAgeDays', Unit: 'None' },
                { Name: 'SecretAgeDays', Unit: 'None' },
              ],
            },
          ],
        },
        Deployment: 'once',
        SigningKeyAgeDays: 1.54,
        SecretAgeDays: 1.54,
        outcome: 'retired',
        removed: 0,
        deleted: 0,
        publicKeys: 1,
      },
    ])
    expect(JSON.stringify(here.lines)).not.toMatch(/PRIVATE|PUBLIC KEY/)
  })

  test('with a key in KMS shows by the secret’s age that rotations go on', async () => {
    const here = await onControlPlane({ signer: 'kms' }, 'mrk-ec')
    await here.deployed()
    here.hours(47)
    await here.rotate()
    await here.retire()
    expect(here.lines).toMatchObject([{ SigningKeyAgeDays: 2, SecretAgeDays: 0 }])
  })

  test('may run as often as it likes', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    await here.retire()
    here.hours(37)
    const ends = [await here.retire(), await here.retire(), ...(await Promise.all([here.retire(), here.retire()]))]
    expect(ends.map(({ removed }) => removed)).toEqual([1, 0, 0, 0])
    expect(here.inGroup()).toEqual([here.keys().signing.keyPairId])
  })

  test('leaves what others put into the key group, and the keys of other deployments', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    const [[groupId, group] = ['']] = here.aws.cloudfront.groups
    here.aws.cloudfront.keys.set('KTHEIRS', old('a-partner'))
    here.aws.cloudfront.keys.set('KOTHER', old('once-eu-0123456789abcdef'))
    here.aws.cloudfront.keys.set('KORPHAN', old('once-0123456789abcdef'))
    here.aws.cloudfront.groups.set(groupId, { ...group!, items: [...group!.items, 'KTHEIRS'] })
    here.hours(48)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 1 })
    expect(here.inGroup()).toContain('KTHEIRS')
    expect([...here.aws.cloudfront.keys.keys()]).toEqual(expect.arrayContaining(['KTHEIRS', 'KOTHER']))
  })

  test('leaves the key of a rotation that takes days', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    here.hours(72)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    await here.step('finishSecret', token)
    expect(here.aws.secrets.holder('AWSCURRENT')).toBe(token)
  })

  test('takes away the key of a rotation that was given up, and never the youngest', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    here.hours(48)
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    here.aws.secrets.versions.get(token)?.stages.clear()
    here.hours(23)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.hours(1)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('does nothing to a key group that is changed meanwhile', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    await here.retire()
    here.hours(37)
    const { keyGroup } = here.context.ports.cloudfront
    // What was read has another ETag by the time it is to be written.
    Object.assign(here.context.ports.cloudfront, {
      keyGroup: async (name: string) => ({ ...(await keyGroup(name)), etag: 'E-before' }),
    })
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    expect(here.inGroup()).toHaveLength(2)
    Object.assign(here.context.ports.cloudfront, { keyGroup })
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('is an error when the key in force isn’t in the group: no viewer could download', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const [[groupId, group] = ['']] = here.aws.cloudfront.groups
    here.aws.cloudfront.groups.set(groupId, { ...group!, items: ['K99'] })
    await expect(here.retire()).rejects.toThrow(
      `AWSCURRENT's public key ${here.keys().signing.keyPairId} is not in key group once`,
    )
  })
})

describe('that a value is in force everywhere', () => {
  test('is noted once, and with the version before it', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    const [first = ''] = labelsOf(here)
    expect(first).toBe('in-force-since-1795525200-after-00000000-0000-4000-8000-000000000000')
    here.hours(24)
    await here.retire()
    expect(labelsOf(here)).toEqual([first])
    await here.rotate()
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
    expect(labelsOf(here)).not.toEqual([first])
  })

  test('is not noted while one Region has another version, and then is', async () => {
    const here = await onControlPlane()
    await here.deployed()
    here.aws.secrets.laggards.set('eu-west-1', ['00000000-0000-4000-8000-000000000000'])
    await here.retire()
    expect(labelsOf(here)).toEqual([])
    here.aws.secrets.laggards.clear()
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('is asked where the deployment has its secret, not elsewhere', async () => {
    const here = await onControlPlane({ secretRegions: ['ap-northeast-1'] })
    await here.deployed()
    here.aws.secrets.laggards.set('eu-west-1', ['00000000-0000-4000-8000-000000000000'])
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('is not noted while a rotation is under way, but one that is stuck holds nothing up for ever', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    await here.retire()
    expect(labelsOf(here)).toEqual([])
    here.hours(24)
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('is noted although AWSPENDING stays on the version that came into force', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = await here.rotate()
    here.aws.secrets.versions.get(token)?.stages.add('AWSPENDING')
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('is forgotten when an operator goes back to an older version by hand', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    const before = here.aws.secrets.holder('AWSCURRENT') ?? ''
    here.hours(48)
    const token = await here.rotate()
    const left = here.keys().signing.keyPairId
    await here.context.ports.secret.moveLabel('AWSCURRENT', { from: token, to: before })
    here.hours(24)
    // Processes may sign with the new key for a day from when they were last told of it.
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    expect(here.inGroup()).toContain(left)
    here.hours(37)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('is not noted while a Region has yet to go through what came before an operator went back', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const [before = '', first = ''] = ['AWSCURRENT', 'AWSPREVIOUS'].map(here.aws.secrets.holder)
    const token = await here.rotate()
    await here.context.ports.secret.moveLabel('AWSCURRENT', { from: token, to: before })
    here.aws.secrets.laggards.set('eu-west-1', [before, first])
    await here.retire()
    expect(labelsOf(here)).toEqual([])
    here.aws.secrets.laggards.set('eu-west-1', [before])
    await here.retire()
    expect(labelsOf(here), 'a copy that was made lately').toHaveLength(1)
  })
})
