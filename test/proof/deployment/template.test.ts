import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { templates } from '../../../cli/adapters/cdk.ts'
import { onceHere } from '../../support/cli/once-here.ts'
import { startFront } from '../../support/ministack/front.ts'
import { differences, madeAgain, takeInventory } from '../../support/ministack/inventory.ts'
import { type Life, lifeOf, opensOnce } from '../../support/ministack/life/deployed.ts'
import { rotate } from '../../support/ministack/life/keys.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Operator, startOperator } from '../../support/ministack/operator.ts'
import { missingPython, pythonProgram } from '../../support/machine/python.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/** The commands of docs/deploy.md: deploy, and delete. */
const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8')
const [, section = ''] = page.split('\n## Without Node.js\n')
const [deploying = '', deleting = ''] = [...section.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, commands]) => commands)

/** Longest test, in milliseconds, on a machine that does much else. */
const timeout = 300_000

/** Where commands run: a folder of templates, and the variables by which programs find the account. */
interface Place {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * Runs commands of a page in a folder: in this account, with one more parameter. As in a shell, those after one that fails run, too. Resolves
 * to what they printed.
 */
async function type(commands: string, { folder, env }: Place, parameter = ''): Promise<string> {
  const lines = commands
    .replace(/^tar .*\n/m, '')
    .replaceAll('111122223333', account)
    .replace(/"CodeBucket=\S+"/, `$& ${parameter}`)
  // Through a pipe: Node.js gives a socket, which can't be opened as /dev/stdout.
  const { stdout } = await run('bash', ['--norc', '-uo', 'pipefail', '-c', `{ ${lines}\n} | cat`], {
    cwd: folder,
    env: { ...env, PATH: `${pythonProgram('')}:/usr/bin:/bin` },
  })
  return stdout
}

/** Version 1 of the AWS CLI, which tests have, lacks `logs tail`: the same in its words. */
const tail = `aws() {
  if [ "$1 $2" = 'logs tail' ]; then command aws logs filter-log-events --log-group-name "$3" "$4" "$5"; else command aws "$@"; fi
}`

describe.skipIf(missingPython !== undefined)(
  'a release lives its whole life: standard, by the AWS CLI as docs/deploy.md has it',
  { timeout },
  () => {
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
    beforeEach(() => onTestFailed(() => console.error(`MiniStack's log: ${keepLog(operator.ministack, 'templates')}`)))

    const place = (name: string): Place => {
      const { folder, env } = operator.ministack
      return { folder: join(folder, name), env: { ...process.env, ...env } as Place['env'] }
    }

    async function write(name: string, ...settings: readonly string[]): Promise<void> {
      const args = ['template', '--out', place(name).folder, '-c', 'profile=standard', ...settings]
      const { code, noted } = await onceHere(args, { templates })
      expect(code, noted).toBe(0)
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
      await type(deploying, place('release'))
      life = await lifeOf({ operator, clock: operator.ministack.clock, context: ['profile=standard'] })
      await opensOnce(life, await life.issue())
    })

    test('another Region and a wrong parameter are refused, and nothing is made', async () => {
      const before = await inventory()
      const strictly = deploying.replace(' || break', ' || exit') // else it would end with 0
      await expect(type(strictly, place('release'), 'AlarmEmail=ops')).rejects.toThrow('a mail address')
      const elsewhere = strictly.replace(/(?<=cloudformation deploy .*--region )"\$region"/, 'us-east-2')
      await expect(type(elsewhere, place('release'))).rejects.toThrow('This template is for us-east-1')
      expect(differences(before, await inventory())).toEqual([])
    })

    test('a parameter changes what it says, and nothing else', async () => {
      const before = await inventory()
      await type(deploying, place('release'), 'AlarmEmail=ops@example.com')
      const changed = differences(before, await inventory())
      expect(changed).toContain('topic once-alarms us-east-1')
      expect(changed.filter(name => !/^(topic|alarm) once-/.test(name))).toEqual([])
    })

    test('new code alone reaches CloudFront, and so does the former; links live on, and keys rotate', async () => {
      const { issue, visit } = alive()
      const [first, link, other] = [await edgeVersion(), await issue(), await issue()]
      await write('newer', '-c', 'uniformRefusals=true')
      await type(deploying, place('newer'))
      const second = await edgeVersion()
      expect(second).not.toBe(first)
      expect((await visit(link.url)).status).toBe(302)
      expect((await visit(link.url)).body).not.toContain('spent')
      await rotate(alive())
      // The same sources and settings give the same bytes.
      await write('again')
      await run('diff', ['-r', place('release').folder, place('again').folder])
      await type(deploying, place('again'))
      expect([first, second]).not.toContain(await edgeVersion())
      await opensOnce(alive(), other)
      await opensOnce(alive(), await issue())
    })

    test.each([
      ['used-links-refused', /"ScannedCount": \d/],
      ['gate-failing', /"Label": "FunctionExecutionErrors"/],
      [
        'api-5xx',
        /^once-links\n\{\n *"events"[^]*^once-uploads\n[^]*^aws service-quotas request-service-quota-increase /m,
      ],
      ['keys-failing', /"Name": "once-keys",\n *"VersionId": /],
      ['watch-failing', /"StatusCode": 200/],
    ])('what once alarm prints for %s runs as it is', async (name, expected) => {
      const { said } = await operator.once('alarm', name, '--json', '-c', 'profile=standard')
      const { run: paragraph } = JSON.parse(said) as { readonly run: string }
      const commands = paragraph.split('\n\n').filter(block => /^(aws|echo|for) /.test(block))
      expect(await type(['set -e', tail, ...commands].join('\n'), place('release'))).toMatch(expected)
    })

    test('it is deleted with what the page names, and nothing is left but the role of logs of the account', async () => {
      const stays = [/^role \S+-ApiGatewayCloudWatchRole/, madeAgain]
      const left = async () =>
        Object.keys(await takeInventory()).filter(name => !stays.some(pattern => pattern.test(name)))
      await type(deleting, place('release'))
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
