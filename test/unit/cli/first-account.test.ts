import { describe, expect, test } from 'vitest'
import type { Proofs } from '../../../cli/ports/aws-prove.ts'
import type { Disk } from '../../../cli/ports/links.ts'
import { allOf, change, type FakeAccount, put } from '../../support/cli/fake-account.ts'
import { awsOf } from '../../support/cli/fake-aws.ts'
import { cdkOn } from '../../support/cli/fake-cdk.ts'
import { type MorePorts, once, preparedAccount, settings } from '../../support/cli/fake-deployment.ts'
import { namesOfStacks } from '../../support/cli/fake-stacks.ts'

const machine = { host: 'ann@laptop', clone: '/clone', node: 'v24.0.0' }
const progressFile = '/clone/.first-account.json'
const steps = ['deploy', 'doctor', 'prove', 'deploy with another tag', 'teardown']

/** A clone and its folder, on an account. */
function clone(account = preparedAccount('us-east-1', 'us-east-2')) {
  const files = new Map<string, string>()
  const disk = {
    stat: async (path: string) => (files.has(path) ? { kind: 'file', bytes: 0, modifiedAt: 0 } : undefined),
    readPrivate: async (path: string) => files.get(path),
    async writePrivate(path: string, text: string, { replace }: { readonly replace: boolean }) {
      if (files.has(path) && !replace) return false
      files.set(path, text)
      return true
    },
    remove: async (path: string) => void files.delete(path),
  } as unknown as Disk
  const run = async (args: readonly string[] = ['--yes'], more: MorePorts = {}) => {
    const outcome = await once(account, ['first-account', ...args], { disk, machine, ...more })
    const begun = [...outcome.noted.matchAll(/^step: (.*)$/gm)].map(([, title]) => title)
    return { ...outcome, begun, report: files.get('first-account.md') ?? '' }
  }
  return { account, files, run }
}

/** What errors of AWS may repeat. */
const privates = [
  '111122223333',
  'd1.cloudfront.net',
  'api-us-east-1.example',
  'q7pTEDdbZ3y1DvHvGTzYxA',
  'https://files.example.com/d/EAMBawbNwClyuwRNlt8ocboDTJXeJ3Bh-I8mvVTrghk',
  '203.0.113.7',
  'ops@example.com',
  'ann@laptop',
]

/** Refuses a call while a step runs, whose number is given, as a service does that is not there. */
function refuseDuring(account: FakeAccount, files: ReadonlyMap<string, string>, step: number): void {
  account.onCall = line => {
    const runs = Object.keys((JSON.parse(files.get(progressFile) ?? '{"runs":{}}') as { runs: object }).runs)
    if (runs.length === step && !line.startsWith('stacks.describe'))
      throw new Error(`the network is gone: ${privates.join(' ')}`)
  }
}

test('it deploys, checks, asks, deploys again and deletes; then nothing is left but the report', async () => {
  const { account, files, run } = clone()
  const { begun, said, report } = await run()
  expect(begun).toEqual(steps)
  expect(said).toMatch(/^Deploys first-[0-9a-f]{8} to account 111122223333, in us-east-1, and deletes it/m)
  expect(said).toMatch(/^That is 140 minutes.*\nBy list price it costs 0\.\d\d dollars a day/m)
  expect(namesOfStacks(account)).toEqual([])
  expect([...files.keys()]).toEqual(['first-account.md'])
  expect(said).toMatch(/^Throw-away resources, deleted at the end:\n {2}ipv6 [^]*\n {2}memory +free/m)
  expect(report).toContain('profile=starter; in us-east-1.')
  expect(report).toMatch(/^\| deploy \| deployed \| \d+ \| 1 \|$/m)
  expect(report).toMatch(/^\| doctor \| 0 fail, \d warn, \d+ ok \| \d+ \| 1 \|$/m)
  expect(report).toMatch(/^\| prove \| \*\*\d+ of \d+ questions answered\*\* \|/m)
  expect(report).toMatch(
    /^\| deploy with another tag \| deployed; the update took .*; now 2 of 2 have it, counting each Region \|/m,
  )
  expect(report).toMatch(/^\| teardown \| deleted \|/m)
  expect(report).toMatch(/^### prove$/m)
  expect(report).not.toMatch(/first-[0-9a-f]{8}|111122223333|laptop|\/d\/|cloudfront\.net|https:/)
})

test('it asks with throw-away resources, unless an earlier run has left some that AWS does not delete yet', async () => {
  expect((await clone().run()).report.match(/the throw-away resources could not be made/g)).toHaveLength(3)
  const { account, files, run } = clone()
  account.onCall = () => {
    const [stack] = account.stacks
    if (stack === undefined || files.get(progressFile)?.includes('"prove": 1') !== true) return
    const name = stack.name.replace('us-east-1', 'prove-memory')
    const resources = [{ type: 'AWS::Lambda::Function', physicalId: name, status: 'CREATE_COMPLETE', reason: '' }]
    account.stuck.set(name, { times: Number.POSITIVE_INFINITY, why: 'replicas' })
    if (account.stacks.every(each => each.name !== name))
      account.stacks.push({ ...stack, id: name, name, isProtected: false, resources })
    put(account, { kind: 'function', region: 'us-east-1', name, value: { issuers: 0 }, owner: name })
    account.onCall = () => undefined
  }
  const { code, report } = await run()
  expect(report.match(/needs --also (ipv6|memory|strong)/g)).toHaveLength(3)
  expect([code, report]).toEqual([1, expect.stringContaining('| teardown | what is left is not billed |')])
})

test.each([
  [[], false],
  [['fileEnds=true'], true],
  [['deliveryProof=true'], true],
])('with the settings %j, it waits for what AWS delivers hours late: %j', async (more, isLate) => {
  const { account, run } = clone()
  const proofs = { ownMetric: async () => 0, logLine: async () => undefined } as unknown as Proofs
  const { noted } = await run(['--yes', ...settings(...more)], { aws: { ...awsOf(account), proofs } })
  expect(noted.includes('waits until 15:')).toBe(isLate)
})

test.each([
  ['no', true, 'on'],
  ['yes', false, 'on; turned on again, after an update took it: PRIVATE-links in us-east-1, .*'],
])('the report says whether the update took the protection of tables: %s', async (answer, deletionProtected, how) => {
  const { account, run } = clone()
  const cdk = cdkOn(account)
  const deploy: typeof cdk.deploy = async (stack, options) => {
    const isUpdate = namesOfStacks(account).includes(stack.name)
    const result = await cdk.deploy(stack, options)
    if (isUpdate) for (const table of allOf(account, 'table')) change(account, table, { deletionProtected })
    return result
  }
  const { report } = await run(['--yes', ...settings('profile=standard')], { cdk: { ...cdk, deploy } })
  const row = `deployed; the update took the protection of tables: ${answer} \\(${how}\\); now 3 of 3 have it`
  expect(report).toMatch(new RegExp(`^\\| deploy with another tag \\| ${row}`, 'm'))
  expect(cdk.syntheses.filter(text => text.includes('"first-account":"new"')).length).toBeGreaterThan(0)
  expect(cdk.syntheses.at(-1)).toContain('"first-account":"updated"')
})

test('if the update was interrupted after its deployment, the report says that it is not known', async () => {
  const { account, run } = clone()
  const cdk = cdkOn(account)
  const interrupt = new AbortController()
  account.onCall = line => {
    if (line.startsWith('watch.alarms') && cdk.syntheses.at(-1)?.includes('updated') === true) interrupt.abort()
  }
  expect((await run(['--yes'], { cdk, signal: interrupt.signal })).code).toBe(1)
  account.onCall = () => undefined
  const { begun, report } = await run()
  expect(begun).toEqual(steps.slice(3))
  expect(report).toMatch(
    /the update took the protection of tables: not known, because an earlier run may have mended it \(on\)/,
  )
})

describe('the same command goes on', () => {
  test.each([...steps.entries()])('if %i steps are done, and the next fails: %s', async (done, title) => {
    const { account, files, run } = clone()
    refuseDuring(account, files, done + 1)
    const failed = await run()
    expect([failed.code, failed.begun]).toEqual([2, steps.slice(0, done + 1)])
    account.onCall = () => undefined
    const { begun, report } = await run()
    expect(begun).toEqual(steps.slice(done))
    expect(report).toContain(`${title}: the network is gone`)
    for (const each of privates) expect(report).not.toContain(each)
    expect(report).toMatch(new RegExp(`^\\| ${title} \\|.* 2 \\|$`, 'm'))
    expect([namesOfStacks(account), files.has(progressFile)]).toEqual([[], false])
  })

  test('after an interrupt, which is no failure', async () => {
    const { account, run } = clone()
    const interrupt = new AbortController()
    account.onCall = line => line.startsWith('stacks.drift') && interrupt.abort(new Error('interrupted'))
    const first = await run(['--yes'], { signal: interrupt.signal })
    expect(first.code).toBe(1)
    expect(first.said).toMatch(/^interrupted -> run the same command again to go on/m)
    account.onCall = () => undefined
    const { begun, report } = await run()
    expect(begun).toEqual(steps.slice(1))
    expect(report).not.toContain('run again')
  })

  test('hours later, to delete the edge function; with the report as it was', async () => {
    const { account, files, run } = clone()
    const functions = () => allOf(account, 'function').filter(({ name }) => name.includes('-edge-'))
    account.onCall = () => {
      for (const { name } of functions()) account.stuck.set(name, { times: 1, why: 'replicated function' })
    }
    const first = await run()
    expect(first.report).toContain('what is left is not billed')
    expect(first.said).toMatch(/^in some hours, delete what is left/m)
    expect(first.report).toMatch(/^function .*PRIVATE-edge-/m)
    account.onCall = () => undefined
    account.stuck.clear()
    const later = await run(['--remove'])
    expect([later.begun, later.report]).toEqual([['teardown'], first.report])
    expect([functions(), files.has(progressFile)]).toEqual([[], false])
  })

  test('only with the same settings, and in the same account', async () => {
    const { account, files, run } = clone()
    refuseDuring(account, files, 2)
    await run(['--yes', ...settings('profile=standard')])
    account.onCall = () => undefined
    const other = await run(settings('profile=starter'))
    expect(other.noted).toContain('-c: got profile=starter, allowed: profile=standard, with which first-')
    const elsewhere = await once({ ...account, id: '999999999999' }, ['first-account'], {
      machine,
      disk: { readPrivate: async () => files.get(progressFile) } as unknown as Disk,
    })
    expect(elsewhere.noted).toContain('account: got 999999999999, that of the credentials, allowed: 111122223333')
    expect((await run(settings('profile=standard'))).begun).toEqual(steps.slice(1))
  })
})

test('a deployment that fails stays, and the same command goes on; or --remove deletes it, and reports why it failed', async () => {
  const { account, run } = clone()
  const cdk = cdkOn(account)
  const deploy: typeof cdk.deploy = async (_, { onLine }) => {
    onLine('once | CREATE_FAILED | AWS::CloudFront::Distribution | Your account 111122223333 must be verified')
    return { kind: 'failed' }
  }
  const failed = await run(['--yes'], { cdk: { ...cdk, deploy } })
  expect(failed.code).toBe(1)
  expect(failed.said).toMatch(/^stopped: deploy -> solve what is said here, then run the same command again/m)
  const { begun, report, said } = await run(['--remove'])
  expect([begun, namesOfStacks(account)]).toEqual([['teardown'], []])
  expect(report).toMatch(/^\| doctor \| not done \| 0 \| 0 \|$/m)
  expect(report).toContain(
    'deploy: -> once | CREATE_FAILED | AWS::CloudFront::Distribution | Your account PRIVATE must',
  )
  expect(said).toContain(report.trim())
})

test.each([
  [['-c', 'name=mine'], '-c: got name=mine, allowed: settings other than name and tags'],
  [['-c', 'tags={}'], '-c: got tags={}, allowed: settings other than name and tags'],
  [['-c', 'mode=weak'], 'mode: got "weak", allowed: "home" or "strong"'],
  [['--loud'], '--loud: not known'],
])('once first-account %s is refused, and nothing is begun', async (args, text) => {
  const { account, files, run } = clone()
  const { code, noted } = await run([...args, '--yes'])
  expect(noted).toContain(text)
  expect([code, account.changes, files.size]).toEqual([2, [], 0])
})

test('without a yes, or where a report is, nothing is begun', async () => {
  const { account, files, run } = clone()
  expect((await run([])).said).toMatch(/nothing was begun; to begin without a question, add --yes$/)
  expect((await run([], { ask: async () => 'no' })).code).toBe(1)
  expect([account.changes, files.size]).toEqual([[], 0])
  files.set('first-account.md', 'of last week')
  expect((await run()).noted).toContain('first-account.md: got a file of this name, allowed: none')
  files.delete('first-account.md')
  expect((await run([], { ask: async () => 'yes' })).begun).toEqual(steps)
})

test('--remove where nothing has begun deletes nothing; a progress that another version wrote is refused', async () => {
  const { account, files, run } = clone()
  expect(await run(['--remove'])).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^nothing has begun/) as string,
  })
  files.set(progressFile, '{"name":"first-1"}')
  expect(await run()).toMatchObject({
    code: 2,
    noted: expect.stringContaining('that this version did not write') as string,
  })
  expect(account.changes).toEqual([])
})
