import { createRequire } from 'node:module'
import { describe, expect, test, vi } from 'vitest'
import { secretsManager } from '../../../../cli/adapters/aws/secrets-manager.ts'
import { commands } from '../../../../cli/run.ts'
import type { Finding } from '../../../../cli/deployment/doctor/check.ts'
import type { HttpClient } from '../../../../cli/ports/links.ts'
import type { Table } from '../../../../cli/ports/aws-data.ts'
import manifest from '../../../../package.json' with { type: 'json' }
import { allOf, change, copyOf, type FakeAccount, put, stackOf, take } from '../../../support/cli/fake-account.ts'
import { awsOf } from '../../../support/cli/fake-aws.ts'
import { cdkOn } from '../../../support/cli/fake-cdk.ts'
import {
  deployed,
  type MorePorts,
  once,
  preparedAccount,
  settings,
  viewer,
} from '../../../support/cli/fake-deployment.ts'
import { testSecret } from '../../../support/keys/keys.ts'
import { serveHere } from '../../../support/machine/serve.ts'
import { differs } from '../facts.ts'

interface Report {
  readonly deployment: string
  readonly account: string
  readonly verdict: string
  readonly findings: readonly Finding[]
}

const homes = ['homeRegions=eu-west-1,us-east-1']
const home = [...homes, 'events=true', 'firewall=own', 'accessLogs=true', 'dashboard=true', 'deliveryProof=true']

async function diagnose(account: FakeAccount, pairs: readonly string[] = home, more?: MorePorts) {
  const { code, said, noted } = await once(account, ['doctor', '--json', ...settings(...pairs)], more)
  return { ...(JSON.parse(said) as Report), code, text: said + noted }
}

const problemsOf = (findings: readonly Finding[]) => findings.filter(({ verdict }) => verdict !== 'ok')

describe('for a deployment as it should be, the doctor reports nothing, and it changes nothing', () => {
  test.each([
    ['starter', ['profile=starter']],
    ['standard', ['profile=standard']],
    ['regulated', ['profile=regulated']],
    ['home', home],
    ['strong', ['profile=standard', 'mode=strong', 'witnessRegion=us-west-2']],
    ['customer', [...homes, 'encryption=customer', 'apiRegions=eu-west-1,us-west-2']],
  ])('%s', async (_, pairs) => {
    const account = await deployed(...pairs)
    const urls: string[] = []
    const { fetch } = viewer()
    const http: HttpClient = { fetch: (url, init) => (urls.push(url), fetch(url, init)) }
    const { code, findings, deployment, verdict } = await diagnose(account, pairs, { http })
    expect(problemsOf(findings)).toEqual([])
    expect([code, deployment, verdict, account.changes]).toEqual([0, 'once', 'ok', []])
    expect(urls.toSorted()).toEqual(['https://d1.cloudfront.net/d/doctor', 'https://d1.cloudfront.net/doctor'])
  })
})

test('with a host of its own, it asks that host', async () => {
  const account = preparedAccount('us-east-1')
  const name = 'arn:aws:acm:us-east-1:111122223333:certificate/1'
  const value = { status: 'ISSUED', hosts: ['*.example.com'] }
  put(account, { kind: 'certificate', region: 'global', name, value })
  const pairs = ['profile=starter', 'domainName=files.example.com', `certificateArn=${name}`]
  await once(account, ['deploy', '--yes', ...settings(...pairs)])
  const urls: string[] = []
  const { fetch } = viewer()
  const { findings } = await diagnose(account, pairs, {
    http: { fetch: (url, init) => (urls.push(url), fetch(url, init)) },
  })
  expect(problemsOf(findings)).toEqual([])
  expect(urls.toSorted()).toEqual(['https://files.example.com/d/doctor', 'https://files.example.com/doctor'])
})

test('it reads the plan of GuardDuty that is for the bucket of the files, whatever plans a stack has beside', async () => {
  const pairs = ['profile=starter', 'scan=guardduty']
  const account = await deployed(...pairs)
  const at = { kind: 'scan plan', region: 'us-east-1', name: 'plan-1' } as const
  change(account, at, { status: 'ERROR', reasons: ['INSUFFICIENT_BUCKET_PERMISSIONS'] })
  const found = "GuardDuty's plan is in state ERROR: INSUFFICIENT_BUCKET_PERMISSIONS; no new file gets a link"
  expect(problemsOf((await diagnose(account, pairs)).findings)).toEqual([
    expect.objectContaining({ check: 'scan-plan', verdict: 'fail', found }),
  ])
  change(account, at, { bucket: 'other' })
  expect(problemsOf((await diagnose(account, pairs)).findings)).toEqual([
    expect.objectContaining({ found: 'GuardDuty has no plan for the bucket: no new file gets a link' }),
  ])
})

/** What the doctor doesn't look for: a restore and a deployment do, and the role serves other APIs too. */
const unseen = /^(version|source|files|bootstrap|log role) /

test('whatever is missing is reported, with what to do, and nothing is ok of it', async () => {
  const whole = await deployed(...home)
  for (const thing of whole.things.values()) {
    const account = copyOf(whole)
    take(account, thing)
    const { findings } = await diagnose(account)
    const label = `${thing.kind} ${thing.name}`
    const problems = problemsOf(findings)
    expect(problems.length > 0, `${label}: ${problems.length} problems`).toBe(!unseen.test(label))
    for (const { found, todo } of problems) expect(`${found}${todo}`).not.toMatch(/TypeError|undefined|NaN/)
    for (const { todo } of problems) expectCommand(todo)
  }
})

describe('a change by hand is reported, with the command that undoes it', () => {
  test.each<readonly [string, RegExp, (account: FakeAccount) => void]>([
    [
      'a function has more memory',
      /^drift: once-us-east-1: AWS::Lambda::Function once-watch was changed: \/MemorySize -> npm run deploy -- --revert-drift$/,
      changeMemory,
    ],
    [
      'an alarm was deleted',
      /^alarms: .* -> npm run deploy -- --revert-drift$/,
      a => take(a, { kind: 'alarm', region: 'us-east-1', name: 'once-edge-throttled' }),
    ],
    [
      'the table has no protection',
      /^table-protection: .* -> npm run deploy$/,
      a => table(a, { deletionProtected: false }),
    ],
    [
      'the table is lost',
      /^drift: .* -> npm run once -- restore --preview$/,
      a => take(a, { kind: 'table', region: 'eu-west-1', name: 'once-links' }),
    ],
    [
      'a stack has no protection',
      /^\S+: .* -> aws cloudformation update-termination-protection /,
      a => void (stackOf(a, 'once-us-east-1')!.isProtected = false),
    ],
    [
      'a stack was rolled back',
      /^stacks: .* was rolled back -> npm run deploy; the reason: aws cloudformation/,
      a => void (stackOf(a, 'once-us-east-1')!.status = 'UPDATE_ROLLBACK_COMPLETE'),
    ],
    [
      'a change set was never executed',
      /^stacks: .*REVIEW_IN_PROGRESS.* -> npm run deploy/,
      a => void (stackOf(a, 'once-us-east-1')!.status = 'REVIEW_IN_PROGRESS'),
    ],
  ])('%s', async (_, line, by) => {
    const account = await deployed(...home)
    by(account)
    const { findings } = await diagnose(account)
    const lines = problemsOf(findings).map(({ check, found, todo }) => `${check}: ${found} -> ${todo}`)
    expect(lines).toContainEqual(expect.stringMatching(line))
  })

  test('npm run deploy alone undoes none, and with --revert-drift it asks CloudFormation to', async () => {
    const account = await deployed(...home)
    const cdk = cdkOn(account)
    await once(account, ['deploy', '--yes', ...settings(...home)], { cdk })
    expect(cdk.deployed).toEqual([])
    await once(account, ['deploy', '--yes', '--revert-drift', ...settings(...home)], { cdk })
    expect(cdk.deployed.every(({ revertDrift }) => revertDrift)).toBe(true)
  })
})

const changeMemory = (account: FakeAccount) => {
  const resource = {
    id: 'once-watch',
    type: 'AWS::Lambda::Function',
    isDeleted: false,
    differences: [differs('/MemorySize')],
  }
  stackOf(account, 'once-us-east-1')!.changed = [resource]
}
const table = (account: FakeAccount, fields: Partial<Table>) =>
  change(account, { kind: 'table', region: 'eu-west-1', name: 'once-links' }, fields)

describe('before a deployment is complete, the doctor advises to deploy', () => {
  test('in an account without it, every stack is missing, and nothing is ok', async () => {
    const { code, findings } = await diagnose(preparedAccount('us-east-1'))
    expect(code).toBe(1)
    expect(findings.filter(({ check }) => check === 'stacks')).toHaveLength(3)
    expect(new Set(problemsOf(findings).map(({ todo }) => todo))).toEqual(
      new Set(['npm run deploy', 'solve this first']),
    )
    expect(findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check)).toEqual(['concurrency'])
    expect(findings.filter(({ found }) => /TypeError|undefined/.test(found))).toEqual([])
  })

  test('after a first one that failed, it advises to run it again, not to restore or revert anything', async () => {
    const account = await deployed('profile=starter')
    for (const stack of account.stacks) stack.status = 'CREATE_FAILED'
    for (const kind of ['table', 'secret', 'key group', 'alarm'] as const) {
      for (const each of allOf(account, kind)) take(account, each)
    }
    const { findings } = await diagnose(account, ['profile=starter'])
    const advice = new Set(problemsOf(findings).map(({ todo }) => todo.split(';')[0]))
    expect(advice).toEqual(new Set(['npm run deploy', 'solve this first']))
  })
})

test('after a change of the order of home Regions, it advises to delete nothing', async () => {
  const { findings } = await diagnose(await deployed(...home), [...home.slice(1), 'homeRegions=us-east-1,eu-west-1'])
  expect(findings.filter(({ check }) => check === 'stacks').length).toBeGreaterThan(0)
  expect(findings.filter(({ todo }) => /delete-stack|destroy|teardown/.test(todo))).toEqual([])
})

test('what once deploy has decided is no difference to settings that leave it out', async () => {
  const company = preparedAccount('us-east-1', 'eu-west-1')
  const role = { kind: 'log role', name: 'account', value: 'arn:aws:iam::111122223333:role/company' } as const
  for (const region of ['us-east-1', 'eu-west-1']) put(company, { ...role, region })
  const network = [...homes, 'network=private']
  await once(company, ['deploy', '--yes', ...settings(...network)])
  const found = await diagnose(company, network)
  expect(stackOf(company, 'once-us-east-1')?.outputs['Settings']).toContain('"apiLogRole":"account"')
  expect(problemsOf(found.findings)).toEqual([])
})

test('after a deployment was deleted and deployed again, the doctor reports nothing', async () => {
  const account = await deployed(...home)
  await once(account, ['teardown', '--yes', 'once', ...settings(...home)])
  await once(account, ['deploy', '--yes', ...settings(...home)])
  expect(account.stacks.map(({ status }) => status)).toContain('DELETE_COMPLETE')
  expect(problemsOf((await diagnose(account)).findings)).toEqual([])
})

describe('if AWS refuses requests, the doctor reports it', () => {
  test('of one service, the checks that need it fail with its reason', async () => {
    const account = await deployed(...home)
    account.denied.add('webAcls.')
    const { code, findings } = await diagnose(account)
    expect(code).toBe(1)
    expect(problemsOf(findings)).toMatchObject([
      { check: 'web-acl', verdict: 'fail', found: expect.stringContaining('AccessDeniedException') as string },
    ])
  })

  test('of the credentials, it sends no other request and ends with 2', async () => {
    const account = await deployed(...home)
    account.denied.add('account')
    const { code, said, noted } = await once(account, ['doctor'])
    expect(noted).toContain('AccessDeniedException')
    expect([code, said, account.calls]).toEqual([2, '', ['account']])
  })
})

describe('the doctor prints nothing of the secret but ids', () => {
  test.each([
    ['a valid secret', (text: string) => text],
    ['a secret that is not JSON', (text: string) => text.slice(1)],
    ['a secret without a private key', (text: string) => text.replace('privateKey', 'privateWord')],
    [
      'a secret whose signing key is in KMS',
      (text: string) => text.replace('keyPairId', 'kmsKeyId":"mrk-1","keyPairId'),
    ],
  ])('%s', async (_, by) => {
    const text = by(testSecret)
    const { origin } = await serveHere((_, response) => void response.end(JSON.stringify({ SecretString: text })))
    for (const [name, value] of Object.entries({
      ENDPOINT_URL: origin,
      ACCESS_KEY_ID: 'a',
      SECRET_ACCESS_KEY: 'b',
    })) {
      vi.stubEnv(`AWS_${name}`, value)
    }
    const account = await deployed(...home)
    const ports = awsOf(account)
    const aws = { ...ports, secrets: { ...ports.secrets, currentKeyId: secretsManager().currentKeyId } }
    const printed = (await diagnose(account, home, { aws })).text
    vi.unstubAllEnvs()
    expect(printed).toContain('key-group')
    const secrets = text.match(/[\w+/-]{40,}/g) ?? []
    expect(secrets.length).toBeGreaterThan(1)
    for (const word of [...secrets, 'PRIVATE KEY', 'slots']) expect(printed).not.toContain(word)
  })
})

test('without --json, it prints a table of verdict, check, what was found and what to do, then totals', async () => {
  const account = await deployed(...home)
  changeMemory(account)
  const { code, said } = await once(account, ['doctor', ...settings(...home)])
  expect(code).toBe(1)
  expect(said).toMatch(/^ok {4}stacks {13}all stacks are deployed/m)
  expect(said).toMatch(/^fail {2}drift {14}once-us-east-1: .* -> npm run deploy -- --revert-drift$/m)
  expect(said).toMatch(/\n\nonce in account 111122223333: 1 fail, 0 warn, \d+ ok$/)
})

const require = createRequire(import.meta.url)

/** Expects an advice to be something that exists: a script of package.json, a command of `once`, a call of AWS, or a time to wait. */
function expectCommand(todo: string): void {
  for (const line of todo.split(/; (?:if that fails|the reason:)| && /).map(each => each.trim())) {
    const [program = '', first = '', second = ''] = line.split(' ')
    if (line === 'solve this first' || program === 'wait') continue
    if (line.startsWith('in CloudFront, ')) continue
    if (program === 'npm') {
      expect(Object.keys(manifest.scripts), line).toContain(second)
      const [, command] = /^npm run once -- (\S+)/.exec(line) ?? []
      if (command !== undefined) expect(commands.map(({ name }) => name)).toContain(command)
      continue
    }
    expect(program, line).toBe('aws')
    const call = second.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())
    const client = require(`@aws-sdk/client-${clients[first] ?? first}`) as object
    expect(Object.keys(client), line).toContain(`${call}Command`)
  }
}

/** Services that the SDK calls otherwise than the AWS CLI does. */
const clients: Readonly<Record<string, string>> = {
  secretsmanager: 'secrets-manager',
  s3api: 's3',
  logs: 'cloudwatch-logs',
  apigateway: 'api-gateway',
}
