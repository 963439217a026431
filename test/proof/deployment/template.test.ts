import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { templates } from '../../../cli/adapters/cdk.ts'
import type { IssuedLink } from '../../../client/client.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { startFront } from '../../support/ministack/front.ts'
import { differences, madeAgain, takeInventory } from '../../support/ministack/inventory.ts'
import { type Life, lifeOf, reasonOf, report, target } from '../../support/ministack/life/deployed.ts'
import { rotate } from '../../support/ministack/life/keys.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { missingPython, python, pythonProgram } from '../../support/machine/python.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** The commands of docs/deploy.md: deploy, and delete. */
const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8')
const [, section = ''] = page.split('\n## Without Node.js\n')
const [deploying = '', deleting = ''] = [...section.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, commands]) => commands)

/** Longest test, in milliseconds, on a machine that does much else. */
const timeout = 300_000

/** How a release is deployed. */
interface Way {
  readonly title: string
  readonly profile: 'starter' | 'standard'
  /** Deploys a folder of templates, with one more parameter. */
  readonly deploy: (at: Place, parameter?: string) => Promise<void>
  /** Deletes what is deployed, with all files. */
  readonly remove: (at: Place) => Promise<void>
}

/** Where commands run: a folder of templates, and the variables by which programs find the account. */
interface Place {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Whether nothing is deployed yet. */
  readonly isFirst: boolean
}

/** Runs commands of the page in a folder: those for `starter`, in this account, with one more parameter. */
async function type(commands: string, { folder, env }: Place, parameter = ''): Promise<void> {
  const lines = commands
    .replace(/^tar .*\n/m, '')
    .replaceAll('111122223333', account)
    .replaceAll(/in us-east-\d us-east-\d;/g, 'in us-east-1;')
    .replace(/"CodeBucket=\S+"/, `$& ${parameter}`)
  await run('bash', ['--norc', '-euc', lines], {
    cwd: folder,
    env: { ...env, PATH: `${pythonProgram('')}:/usr/bin:/bin` },
  })
}

/** Makes the calls of the module in infra/terraform. */
async function call(action: 'create' | 'update' | 'delete', { folder, env }: Place, ...parameters: readonly string[]) {
  await run(python, [join(root, 'test/support/ministack/terraform_calls.py'), folder, action, ...parameters], { env })
}

const ways: readonly Way[] = [
  {
    title: 'starter, by the AWS CLI as docs/deploy.md has it',
    profile: 'starter',
    deploy: async (at, parameter) => type(deploying, at, parameter),
    remove: async at => type(deleting, at),
  },
  {
    title: 'standard, by the calls of Terraform',
    profile: 'standard',
    deploy: async (at, parameter = 'DeletionProtection=true') => call(at.isFirst ? 'create' : 'update', at, parameter),
    async remove(at) {
      await call('update', at, 'DeletionProtection=false')
      await type(/^files=.*?^done$/ms.exec(deleting)?.[0] ?? '', at)
      await call('delete', at)
    },
  },
]

describe.skipIf(missingPython !== undefined).each(ways)(
  'a release lives its whole life: $title',
  { timeout },
  ({ profile, deploy, remove }) => {
    let operator: Operator
    let life: Life | undefined
    const inventory = async () => takeInventory(['us-east-1', 'us-east-2'])

    beforeAll(async () => {
      operator = await startOperator({
        startFront: ({ endpoint, clock }) => startFront({ endpoint, account, now: clock.now }),
      })
      await write('release')
    }, timeout)
    afterAll(async () => {
      await life?.close()
      await operator?.close()
    })
    beforeEach(() => onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, profile)}`)))

    const place = (name: string): Place => {
      const { folder, env } = operator.ministack
      return {
        folder: join(folder, name),
        env: { ...process.env, ...env } as Place['env'],
        isFirst: life === undefined,
      }
    }

    async function write(name: string, ...settings: readonly string[]): Promise<void> {
      const { folder } = place(name)
      const { code, noted } = await onceHere(['template', '--out', folder, '-c', `profile=${profile}`, ...settings], {
        templates,
      })
      expect(code, noted).toBe(0)
    }

    async function opensOnce({ visit }: Life, { url }: IssuedLink): Promise<void> {
      const first = await visit(url)
      expect(first.status, first.body).toBe(302)
      expect(await visit(target(first, url))).toMatchObject({ status: 200, body: report.content })
      const again = await visit(url)
      expect([again.status, reasonOf(again)]).toEqual([403, 'spent'])
    }

    /** Returns the version of the edge function that CloudFront runs, by its ARN. */
    async function edgeVersion(): Promise<string> {
      const { DistributionList } = await new CloudFrontClient(operator.ministack).send(new ListDistributionsCommand({}))
      const arns = JSON.stringify(DistributionList).match(/arn:aws:lambda:us-east-1:\d+:function:once-edge-\w+:\d+/g)
      expect(arns).toHaveLength(1)
      return String(arns)
    }

    const alive = (): Life => life ?? expect.fail('nothing is deployed')

    test('its templates, deployed in an empty account, make a link that works once', async () => {
      await deploy(place('release'))
      life = await lifeOf({ operator, clock: operator.ministack.clock, context: [`profile=${profile}`] })
      await opensOnce(life, await life.issue())
    })

    test.runIf(profile === 'starter')(
      'another Region and a wrong parameter are refused, and nothing is made',
      async () => {
        const all = async () => takeInventory(['us-east-1', 'eu-west-1'])
        const before = await all()
        const strictly = deploying.replace(' || break', '') // which would end with 0
        await expect(type(strictly, place('release'), 'AlarmEmail=ops')).rejects.toThrow('a mail address')
        const elsewhere = strictly.replace(/(?<=cloudformation deploy .*--region )"\$region"/, 'eu-west-1')
        await expect(type(elsewhere, place('release'))).rejects.toThrow('This template is for us-east-1')
        expect(differences(before, await all())).toEqual([])
      },
    )

    test('a parameter changes what it says, and nothing else', async () => {
      const before = await inventory()
      await deploy(place('release'), 'AlarmEmail=ops@example.com')
      const changed = differences(before, await inventory())
      expect(changed).toContain('topic once-alarms us-east-1')
      expect(changed.filter(name => !/^(topic|alarm) once-/.test(name))).toEqual([])
    })

    test('new code alone reaches CloudFront, and so does the former; links live on, and keys rotate', async () => {
      const { issue, visit } = alive()
      const [first, link, other] = [await edgeVersion(), await issue(), await issue()]
      await write('newer', '-c', 'uniformRefusals=true')
      await deploy(place('newer'))
      const second = await edgeVersion()
      expect(second).not.toBe(first)
      expect((await visit(link.url)).status).toBe(302)
      expect((await visit(link.url)).body).not.toContain('spent')
      await rotate(alive())
      // The same sources and settings give the same bytes.
      await write('again')
      await run('diff', ['-r', place('release').folder, place('again').folder])
      await deploy(place('again'))
      expect([first, second]).not.toContain(await edgeVersion())
      await opensOnce(alive(), other)
      await opensOnce(alive(), await issue())
    })

    test('it is deleted with what the page names, and nothing is left but the role of logs of the account', async () => {
      const stays = [/^role \S+-ApiGatewayCloudWatchRole/, madeAgain]
      const left = async () =>
        Object.keys(await takeInventory()).filter(name => !stays.some(pattern => pattern.test(name)))
      await remove(place('release'))
      const [edge = '', ...others] = await left()
      expect(edge).toMatch(/^function once-edge-[0-9a-f]{8} us-east-1$/)
      expect(others).toEqual(['log group /once/edge us-east-1'])
      const [, name = ''] = edge.split(' ')
      const inRegion = 'aws --region us-east-1'
      const deletion = `${inRegion} lambda delete-function --function-name ${name}`
      // At first CloudFront has replicas of it.
      await expect(type(deletion, place('release'))).rejects.toThrow('replicated function')
      await type(`${deletion}\n${inRegion} logs delete-log-group --log-group-name /once/edge`, place('release'))
      expect(await left()).toEqual([])
    })
  },
)
