import { describe, expect, test } from 'vitest'
import { simulatedKeys, steps } from '../../support/keys/simulated-keys.ts'

const marksOf = async ({ secret }: ReturnType<typeof simulatedKeys>) => {
  const { labels } = await secret.versions()
  return [...labels.values()].flat().filter(label => label.startsWith('in-force'))
}

describe('the daily retirement', () => {
  test('logs the ages of signing key and secret in one line from which CloudWatch makes metrics', async () => {
    const here = simulatedKeys()
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

  test('keeps others’ keys in the key group, and the keys of other deployments', async () => {
    const here = simulatedKeys()
    await here.deployed()
    await here.retire()
    const ids = ['a-partner', 'once-eu-0123456789abcdef', 'once-0123456789abcdef'].map(name =>
      here.cloudfront.createPublicKey(name, name),
    )
    const [theirs = '', others, orphan] = await Promise.all(ids)
    const group = (await here.cloudfront.keyGroup('once'))!
    await here.cloudfront.updateKeyGroup(group, [...group.keyIds, theirs])
    here.hours(49)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 1 })
    expect(await here.inGroup()).toContain(theirs)
    const left = (await here.cloudfront.publicKeys()).map(({ id }) => id)
    expect(left).toEqual(expect.arrayContaining([theirs, others]))
    expect(left).not.toContain(orphan)
  })

  test('keeps the key of a rotation that takes days', async () => {
    const here = simulatedKeys()
    await here.deployed()
    await here.retire()
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    here.hours(72)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    await here.step('finishSecret', token)
    expect((await here.secret.versions()).current).toBe(token)
  })

  test('removes the key of an abandoned rotation, once it is a day old', async () => {
    const here = simulatedKeys()
    await here.deployed()
    await here.retire()
    here.hours(49)
    const token = here.beginRotation()
    await here.step('createSecret', token)
    await here.step('setSecret', token)
    await here.secret.moveLabel('AWSPENDING', { from: token })
    here.hours(23)
    expect(await here.retire()).toEqual({ removed: 0, deleted: 0 })
    here.hours(1)
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('changes nothing if the key group changes meanwhile', async () => {
    const here = simulatedKeys()
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
    expect(await here.inGroup()).toHaveLength(2)
    Object.assign(here.context.ports.cloudfront, { keyGroup })
    expect(await here.retire()).toEqual({ removed: 1, deleted: 1 })
  })

  test('is an error if the current key isn’t in the group: no viewer could download', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const theirs = await here.cloudfront.createPublicKey('theirs', 'theirs')
    await here.cloudfront.updateKeyGroup((await here.cloudfront.keyGroup('once'))!, [theirs])
    await expect(here.retire()).rejects.toThrow(
      `AWSCURRENT's public key ${here.keys().signing.keyPairId} is not in key group once`,
    )
  })
})

describe('the mark that a value is in force in every Region', () => {
  test('is set once, with the version before it', async () => {
    const here = simulatedKeys()
    await here.deployed()
    await here.retire()
    const [first = ''] = await marksOf(here)
    expect(first).toBe('in-force-since-1795525200-after-00000000-0000-4000-8000-000000000001')
    here.hours(24)
    await here.retire()
    expect(await marksOf(here)).toEqual([first])
    await here.rotate()
    await here.retire()
    expect(await marksOf(here)).toHaveLength(1)
    expect(await marksOf(here)).not.toEqual([first])
  })

  test('depends only on Regions where the deployment has its secret', async () => {
    const here = simulatedKeys({ secretRegions: ['us-east-1'] })
    await here.deployed()
    const { copyIn } = here.secret
    const copies: string[] = []
    Object.assign(here.secret, { copyIn: async (region: string) => (copies.push(region), copyIn(region)) })
    await here.retire()
    expect([copies, await marksOf(here)]).toEqual([['us-east-1'], [expect.any(String)]])
  })

  test('is not set while a rotation is under way, unless it is stuck for a day', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const token = here.beginRotation()
    for (const step of steps.slice(0, 3)) await here.step(step, token)
    await here.retire()
    expect(await marksOf(here)).toEqual([])
    here.hours(24)
    await here.retire()
    expect(await marksOf(here)).toHaveLength(1)
  })

  test('is not set while a Region lags behind an operator’s return to an older version', async () => {
    const here = simulatedKeys()
    await here.deployed()
    const { current: before, previous: first } = await here.secret.versions()
    const token = await here.rotate()
    await here.secret.moveLabel('AWSCURRENT', { from: token, to: before })
    Object.assign(here.secret, { copyIn: async () => ({ current: before, previous: first }) })
    await here.retire()
    expect(await marksOf(here)).toEqual([])
    Object.assign(here.secret, { copyIn: async () => ({ current: before, previous: undefined }) })
    await here.retire()
    expect(await marksOf(here), 'a new copy').toHaveLength(1)
  })
})
