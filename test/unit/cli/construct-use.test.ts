import { describe, expect, test } from 'vitest'
import { namesWith, readUse } from '../../../cli/deployment/doctor/construct-use.ts'
import type { DeployedStack } from '../../../cli/ports/aws-stacks.ts'
import { withoutDefaults } from '../../../infra/settings/manifest-json.ts'
import { parseSettings } from '../../../infra/settings/parse-settings.ts'
import { physicalNames } from '../../../infra/placement/physical-names.ts'

const settings = parseSettings({ name: 'files', homeRegions: ['eu-west-1'], edgeMemory: 256 })
const distribution = { stack: 'Site', region: 'eu-west-1' }
const content = { bucket: 'company-files', region: 'eu-west-1', account: '111122223333' }
const manifest = (more: object = {}) =>
  JSON.stringify({ onceAtEdge: 1, settings: withoutDefaults(settings), distribution, content, ...more })

/** The stacks of an account, of which one is `Site` with these outputs. */
function awsWith(outputs: Readonly<Record<string, string>>) {
  const site = { name: 'Site', region: 'eu-west-1', outputs } as unknown as DeployedStack
  const describe = async (name: string) => (name === 'Site' ? site : undefined)
  return { stacks: { describe } } as unknown as Parameters<typeof readUse>[2]
}

const stack = { name: 'Site', region: 'eu-west-1' } as const

describe('the doctor reads the deployment of a construct from the outputs of its stack', () => {
  test('settings with their defaults, stack, distribution and bucket', async () => {
    const found = await readUse(stack, undefined, awsWith({ Url: 'https://site.example', Manifest: manifest() }))
    expect(found).toEqual({ settings, used: { stack, distribution, content } })
  })

  test('only what differs from defaults is in the output', () => {
    expect(withoutDefaults(settings)).toEqual({ name: 'files', homeRegions: ['eu-west-1'], edgeMemory: 256 })
  })

  test('of two deployments, that of the name', async () => {
    const other = manifest({ settings: { name: 'other', homeRegions: ['eu-west-1'] } })
    const aws = awsWith({ One: manifest(), Two: other })
    expect((await readUse(stack, 'other', aws)).settings.name).toBe('other')
    await expect(readUse(stack, undefined, aws)).rejects.toThrow(
      /--stack: Site has the deployments files, other, allowed: one/,
    )
  })

  test('the bucket of another stack, from where it is', async () => {
    const bucket = { stack: 'Site', region: 'eu-west-1', output: 'BucketName' }
    const outputs = { Manifest: manifest({ content: { ...content, bucket } }), BucketName: 'company-files' }
    expect((await readUse(stack, undefined, awsWith(outputs))).used.content).toEqual(content)
    const without = awsWith({ Manifest: outputs.Manifest })
    await expect(readUse(stack, undefined, without)).rejects.toThrow(/Site in eu-west-1 has no output BucketName/)
  })

  test('settings of another version are refused by name', async () => {
    const Manifest = manifest({ settings: { ...withoutDefaults(settings), colour: 'blue' } })
    await expect(readUse(stack, undefined, awsWith({ Manifest }))).rejects.toThrow(
      /--stack: Site has other settings than this version of once knows: settings: colour/,
    )
  })

  test.each([
    ['a stack that does not exist', { name: 'Sight', outputs: {} }, /there is no stack Sight in eu-west-1/],
    [
      'a stack without it',
      { name: 'Site', outputs: { Url: '{"onceAtEdge":2}', Text: 'no JSON' } },
      /Site has no deployment/,
    ],
  ] as const)('%s is refused', async (_, { name, outputs }, message) => {
    await expect(readUse({ ...stack, name }, undefined, awsWith(outputs))).rejects.toThrow(message)
  })
})

test('your stack and bucket have their places among the names', () => {
  const names = namesWith(physicalNames('files', '111122223333'), { stack, distribution, content })
  expect(names.regionStack('eu-west-1')).toBe('Site')
  expect(names.regionStack('us-east-1')).toBe('files-us-east-1')
  expect(names.contentBucket('eu-west-1')).toBe('company-files')
  expect(names.linksTable).toBe('files-links')
})
