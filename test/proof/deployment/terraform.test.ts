import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { templates } from '../../../cli/adapters/cdk.ts'
import { starter } from '../../../infra/app/profiles.ts'
import { writeTemplates } from '../../../infra/app/templates.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { startFront } from '../../support/ministack/front.ts'
import { madeAgain, takeInventory } from '../../support/ministack/inventory.ts'
import { type Life, lifeOf, opensOnce } from '../../support/ministack/life/deployed.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { missingTerraform, type Terraform, terraformOn } from '../../support/ministack/terraform.ts'
import { missingPython, pythonProgram } from '../../support/machine/python.ts'

const run = promisify(execFile)
const module = join(import.meta.dirname, '../../../infra/terraform')
const page = readFileSync(join(module, 'README.md'), 'utf8')

/** Longest test, in milliseconds, on a machine that does much else. */
const timeout = 300_000

describe.skipIf((missingPython ?? missingTerraform) !== undefined)('Terraform deploys starter', { timeout }, () => {
  let operator: Operator
  let once: Terraform
  let life: Life

  beforeAll(async () => {
    operator = await startOperator({
      startFront: ({ endpoint, clock }) => startFront({ endpoint, account, now: clock.now }),
    })
    once = terraformOn(operator.ministack)
    await writeTemplates(starter, folder('release'))
    await writeTemplates({ ...starter, uniformRefusals: true }, folder('newer'))
  }, timeout)
  afterAll(async () => {
    await life?.close()
    await operator?.close()
  })
  beforeEach(() => onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'terraform')}`)))

  const folder = (name: string): string => join(operator.ministack.folder, name)

  /** Returns why a spent link is refused: "spent" in the first release; the newer one doesn't say. */
  async function whySpent(): Promise<string> {
    const { url } = await life.issue()
    expect((await life.visit(url)).status).toBe(302)
    return /"reason":"([\w-]+)"/.exec((await life.visit(url)).body)?.[1] ?? ''
  }

  /** Returns the files of a release that are missing in the bucket of code. */
  async function missingZips(name: string): Promise<readonly string[]> {
    const s3 = new S3Client({ ...operator.ministack, forcePathStyle: true })
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    const bucket = Buckets.find(each => each.Name?.startsWith('once-code-'))
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket?.Name }))
    return readdirSync(join(folder(name), 'code')).filter(zip => !Contents.some(({ Key }) => Key === zip))
  }

  /** Returns what is left of a stack. */
  async function left(): Promise<readonly string[]> {
    const stays = [/^role \S+-ApiGatewayCloudWatchRole/, /^function once-edge-/, /^log group \/once\/edge /, madeAgain]
    return Object.keys(await takeInventory()).filter(name => !stays.some(pattern => pattern.test(name)))
  }

  test('its files are formatted, and its example plans as cloned, after the command that it names', async () => {
    await once.terraform(module, 'fmt', '-check', '-recursive')
    const example = join(once.copy, 'examples/basic')
    const text = readFileSync(join(example, 'main.tf'), 'utf8')
    const [, command = '', out = ''] = /npm run once -- (template .* --out) infra\/terraform\/(.*)/.exec(text) ?? []
    const { code, noted } = await onceHere([...command.split(' '), join(once.copy, out)], { templates })
    expect(code, noted).toBe(0)
    await once.terraform(example, 'init')
    expect(await once.terraform(example, 'plan')).toMatch(/Plan: \d+ to add, 0 to change, 0 to destroy/)
  })

  test.each([
    [{ folder: 'none' }, 'folder: got "none", allowed: a folder that `once template` wrote'],
    [{ alarm_email: 'ops' }, 'alarm_email: got "ops", allowed: a mail address'],
    [
      { certificate_arn: 'arn:aws:acm:eu-west-1:1:x' },
      'certificate_arn: got "arn:aws:acm:eu-west-1:1:x", allowed: the ARN of',
    ],
  ])('a wrong input is refused before anything is called: %j', async (wrong, message) => {
    const refused = once.apply({ folder: folder('release'), ...wrong })
    const { stderr } = await refused.then(
      () => expect.fail('applied'),
      (error: { stderr: string }) => error,
    )
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message)
  })

  test('a link works once, and a second plan is empty', async () => {
    await once.apply({ folder: folder('release') })
    life = await lifeOf({ operator, clock: operator.ministack.clock, context: ['profile=starter'] })
    await opensOnce(life, await life.issue())
    await expect(once.isApplied()).resolves.toBe(true)
  })

  test('an update that fails leaves the former release with its zips, each time; the same apply then heals it', async () => {
    operator.ministack.refuse({ 'AWS::CloudFront::Distribution': 'refused' })
    for (const _ of ['at first', 'again']) {
      await expect(once.apply({ folder: folder('newer') })).rejects.toThrow('UPDATE_ROLLBACK_COMPLETE')
      expect([await whySpent(), await missingZips('release')]).toEqual(['spent', []])
    }
    operator.ministack.refuse({})
    await once.apply({ folder: folder('newer') })
    expect(await whySpent()).not.toBe('spent')
    expect(await missingZips('newer')).toEqual([])
    await expect(once.isApplied()).resolves.toBe(true)
  })

  test('it goes back to the former release, and is deleted after an apply without protection', async () => {
    await once.apply({ folder: folder('release'), alarm_email: 'ops@example.com', deletion_protection: false })
    expect(await whySpent()).toBe('spent')
    await once.destroy()
    expect(await left()).toEqual([])
  })

  test('tables that are protected stay at a destroy, and where a first apply fails: the README has the way out', async () => {
    const [, commands = ''] = /^```sh\n(for table.*?)^```$/ms.exec(page) ?? []
    const env = { ...process.env, ...operator.ministack.env, PATH: `${pythonProgram('')}:/usr/bin:/bin` }
    operator.ministack.refuse({ 'AWS::CloudFront::Distribution': 'refused' })
    await expect(once.apply({ folder: folder('release') })).rejects.toThrow('ROLLBACK_FAILED')
    operator.ministack.refuse({})
    await run('bash', ['--norc', '-uc', commands], { env })
    await once.apply({ folder: folder('release') })
    await expect(once.destroy()).rejects.toThrow('DELETE_FAILED')
    expect((await left()).filter(name => !name.startsWith('bucket once-code-'))).toEqual([
      'stack once-us-east-1 us-east-1',
      'table once-api-state us-east-1',
      'table once-links us-east-1',
    ])
    await run('bash', ['--norc', '-uc', commands], { env })
    await once.destroy()
    expect(await left()).toEqual([])
  })
})
