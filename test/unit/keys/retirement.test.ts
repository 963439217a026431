import { describe, expect, test } from 'vitest'
import { onControlPlane, steps } from './on-control-plane.ts'
import type { KeptKey } from './stand-in-cloudfront.ts'

const labelsOf = (here: Awaited<ReturnType<typeof onControlPlane>>) =>
  [...here.aws.secrets.versions.values()].flatMap(({ stages }) => [...stages]).filter(stage => /in-force/.test(stage))

/** Returns a public key that is months old. */
const old = (name: string): KeptKey => ({ name, pem: '', etag: 'E0', createdAt: '2026-01-01T00:00:00.000Z' })

describe('the daily retirement', () => {
  test('logs the ages of signing key and secret in one line from which CloudWatch makes metrics', async () => {
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
              Metrics: [{ Name: 'SecretAgeDays', Unit: 'None' }],
            },
          ],
        },
        Deployment: 'once',
        SecretAgeDays: 1.54,
        signingKeyAgeDays: 1.54,
        outcome: 'retired',
        removed: 0,
        deleted: 0,
        publicKeys: 1,
      },
    ])
    expect(JSON.stringify(here.lines)).not.toMatch(/PRIVATE|PUBLIC KEY/)
  })

  test('with a key in KMS, shows by the secret’s age that rotations continue', async () => {
    const here = await onControlPlane({ signer: 'kms' }, 'mrk-ec')
    await here.deployed()
    here.hours(47)
    await here.rotate()
    await here.retire()
    expect(here.lines).toMatchObject([{ signingKeyAgeDays: 2, SecretAgeDays: 0 }])
  })

  test('may run any number of times, also at once', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    await here.retire()
    here.hours(49)
    const results = [await here.retire(), await here.retire(), ...(await Promise.all([here.retire(), here.retire()]))]
    expect(results.map(({ removed }) => removed)).toEqual([1, 0, 0, 0])
    expect(here.inGroup()).toEqual([here.keys().signing.keyPairId])
  })

  test('keeps others’ keys in the key group, and the keys of other deployments', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    const [[groupId, group] = ['']] = here.aws.cloudfront.groups
    here.aws.cloudfront.keys.set('KTHEIRS', old('a-partner'))
    here.aws.cloudfront.keys.set('KOTHER', old('once-eu-0123456789abcdef'))
    here.aws.cloudfront.keys.set('KORPHAN', old('once-0123456789abcdef'))
    here.aws.cloudfront.groups.set(groupId, { ...group!, items: [...group!.items, 'KTHEIRS'] })
    here.hours(49)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 1 })
    expect(here.inGroup()).toContain('KTHEIRS')
    expect([...here.aws.cloudfront.keys.keys()]).toEqual(expect.arrayContaining(['KTHEIRS', 'KOTHER']))
  })

  test('keeps the key of a rotation that takes days', async () => {
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

  test('removes the key of an abandoned rotation, once it is a day old', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    here.hours(49)
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    here.aws.secrets.versions.get(token)?.stages.clear()
    here.hours(23)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.hours(1)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('changes nothing if the key group changes meanwhile', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.rotate()
    await here.retire()
    here.hours(49)
    const { keyGroup } = here.context.ports.cloudfront
    // The group has another ETag when it is written than when it was read.
    Object.assign(here.context.ports.cloudfront, {
      keyGroup: async (name: string) => ({ ...(await keyGroup(name)), etag: 'E-before' }),
    })
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    expect(here.inGroup()).toHaveLength(2)
    Object.assign(here.context.ports.cloudfront, { keyGroup })
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('is an error if the current key isn’t in the group: no viewer could download', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const [[groupId, group] = ['']] = here.aws.cloudfront.groups
    here.aws.cloudfront.groups.set(groupId, { ...group!, items: ['K99'] })
    await expect(here.retire()).rejects.toThrow(
      `AWSCURRENT's public key ${here.keys().signing.keyPairId} is not in key group once`,
    )
  })
})

describe('the mark that a value is in force in every Region', () => {
  test('is set once, with the version before it', async () => {
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

  test('is not set while one Region has another version', async () => {
    const here = await onControlPlane()
    await here.deployed()
    here.aws.secrets.laggards.set('eu-west-1', ['00000000-0000-4000-8000-000000000000'])
    await here.retire()
    expect(labelsOf(here)).toEqual([])
    here.aws.secrets.laggards.clear()
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('depends only on Regions where the deployment has its secret', async () => {
    const here = await onControlPlane({ secretRegions: ['ap-northeast-1'] })
    await here.deployed()
    here.aws.secrets.laggards.set('eu-west-1', ['00000000-0000-4000-8000-000000000000'])
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('is not set while a rotation is under way, unless it is stuck for a day', async () => {
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

  test('is set even if AWSPENDING stays on the version that became current', async () => {
    const here = await onControlPlane()
    await here.deployed()
    const token = await here.rotate()
    here.aws.secrets.versions.get(token)?.stages.add('AWSPENDING')
    await here.retire()
    expect(labelsOf(here)).toHaveLength(1)
  })

  test('does not count once an operator makes an older version current by hand', async () => {
    const here = await onControlPlane()
    await here.deployed()
    await here.retire()
    const before = here.aws.secrets.holder('AWSCURRENT') ?? ''
    here.hours(49)
    const token = await here.rotate()
    const left = here.keys().signing.keyPairId
    await here.context.ports.secret.moveLabel('AWSCURRENT', { from: token, to: before })
    here.hours(24)
    // Processes may sign with the new key for a day after they last read it.
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    expect(here.inGroup()).toContain(left)
    here.hours(49)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('is not set while a Region lags behind an operator’s return to an older version', async () => {
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
    expect(labelsOf(here), 'a new copy').toHaveLength(1)
  })
})
