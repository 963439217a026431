import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { machine } from '../../../cli/adapters/machine.ts'
import { missingPython } from '../../support/machine/python.ts'
import { startFront } from '../../support/ministack/front.ts'
import { differences, type Inventory, madeAgain, takeInventory } from '../../support/ministack/inventory.ts'
import { account, keepLog } from '../../support/ministack/ministack.ts'
import { type Growing, startGrowing } from './grown.ts'

/** A step, and at which of its requests the process is killed: AWS carries it out. */
type Kill = readonly [title: string, request: RegExp | number]

const kills: readonly Kill[] = [
  ['deploy', / ExecuteChangeSet /],
  ['doctor', 30],
  ['prove', 30],
  ['deploy with another tag', / ExecuteChangeSet /],
  ['teardown', / DeleteStack /],
]

/** The account keeps it for all APIs. */
const roleOfLogs = /^role first-\S+-ApiGatewayCloudWatchRole/

/** What MiniStack leaves undone: it makes no metrics of log lines, so that `once prove` doesn't see the use of a link counted. */
const problem = /^\| a link that was opened is counted\b.* \| \*\*no\*\*, /m

const mail = 'ann@example.com'
const timeout = 600_000

describe.skipIf(missingPython !== undefined)('npm run first-account on MiniStack', { timeout }, () => {
  let growing: Growing
  let front: Awaited<ReturnType<typeof startFront>>
  let folder = ''
  let before: Inventory = {}
  const regions = ['us-east-1'] as const
  beforeAll(async () => {
    growing = await startGrowing()
    const { endpoint, clock } = growing.ministack
    front = await startFront({ endpoint, account, now: clock.now })
    folder = join(growing.ministack.folder, 'clone')
    mkdirSync(folder)
    await growing.bootstrap(...regions)
    before = await takeInventory(regions)
  }, timeout)
  afterAll(async () => {
    await front.close()
    await growing.close()
  })
  beforeEach(() => {
    onTestFailed(() => console.error(`MiniStack's log: ${keepLog(growing.ministack, 'first-account')}`))
  })

  /** Runs the command as a process, which is killed if a step is named; resolves to its exit code and what it printed. */
  async function run([title, request]: Kill | readonly [] = [], ...args: readonly string[]) {
    const main = join(import.meta.dirname, 'once-main.ts')
    const env = { ...process.env, MINISTACK: growing.ministack.endpoint, FRONT: front.origin }
    const child = spawn(process.execPath, [main, 'first-account', ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let noted = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (noted += chunk))
    let requests = 0
    growing.proxy.start({
      look(step = '') {
        if (title === undefined || request === undefined || !noted.includes(`step: ${title}\n`)) return
        requests += 1
        if (typeof request === 'number' ? requests === request : request.test(step)) child.kill('SIGKILL')
      },
    })
    const [said, [code, signal]] = await Promise.all([
      text(child.stdout),
      once(child, 'close') as Promise<[number | null, string | null]>,
    ])
    return { code, signal, said, noted }
  }

  /** Returns what the report must not have, by what it is, while the deployment is there. */
  async function privatesOf(name: string): Promise<ReadonlyMap<string, string>> {
    const stack = await growing.aws.stacks.describe(`${name}-us-east-1`, 'us-east-1')
    if (stack === undefined) throw new Error('there is no stack')
    const idOf = async (kind: string) =>
      (await growing.aws.stacks.resources(stack)).find(({ type }) => type === kind)?.physicalId ?? ''
    const tables = new DynamoDBClient({ endpoint: growing.ministack.endpoint, region: 'us-east-1' })
    const { Items = [] } = await tables.send(new ScanCommand({ TableName: `${name}-links` }))
    const links = Items.map(({ id }, index) => [`link ${index}`, id?.S ?? ''] as const)
    expect(links.length).toBeGreaterThan(2)
    return new Map([
      ['name', name],
      ['account', account],
      ['host', new URL(stack.outputs['LinkOrigin'] ?? '').host],
      ['API', await idOf('AWS::ApiGateway::RestApi')],
      ['distribution', await idOf('AWS::CloudFront::Distribution')],
      ['address', '127.0.0.1'],
      ['mail', mail],
      ['person and machine', machine.host],
      ['nonce', '/d/'],
      ...links,
    ])
  }

  let privates: ReadonlyMap<string, string> = new Map()
  const progress = () => JSON.parse(readFileSync(join(folder, '.first-account.json'), 'utf8')) as { name: string }

  test.each(kills.map(([title, request], index) => ({ title, request, index })))(
    'killed in the step $title, it goes on with that step',
    async ({ title, request, index }) => {
      if (title === 'teardown') privates = await privatesOf(progress().name)
      const given = index === 0 ? ['-c', `alarmEmail=${mail}`] : []
      const { signal, noted, said } = await run([title, request], '--yes', ...given)
      expect(signal, said + noted).toBe('SIGKILL')
      expect(noted.match(/^step: (.*)/m)?.[1]).toBe(kills[Math.max(0, index - 1)]?.[0])
    },
  )

  test('it ends with a report in which nothing is private', async () => {
    const { code, said, noted } = await run()
    const report = readFileSync(join(folder, 'first-account.md'), 'utf8')
    expect(said).toContain(report.trim())
    expect(report).toMatch(problem)
    expect(report.replace(problem, '')).not.toContain('**no**')
    expect(code, said + noted).toBe(1)
    for (const [title] of kills) {
      const result = title === 'prove' ? '\\*\\*[^*]+\\*\\*' : '[^*]+'
      expect(report).toMatch(new RegExp(`^\\| ${title} \\| ${result} \\| \\d+ \\| 2 \\|$`, 'm'))
    }
    for (const [what, value] of privates) {
      expect(value.length, what).toBeGreaterThan(2)
      expect(report, what).not.toContain(value)
    }
  })

  test('hours later it deletes the edge function, and nothing is left', async () => {
    const left = async () => differences(before, await takeInventory(regions)).filter(each => !roleOfLogs.test(each))
    const beforeLater = (await left()).filter(each => !madeAgain.test(each))
    expect(beforeLater).toEqual([expect.stringMatching(/^function first-\S+-edge-/)])
    expect((await run([], '--remove')).code).toBe(1)
    expect(await left()).toEqual([])
    expect(existsSync(join(folder, '.first-account.json'))).toBe(false)
  })
})
